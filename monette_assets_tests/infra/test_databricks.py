"""The asset bundle and its script: jobs as Databricks' own package knows them, names as Terraform has them.

No workspace is asked. The session is the one thing that is not real here: it writes down what it is told.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

import pytest
import yaml
from databricks.bundles.clusters import Cluster
from databricks.bundles.jobs import Job
from pyspark.errors.exceptions.connect import AnalysisException

from monette_assets_tests.databricks import FOLDER, GIVEN, register

TERRAFORM = FOLDER.parent / "terraform"
BUNDLE: dict[str, Any] = yaml.safe_load((FOLDER / "databricks.yml").read_text("utf-8"))
JOBS: dict[str, Any] = BUNDLE["resources"]["jobs"]
CLUSTERS: dict[str, Any] = BUNDLE["resources"]["clusters"]
MODULE = (TERRAFORM / "modules/catalog/main.tf").read_text("utf-8")
# Terraform's policies: what stands after the catalog's name in theirs
POLICIES = re.findall(r'resource "databricks_cluster_policy" "(\w+)" \{\n\s+name\s+= "\$\{var\.name\}-(\w+)"', MODULE)
PURPOSES = re.findall(r'"cluster_type"\s+= \{ type = "fixed", value = "([\w-]+)" \}', MODULE)


def module_catalog(environment: str) -> str:
    """What an environment says of its catalog."""
    text = (TERRAFORM / f"environments/{environment}/main.tf").read_text("utf-8")
    return text.partition('module "catalog" {')[2]


@pytest.mark.parametrize("name", JOBS)
def test_jobs_have_only_fields_that_there_are(name: str) -> None:
    job = Job.from_dict(JOBS[name]).as_dict()
    clusters = {cluster["job_cluster_key"] for cluster in JOBS[name]["job_clusters"]}
    assert job.keys() == JOBS[name].keys()
    assert {task["job_cluster_key"] for task in JOBS[name]["tasks"]} == clusters
    misspelt: Any = {"job_clusters": [{"job_cluster_key": "x", "new_cluster": {"polcy_id": "x"}}]}
    with pytest.raises(ValueError, match="Unexpected field 'polcy_id'"):  # it would be noticed
        Job.from_dict(misspelt)


def test_the_cluster_has_only_fields_that_there_are() -> None:
    for spec in CLUSTERS.values():
        assert Cluster.from_dict(spec).as_dict() == spec


def test_the_workflow_gives_what_the_bundle_asks_for_and_offers_what_its_script_does() -> None:
    written = (FOLDER.parents[1] / ".github/workflows/catalog.yml").read_text("utf-8")
    asked = {name for name, said in BUNDLE["variables"].items() if "default" not in said}
    for target in BUNDLE["targets"].values():
        assert asked - target["variables"].keys() == set(re.findall(r"\bBUNDLE_VAR_(\w+)[:=]", written))
    inputs = yaml.safe_load(written)[True]["workflow_dispatch"]["inputs"]  # YAML reads `on` as true
    assert inputs["environment"]["options"] == list(BUNDLE["targets"])
    assert set(inputs["act"]["options"]) == set(register().ACTS)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_names_are_terraforms(environment: str) -> None:
    variables = BUNDLE["targets"][environment]["variables"]
    name = re.search(r'^\s+name\s+= "(\w+)"$', module_catalog(environment), re.MULTILINE)
    assert name
    assert variables["catalog"] == name[1]
    assert POLICIES == [("jobs", "jobs"), ("backfill", "backfill")]
    for policy, _ in POLICIES:
        assert variables[f"{policy}_policy_id"]["lookup"]["cluster_policy"] == f"{name[1]}-{policy}"


def test_jobs_run_under_the_policy_of_jobs_and_the_engines_cluster_is_none_of_a_job() -> None:
    assert PURPOSES == ["job", "all-purpose"]  # in the order of the policies
    jobs = [cluster["new_cluster"] for job in JOBS.values() for cluster in job["job_clusters"]]
    assert {spec["policy_id"] for spec in jobs} == {"${var.jobs_policy_id}"}
    assert {spec["policy_id"] for spec in CLUSTERS.values()} == {"${var.backfill_policy_id}"}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_clusters_are_the_policys_and_no_larger(environment: str) -> None:
    most = re.search(r"^\s+most_workers\s+= (\d+)$", module_catalog(environment), re.MULTILINE)
    assert most
    assert '"autoscale.min_workers"                = { type = "fixed", value = 1 }' in MODULE
    here = BUNDLE["targets"][environment].get("resources", {}).get("clusters", {})
    jobs = [cluster["new_cluster"] for job in JOBS.values() for cluster in job["job_clusters"]]
    for spec in (*jobs, *CLUSTERS.values(), *here.values()):
        assert spec["autoscale"]["min_workers"] == 1
        assert spec["autoscale"]["max_workers"] <= int(most[1])
        # everything else is what the policy fixes or falls back on
        assert spec.keys() <= {"policy_id", "apply_policy_default_values", "autoscale", "cluster_name", "spark_version"}
    for spec in (*jobs, *CLUSTERS.values()):
        assert spec["apply_policy_default_values"] is True


def test_every_cluster_names_the_runtime_that_the_policies_fix_and_the_playbook_asks_for() -> None:
    """Without the name a bundle is refused: Terraform's provider does not look into the policy for it."""
    [fixed] = re.findall(r'"spark_version" += \{ type = "fixed", value = "([^"]+)" \}', MODULE)
    jobs = [cluster["new_cluster"] for job in JOBS.values() for cluster in job["job_clusters"]]
    assert {spec["spark_version"] for spec in (*jobs, *CLUSTERS.values())} == {"${var.runtime}"}
    assert BUNDLE["variables"]["runtime"]["default"] == fixed
    assert not [name for name, target in BUNDLE["targets"].items() if "runtime" in target["variables"]]
    playbook = (FOLDER.parents[1] / "docs" / "playbook.md").read_text("utf-8").partition("\n## Databricks\n")[2]
    said = re.search(r"`([\w.-]+)`, Databricks Runtime \d+, of Spark (\d+\.\d+)\b", playbook)
    assert said
    assert said[1] == fixed
    assert version("pyspark").startswith(f"{said[2]}.")  # the client's own


