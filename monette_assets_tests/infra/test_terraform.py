"""infra/terraform is judged by Terraform itself, against the schemas of its providers; nothing is asked of Azure."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monette_assets.settings import Settings
from monette_assets_tests.infra.checks import tool
from monette_assets_tests.infra.providers.mirror import Mirror, made, terraform
from monette_assets_tests.infra.providers.stand_in import GIVEN

ROOT = Path(__file__).parents[2]
TERRAFORM = ROOT / "infra" / "terraform"
ROOTS = ("bootstrap", "environments/dev", "environments/prod", "login")
SEVEN_YEARS = 7 * 365

# What a contributor of the group cannot write (Microsoft.Authorization, by its NotActions; what lies inside a vault;
# what is the subscription's, or comes with a resource group of its own), and who can.
BEYOND_A_CONTRIBUTOR = re.compile(
    r"azurerm_(\w*lock|role_\w+|pim_\w+|(\w+_)?policy_(assignment|definition|exemption|set_\w+)"
    r"|key_vault_(secret|key|certificate\w*)|consumption_budget_subscription|databricks_workspace)"
)
WRITTEN_BY = {
    "azurerm_consumption_budget_subscription": "Cost Management Contributor",
    "azurerm_databricks_workspace": "Monette resource groups",
    "azurerm_management_lock": "Locks Contributor",
    "azurerm_role_assignment": "Role Based Access Control Administrator",
    "azurerm_key_vault_secret": "Key Vault Secrets Officer",
}


@dataclass(frozen=True)
class Plan:
    """What an environment would be made of."""

    resources: list[dict[str, Any]]
    settings: set[str]
    text: str

    def of(self, kind: str) -> Iterator[dict[str, Any]]:
        """The values of every resource of a type."""
        return (it["change"]["after"] for it in self.resources if it["type"] == kind)

    def one(self, address: str) -> dict[str, Any]:
        """The values of one resource, by the end of its address."""
        (found,) = (it["change"]["after"] for it in self.resources if it["address"].endswith(address))
        return dict(found)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`terraform ARGUMENTS` in this folder, of nobody's account and configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "ARM_", "DATABRICKS_"))}
    ours = {"CHECKPOINT_DISABLE": "1", "TF_DISABLE_PLUGIN_TLS": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    command = [terraform(), *arguments]
    return subprocess.run(command, cwd=folder, env={**kept, **ours}, capture_output=True, text=True, check=False)


def initialised(folder: Path, mirror: Mirror) -> Path:
    """The folder, with its modules and the stand-ins at the versions it asks for."""
    said = run(folder, "init", "-backend=false", "-input=false", "-no-color", f"-plugin-dir={mirror.folder}")
    assert said.returncode == 0, said.stderr
    return folder


def complaints(folder: Path) -> list[str]:
    """What `terraform validate` has against the configuration: file, block, and what is wrong with it."""
    found = json.loads(run(folder, "validate", "-json").stdout)["diagnostics"]
    said = []
    for it in found:
        file, block = Path(it["range"]["filename"]).name, (it.get("snippet") or {}).get("context")
        said.append(f"{file}: {block}: {it['summary']}: {it['detail']}")
    return said


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    terraform()
    return made(tmp_path_factory.mktemp("mirror"), TERRAFORM)


@pytest.fixture(scope="module")
def copied(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of infra/terraform where every root is initialised."""
    copy = tmp_path_factory.mktemp("terraform") / "terraform"
    shutil.copytree(TERRAFORM, copy, ignore=shutil.ignore_patterns(".terraform*"))
    for root in ROOTS:
        initialised(copy / root, mirror)
    return copy


@pytest.fixture(scope="module")
def plans(copied: Path) -> dict[str, Plan]:
    """Both environments as `terraform test` plans them."""
    found = {}
    for environment in ("dev", "prod"):
        found[environment] = planned(copied / "environments" / environment)
    return found


def planned(folder: Path, *arguments: str) -> Plan:
    """An environment as `terraform test` plans it."""
    said = run(folder, "test", "-json", "-verbose", *arguments)
    assert said.returncode == 0, said.stdout[-2000:] + said.stderr
    (plan,) = (line for line in map(json.loads, said.stdout.splitlines()) if line["type"] == "test_plan")
    changes = plan["test_plan"]["output_changes"]["settings"]
    settings = {*changes["after"], *changes["after_unknown"]}
    return Plan(plan["test_plan"]["resource_changes"], settings, said.stdout)


