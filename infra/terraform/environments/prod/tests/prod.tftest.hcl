# A plan of prod without Azure: providers are mocked. What has to hold of it is said in monette_assets_tests/infra/test_terraform.py,
# which reads the plan; where providers can be installed, `terraform test` runs it too.

mock_provider "azurerm" {
  override_during = plan

  mock_resource "azurerm_eventhub_namespace" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/monette-prod/providers/Microsoft.EventHub/namespaces/events" }
  }
}

mock_provider "databricks" {
  override_during = plan
}

variables {
  subscription_id       = "00000000-0000-0000-0000-000000000000"
  suffix                = "wex1"
  deployer_principal_id = "00000000-0000-0000-0000-000000000001"
  sealer_principal_id   = "00000000-0000-0000-0000-000000000002"
  people = {
    administrators = "00000000-0000-0000-0000-000000000003"
    landing        = "00000000-0000-0000-0000-000000000004"
  }
  event_senders     = { weighbridge = "00000000-0000-0000-0000-000000000005" }
  alerted           = { operations = "operations@example.com" }
  runbook_url       = "https://example.com/azure"
  budget_start      = "2026-12-01"
  databricks_groups = { readers = "readers", engineers = "engineers" }
}

run "plan" {
  command = plan

  assert {
    condition     = output.settings["MONETTE_LAKE"] == "abfss://lake@monetteprodwex1lake.dfs.core.windows.net"
    error_message = "MONETTE_LAKE is ${output.settings["MONETTE_LAKE"]}"
  }
}