def test_every_variable_is_declared_and_every_declared_one_is_used() -> None:
    text = (FOLDER / "databricks.yml").read_text("utf-8")
    assert set(re.findall(r"\$\{var\.(\w+)\}", text)) == set(BUNDLE["variables"])


def test_the_script_is_given_each_value_it_asks_for_and_knows_each_act() -> None:
    script = register()
    (task,) = JOBS["unity_catalog"]["tasks"]
    parameters = task["spark_python_task"]["parameters"]
    given = dict(zip(parameters[::2], parameters[1::2], strict=True))
    assert given == {
        "--act": "{{job.parameters.act}}",
        "--folder": "${workspace.file_path}/sql",
        **{f"--{name.replace('_', '-')}": f"${{var.{name}}}" for name in script.VALUES},
    }
    assert {name for names in script.ACTS.values() for name in names} == {
        path.name for path in (FOLDER / "sql").iterdir()
    }
    (act,) = JOBS["unity_catalog"]["parameters"]
    assert act["default"] in script.ACTS
    for job in JOBS.values():
        for each in job["tasks"]:
            assert (FOLDER / each["spark_python_task"]["python_file"]).is_file()


def test_no_secret_is_in_it() -> None:
    for path in (path for path in FOLDER.rglob("*") if path.is_file()):
        assert not re.search(r"(?i)dapi[0-9a-f]{8}|password|secret:|client_secret|token:", path.read_text("utf-8")), (
            path
        )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("catalog", "monette`; DROP CATALOG monette_prod; --"),
        ("catalog", "monette_dev\n"),
        ("lake", "abfss://lake@monettedevx1lake.dfs.core.windows.net/'; --"),
        ("lake", "abfss://lake@evil.example.com"),
        ("readers", "readers` , `account users"),
        ("pay", "pay') OR (TRUE"),
        ("pay", ""),
        ("pay_accounts", "wages') OR ('a' = 'a"),
        ("pay_accounts", ""),
        ("company_prefix", "x', company) OR TRUE --"),
    ],
)
def test_values_that_would_say_more_than_a_name_are_refused(
    name: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script = register()
    arguments = ["--act", "register", "--folder", str(FOLDER / "sql")]
    for each, good in GIVEN.items():
        arguments += [f"--{each.replace('_', '-')}", value if each == name else good]
    with pytest.raises(SystemExit) as ended:
        script.main(arguments)
    assert ended.value.code == 2
    assert f"--{name.replace('_', '-')}: expected" in capsys.readouterr().err


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"--catalog: .*; --lake: .*; --pay-accounts: "):
        register().checked({**GIVEN, "catalog": "", "lake": "s3://lake", "pay_accounts": "A"})


