# A plan of the bootstrap without Azure: the provider is mocked. GitHub's tokens name a repository with its ids, older ones without.

mock_provider "azurerm" {
  override_during = plan
}

variables {
  subscription_id = "00000000-0000-0000-0000-000000000000"
  suffix          = "wex1"
  subject         = "repo:farm@8801/platform@7702"
}

run "with_ids" {
  command = plan

  assert {
    condition = toset([for it in azurerm_federated_identity_credential.workflow : it.subject]) == toset([
      "repo:farm@8801/platform@7702:environment:dev",
      "repo:farm@8801/platform@7702:environment:prod",
      "repo:farm@8801/platform@7702:pull_request",
      "repo:farm@8801/platform@7702:ref:refs/heads/main",
    ])
    error_message = jsonencode([for it in azurerm_federated_identity_credential.workflow : it.subject])
  }
}

run "by_name" {
  command = plan

  variables {
    subject = "repo:farm/platform"
  }

  assert {
    condition     = azurerm_federated_identity_credential.workflow["plan"].subject == "repo:farm/platform:pull_request"
    error_message = azurerm_federated_identity_credential.workflow["plan"].subject
  }
}

run "no_subject_of_githubs" {
  command         = plan
  expect_failures = [var.subject]

  variables {
    subject = "farm/platform"
  }
}

run "no_job_in_it" {
  command         = plan
  expect_failures = [var.subject]

  variables {
    subject = "repo:farm/platform:environment:dev"
  }
}