def test_azure_knows_a_workflow_by_what_github_says_of_the_repository_and_of_the_job(copied: Path) -> None:
    said = run(copied / "bootstrap", "test", "-no-color")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "4 passed, 0 failed" in said.stdout


def test_every_file_is_written_as_terraform_formats_it() -> None:
    said = run(TERRAFORM, "fmt", "-check", "-recursive")
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.parametrize("root", ROOTS)
def test_every_argument_block_type_and_reference_is_what_the_provider_takes(copied: Path, root: str) -> None:
    assert complaints(copied / root) == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        (
            "is_hns_enabled  ",
            "is_hns_enable  ",
            'main.tf: resource "azurerm_storage_account" "this": Unsupported argument: An argument named "is_hns',
        ),
        (
            "name                  = each.key\n",
            "",
            'main.tf: resource "azurerm_storage_container" "this": Missing required argument',
        ),
        (
            "days = var.deleted_days",
            'days = "a month"',
            'main.tf: resource "azurerm_storage_account" "this": Incorrect attribute value type',
        ),
        (
            "container_delete_retention_policy {",
            "container_delete_policy {",
            'main.tf: resource "azurerm_storage_account" "this": Unsupported block type: Blocks of type "container',
        ),
        (
            "scope      = azurerm_storage_account.this.id",
            "scope      = azurerm_storage_account.this.key",
            'main.tf: resource "azurerm_management_lock" "this": Unsupported attribute',
        ),
    ],
)
def test_what_the_provider_does_not_take_is_named_by_file_block_and_argument(
    mirror: Mirror, tmp_path: Path, right: str, wrong: str, complaint: str
) -> None:
    shutil.copytree(TERRAFORM / "modules" / "lake", tmp_path / "lake")
    file = tmp_path / "lake" / "main.tf"
    written = file.read_text(encoding="utf-8")
    assert right in written
    file.write_text(written.replace(right, wrong, 1), encoding="utf-8")
    found = complaints(initialised(tmp_path / "lake", mirror))
    assert [it for it in found if it.startswith(complaint)], found


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_lake_can_be_written_over_and_no_version_of_its_copy_can(plans: dict[str, Plan], environment: str) -> None:
    """Checkpoints are written over and vacuum deletes: a policy over the lake would break it (docs/decisions)."""
    plan = plans[environment]
    lake = plan.one("module.lake.azurerm_storage_account.this")
    sealed = plan.one("module.sealed.azurerm_storage_account.this")
    assert (lake["is_hns_enabled"], lake["immutability_policy"]) == (True, [])
    assert not list(plan.of("azurerm_storage_container_immutability_policy"))
    assert (sealed["is_hns_enabled"], sealed["blob_properties"][0]["versioning_enabled"]) == (False, True)
    (policy,) = sealed["immutability_policy"]
    assert policy["allow_protected_append_writes"] is False
    assert policy["period_since_creation_in_days"] >= {"dev": 1, "prod": SEVEN_YEARS}[environment]
    deleted = {
        prefix
        for policy in plan.of("azurerm_storage_management_policy")
        for rule in policy["rule"]
        if rule["actions"][0]["base_blob"][0].get("delete_after_days_since_modification_greater_than")
        for prefix in rule["filters"][0]["prefix_match"]
    }
    assert deleted == {"lake/_staging/", "compute-logs/"}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_no_key_and_no_stored_password_opens_anything(plans: dict[str, Plan], environment: str) -> None:
    plan = plans[environment]
    assert {it["shared_access_key_enabled"] for it in plan.of("azurerm_storage_account")} == {False}
    assert {it["local_authentication_enabled"] for it in plan.of("azurerm_eventhub_namespace")} == {False}
    assert {it["admin_enabled"] for it in plan.of("azurerm_container_registry")} == {False}
    assert {it["rbac_authorization_enabled"] for it in plan.of("azurerm_key_vault")} == {True}
    (cluster,) = plan.of("azurerm_kubernetes_cluster")
    assert (cluster["local_account_disabled"], cluster["workload_identity_enabled"]) == (True, True)
    (server,) = plan.of("azurerm_postgresql_flexible_server")
    assert server["administrator_password_wo_version"] == 1
    assert GIVEN not in plan.text  # the password is written, and stands neither in the plan nor in the state


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_role_is_one_that_the_bootstrap_lets_the_deployment_give_away(
    plans: dict[str, Plan], environment: str
) -> None:
    bootstrap = (TERRAFORM / "bootstrap" / "main.tf").read_text(encoding="utf-8")
    listed = re.search(r"assignable_roles = toset\(\[(.*?)\]\)", bootstrap, re.DOTALL)
    assert listed
    assignable = set(re.findall(r'"([^"]+)"', listed[1]))
    given = {it["role_definition_name"] for it in plans[environment].of("azurerm_role_assignment")}
    assert given == assignable
    assert not assignable & {
        "Owner",
        "Contributor",
        "User Access Administrator",
        "Role Based Access Control Administrator",
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_whatever_an_environment_is_made_of_the_deployment_may_write_and_the_page_names_the_role(
    plans: dict[str, Plan], environment: str
) -> None:
    access = (TERRAFORM / "bootstrap" / "access.tf").read_text(encoding="utf-8")
    on_its_group_or_the_subscription = r"""for_each = local\.deployers

  scope += (?:azurerm_resource_group\.environment\[each\.key\]\.id|"/subscriptions/[^"]+")
  role_definition_(?:name|id) += "?([^"\n]+)"""
    own = re.findall(r'resource "azurerm_role_definition" "(\w+)" {\n  name += "([^"]+)"', access)
    named = {f"azurerm_role_definition.{label}.role_definition_resource_id": name for label, name in own}
    held = {named.get(role, role) for role in re.findall(on_its_group_or_the_subscription, access)}
    kinds = {it["type"] for it in plans[environment].resources}
    beyond = {kind for kind in kinds if BEYOND_A_CONTRIBUTOR.fullmatch(kind)}
    assert "azurerm_management_lock" in beyond or environment == "dev"
    assert {kind: WRITTEN_BY.get(kind) for kind in beyond if WRITTEN_BY.get(kind) not in held} == {}
    page = " ".join((ROOT / "docs" / "azure.md").read_text(encoding="utf-8").split())
    [by_hand] = re.findall(
        r"Whoever applies by hand needs the roles of the deployment on the group: (.*?) on the state", page
    )
    assert held <= set(re.findall(r"\*([^*]+)\*", by_hand))


def test_webservers_reach_neither_lake_nor_tokens_and_runs_reach_no_image(plans: dict[str, Plan]) -> None:
    given: dict[str, set[str]] = {}
    for it in plans["prod"].resources:
        if it["address"].startswith("module.platform.azurerm_role_assignment.this"):
            who, _, what = it["index"].partition("-")
            given.setdefault(who, set()).add(f"{what}: {it['change']['after']['role_definition_name']}")
    assert given["services"] == {
        "links: Storage Blob Delegator",
        "logs: Storage Blob Data Reader",
        "password: Key Vault Secrets User",
    }
    assert given["runs"] == {
        "events: Azure Event Hubs Data Receiver",
        "lake: Storage Blob Data Contributor",
        "landing: Storage Blob Data Contributor",
        "links: Storage Blob Delegator",
        "logs: Storage Blob Data Contributor",
        "secrets: Key Vault Secrets Officer",
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_who_is_named_may_send_events_and_is_given_nothing_else(plans: dict[str, Plan], environment: str) -> None:
    tests = TERRAFORM / "environments" / environment / "tests"
    told = (tests / f"{environment}.tftest.hcl").read_text(encoding="utf-8")
    [sender] = re.findall(r'event_senders += \{ \w+ = "(\S+)" \}', told)
    roles = list(plans[environment].of("azurerm_role_assignment"))
    role = "Azure Event Hubs Data Sender"
    assert [it["principal_id"] for it in roles if it["role_definition_name"] == role] == [sender]
    assert [it["role_definition_name"] for it in roles if it.get("principal_id") == sender] == [role]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_events_are_sent_and_read_by_a_role_on_the_namespace(plans: dict[str, Plan], environment: str) -> None:
    """A Kafka client asks for metadata without a topic; a role on a hub does not allow that."""
    plan = plans[environment]
    namespace = plan.one("module.event_hubs.azurerm_eventhub_namespace.this")["id"]
    given = [(it["role_definition_name"], it.get("scope")) for it in plan.of("azurerm_role_assignment")]
    assert sorted(it for it in given if it[0].startswith("Azure Event Hubs")) == [
        ("Azure Event Hubs Data Receiver", namespace),
        ("Azure Event Hubs Data Sender", namespace),
    ]


def test_the_settings_it_hands_on_are_the_platforms_own(plans: dict[str, Plan]) -> None:
    ours = {name for name in plans["prod"].settings if name.startswith("MONETTE_")}
    assert {"MONETTE_LAKE", "MONETTE_LANDING", "MONETTE_SECRETS", "MONETTE_COMPUTE_LOGS", "MONETTE_MACHINE"} <= ours
    assert ours <= {f"MONETTE_{name.upper()}" for name in Settings.model_fields}


def test_private_endpoints_close_every_public_door(plans: dict[str, Plan]) -> None:
    kinds = ("azurerm_storage_account", "azurerm_key_vault", "azurerm_eventhub_namespace", "azurerm_container_registry")
    for environment, closed in (("dev", False), ("prod", True)):
        plan = plans[environment]
        doors = [(kind, it["public_network_access_enabled"]) for kind in kinds for it in plan.of(kind)]
        assert doors == [(kind, not closed) for kind, _ in doors]
        assert len(doors) == 5
        (cluster,) = plan.of("azurerm_kubernetes_cluster")
        assert cluster["private_cluster_enabled"] is closed
        behind = sorted(
            it["private_service_connection"][0]["subresource_names"][0] for it in plan.of("azurerm_private_endpoint")
        )
        assert behind == (["blob", "blob", "dfs", "namespace", "registry", "vault"] if closed else [])
        (database,) = plan.of("azurerm_postgresql_flexible_server")
        assert database["public_network_access_enabled"] is False


def test_whoever_reads_or_writes_the_lake_reaches_it_from_its_subnet(plans: dict[str, Plan]) -> None:
    """Databricks' machines have a foot in both of its subnets; the database ships its log to storage by itself."""
    found = {it["name"]: set(it.get("service_endpoints") or ()) for it in plans["dev"].of("azurerm_subnet")}
    assert {name for name, services in found.items() if "Microsoft.Storage" in services} == {
        "cluster", "databricks_host", "databricks_workers", "runners", "database",
    }  # fmt: skip
    assert found["database"] == {"Microsoft.Storage"}


def test_nodes_reach_the_api_server_where_an_office_is_let_in(copied: Path, plans: dict[str, Plan]) -> None:
    """A node is seen as the address of the network's way out, so that address is let in with the office's."""
    (open_to_all,) = plans["dev"].of("azurerm_kubernetes_cluster")
    assert not open_to_all["api_server_access_profile"]
    plan = planned(copied / "environments" / "dev", '-var=allowed_ip_ranges=["203.0.113.0/24"]')
    (cluster,) = plan.of("azurerm_kubernetes_cluster")
    (profile,) = cluster["api_server_access_profile"]
    (out,) = plan.of("azurerm_public_ip")
    assert set(profile["authorized_ip_ranges"]) == {"203.0.113.0/24", f"{out['ip_address']}/32"}


def test_a_later_change_of_private_endpoints_makes_no_other_registry(copied: Path, plans: dict[str, Plan]) -> None:
    """Azure changes tier and doors in place, zones only by making another one."""
    for environment, other in (("dev", "true"), ("prod", "false")):
        folder = copied / "environments" / environment
        both = plans[environment], planned(folder, f"-var=private_endpoints={other}")
        before, after = (plan.one("azurerm_container_registry.this") for plan in both)
        assert before["public_network_access_enabled"] is not after["public_network_access_enabled"]
        for made_anew in ("name", "resource_group_name", "zone_redundancy_enabled"):
            assert before[made_anew] == after[made_anew]
        for it in (before, after):
            needs = it["zone_redundancy_enabled"] or not it["public_network_access_enabled"]
            assert it["sku"] == ("Premium" if needs else "Standard")


@pytest.mark.parametrize(
    "kind",
    [
        "azurerm_container_registry",
        "azurerm_key_vault",
        "azurerm_kubernetes_cluster",
        "azurerm_postgresql_flexible_server",
        "azurerm_postgresql_flexible_server_database",
        "azurerm_storage_account",
    ],
)
def test_no_plan_takes_away_what_cannot_be_made_again(kind: str) -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in sorted(TERRAFORM.rglob("*.tf")))
    blocks = re.findall(rf'^resource "{kind}" .*?^}}', written, re.MULTILINE | re.DOTALL)
    assert blocks
    kept = re.compile(r"^  lifecycle \{[^}]*^    prevent_destroy += true$", re.MULTILINE)
    assert [block.partition("\n")[0] for block in blocks if not kept.search(block)] == []


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_budget_is_told_of_before_it_is_spent_and_pillars_add_up_to_no_more(
    plans: dict[str, Plan], environment: str
) -> None:
    budgets = {
        it["name"].removeprefix(f"monette-{environment}-"): it
        for it in plans[environment].of("azurerm_consumption_budget_subscription")
    }
    whole = budgets.pop("month")
    assert sum(it["amount"] for it in budgets.values()) <= whole["amount"]
    for it in (whole, *budgets.values()):
        assert "Forecasted" in {notification["threshold_type"] for notification in it["notification"]}
    tagged = {(it["change"]["after"].get("tags") or {}).get("component") for it in plans[environment].resources}
    assert set(budgets) <= tagged


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_resource_group_in_which_it_spends_is_in_every_budget(plans: dict[str, Plan], environment: str) -> None:
    """AKS and Databricks pay for machines in groups of their own."""
    plan = plans[environment]
    names = ("resource_group_name", "node_resource_group", "managed_resource_group_name")
    spends = {it["change"]["after"][name] for it in plan.resources for name in names if it["change"]["after"].get(name)}
    assert {f"monette-{environment}{end}" for end in ("", "-nodes", "-databricks")} <= spends
    budgets = {it["name"]: it["filter"] for it in plan.of("azurerm_consumption_budget_subscription")}
    assert budgets
    for name, (only,) in budgets.items():
        [groups] = only["dimension"]
        assert (groups["name"], set(groups["values"])) == ("ResourceGroupName", spends), name


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_what_makes_machines_hands_them_the_tag_their_budget_counts_by(
    plans: dict[str, Plan], environment: str
) -> None:
    plan = plans[environment]
    counted = {
        tag["values"][0]
        for it in plan.of("azurerm_consumption_budget_subscription")
        for only in it["filter"]
        for tag in only["tag"]
    }
    (cluster,) = plan.of("azurerm_kubernetes_cluster")
    pools = [*cluster["default_node_pool"], *plan.of("azurerm_kubernetes_cluster_node_pool")]
    assert {it["tags"]["component"] for it in (cluster, *pools)} == {"compute"} <= counted
    (workspace,) = plan.of("azurerm_databricks_workspace")
    assert workspace["tags"]["component"] in counted
    policies = [json.loads(it["definition"]) for it in plan.of("databricks_cluster_policy")]
    assert {it["custom_tags.component"]["value"] for it in policies} == {workspace["tags"]["component"]}


def test_every_alert_of_azures_has_its_place_in_the_runbook(plans: dict[str, Plan]) -> None:
    headings = set(
        re.findall(r"^#+ `?([a-z-]+)`?$", (ROOT / "docs" / "azure.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    told = (TERRAFORM / "environments" / "prod" / "tests" / "prod.tftest.hcl").read_text(encoding="utf-8")
    [page] = re.findall(r'runbook_url += "(\S+)"', told)
    alerts = {
        it["name"].removeprefix("monette-prod-"): it["description"]
        for it in plans["prod"].of("azurerm_monitor_metric_alert")
    }
    assert len(alerts) >= 8
    assert set(alerts) <= headings
    assert alerts == {name: f"{page}#{name}" for name in alerts}


def test_the_policy_scan_finds_nothing_that_is_not_accepted_where_it_stands(copied: Path, tmp_path: Path) -> None:
    """checkov, without its platform; what is accepted says why beside it. Of the environments the stricter one."""
    scanned = tmp_path / "terraform"
    shutil.copytree(copied, scanned, ignore=shutil.ignore_patterns(".terraform*", "dev"))
    command = [tool("checkov"), "--directory", str(scanned), "--framework", "terraform"]
    command += ["--output", "json", "--quiet", "--skip-download"]
    home = {"HOME": str(tmp_path)}
    said = subprocess.run(command, env={**os.environ, **home}, capture_output=True, text=True, check=False)
    found = json.loads(said.stdout)
    assert found["summary"]["passed"] > 100
    assert [f"{it['check_id']} {it['resource']}: {it['check_name']}" for it in found["results"]["failed_checks"]] == []