class Session:
    """Writes down the statements it gets. It knows the tables that are registered, and those that the lake has."""

    def __init__(self, registered: set[str], in_the_lake: set[str]) -> None:
        self.registered, self.in_the_lake, self.ran = registered, in_the_lake, list[str]()
        self.catalog = self.read = self

    def sql(self, statement: str) -> None:
        self.ran.append(statement)
        if match := re.match(r"CREATE TABLE IF NOT EXISTS `(\w+)`\.`(\w+)`\.`(\w+)`", statement):
            self.registered.add(".".join(match.groups()))

    def tableExists(self, name: str) -> bool:  # noqa: N802
        return name in self.registered

    def format(self, kind: str) -> Session:
        assert kind == "delta"
        return self

    def load(self, path: str) -> Any:
        if path.removeprefix(f"{GIVEN['lake']}/") not in self.in_the_lake:
            raise AnalysisException(path, errorClass="PATH_NOT_FOUND")
        return type("Frame", (), {"columns": ["company"]})


def ran(session: Session, act: str) -> list[str]:
    script = register()
    values = script.checked(GIVEN)
    found = [b for name in script.ACTS[act] for b in script.blocks((FOLDER / "sql" / name).read_text(), values)]
    left_out: list[str] = script.run(session, found, values)
    return left_out


def test_tables_the_lake_does_not_have_are_left_out_and_come_with_the_next_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = Session(set(), {"gold/ledger", "closes"})
    left_out = ran(session, "register")
    assert session.registered == {"monette_dev.gold.ledger", "monette_dev.records.closes"}
    assert "gold/trial_balance" in left_out
    assert "gold/ledger" not in left_out
    altered = [each for each in session.ran if each.startswith(("ALTER", "GRANT SELECT"))]
    assert {re.findall(r"`(\w+)`", each)[2] for each in altered} == {"ledger", "closes"}
    assert "GRANT SELECT ON TABLE `monette_dev`.`gold`.`ledger` TO `readers`" in session.ran
    assert not [each for each in session.ran if "${" in each]
    session.in_the_lake.add("gold/trial_balance")
    assert "gold/trial_balance" not in ran(session, "register")
    capsys.readouterr()


def test_withdrawing_touches_what_is_registered_only(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session({"monette_dev.gold.ledger"}, {"gold/ledger", "gold/trial_balance"})
    ran(session, "withdraw")
    ledger = "`monette_dev`.`gold`.`ledger`"
    assert session.ran == [
        f"REVOKE SELECT ON TABLE {ledger} FROM `readers`",
        f"ALTER TABLE {ledger} DROP ROW FILTER",
        f"ALTER TABLE {ledger} ALTER COLUMN `contact_name` DROP MASK",
        f"ALTER TABLE {ledger} ALTER COLUMN `memo` DROP MASK",
    ]
    capsys.readouterr()


def test_what_spark_says_of_a_table_it_may_not_read_is_not_taken_for_its_absence() -> None:
    class Shut(Session):
        def load(self, path: str) -> Any:
            raise AnalysisException(path, errorClass="INSUFFICIENT_PERMISSIONS")

    with pytest.raises(AnalysisException):
        ran(Shut(set(), set()), "register")


def test_terraform_lets_nobody_select_from_gold_before_its_filters_are_set() -> None:
    assert re.findall(r"principal  = var\.readers\s+privileges = (\[.*?\])", MODULE) == [
        '["USE_CATALOG"]',
        '["USE_SCHEMA"]',
    ]
