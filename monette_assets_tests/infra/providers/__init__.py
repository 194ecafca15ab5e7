"""What Terraform's providers take, without Terraform's registry: their schemas as HashiCorp published them to PyPI.

The packages `cdktf-cdktf-provider-*` were made from the providers' own schemas. `bindings` reads those schemas back out
of them, `stand_in` serves them to Terraform as a provider would. So `terraform validate` and `terraform test` (with
mocked providers) judge every argument, block, type and reference as they do where the registry can be reached. What the
packages do not say: which values an argument takes, which arguments exclude each other, and what Azure answers.
"""
