"""The chart: every object is valid, nothing runs as root or writes where it need not, nobody reaches more than said."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from monette_assets_tests.infra.chart import CHART, NAMESPACE, VALUES, named, pods, rendered

pytest.importorskip("helm_python", reason="renders the chart, on Linux x86-64 only")
COMPOSE = CHART.parent / "compose"
KUBERNETES = "1.34"  # schemas that kubernetes-validate carries; AKS offers this version and the two before
MIGRATING = {**VALUES, "migrate": True}
PARTS = {"code", "daemon", "operators", "viewers", "proxy", "run"}


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    return rendered(MIGRATING)


def containers(objects: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{name}/{container['name']}", container)
        for name, _, spec in pods(objects)
        for container in spec["containers"]
    ]


def test_every_object_is_what_kubernetes_takes_and_nothing_more(objects: list[dict[str, Any]]) -> None:
    import kubernetes_validate

    for each in objects:
        if each["kind"] != "SecretProviderClass":  # of a driver of AKS, which has no schema there
            kubernetes_validate.validate(each, KUBERNETES, strict=True)
    assert {each["metadata"]["namespace"] for each in objects} == {NAMESPACE}


def test_helm_finds_nothing_to_say() -> None:
    from helm_python.chart import lint

    said = [each for each in lint(CHART, VALUES, strict=True)["messages"] if each["severity"] > 1]
    assert said == []


def test_a_collector_may_be_named() -> None:
    values = copy.deepcopy(VALUES)
    values["settings"]["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector.observability:4318"
    assert "collector.observability:4318" in str(rendered(values))


def other_namespaces(objects: list[dict[str, Any]]) -> list[tuple[set[str], dict[str, Any]]]:
    """Egress to pods of other namespaces, but for names (DNS): the parts that have it, and the rule."""
    return [
        (chosen(policy["spec"]["podSelector"]), rule)
        for policy in objects
        if policy["kind"] == "NetworkPolicy" and policy["metadata"]["name"] != "monette-nothing"
        for rule in policy["spec"].get("egress", [])
        if any("namespaceSelector" in each for each in rule["to"])
    ]


def test_a_collector_in_the_cluster_is_reached_by_its_pods_labels_from_code_and_runs_alone(
    objects: list[dict[str, Any]],
) -> None:
    import kubernetes_validate

    assert other_namespaces(objects) == []
    labels = {"app.kubernetes.io/name": "opentelemetry-collector", "version": "1"}  # a label is text, whatever it says
    named_one = rendered({**VALUES, "network": {"collector": {"namespace": "observability", "podLabels": labels}}})
    for each in named_one:
        if each["kind"] == "NetworkPolicy":
            kubernetes_validate.validate(each, KUBERNETES, strict=True)
    [(parts, rule)] = other_namespaces(named_one)
    assert parts == {"code", "run"}
    assert rule["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}},
            "podSelector": {"matchLabels": labels},
        }
    ]
    assert rule["ports"] == [{"protocol": "TCP", "port": 4318}]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("image", "tag"), "latest", "/image/tag"),
        (("image", "repository"), "", "/image/repository"),
        (("settings", "MONETTE_LAKE"), "/lake", "/settings/MONETTE_LAKE"),
        (("settings", "DAGSTER_HOME"), "/tmp", "DAGSTER_HOME"),
        (("settings", "OTEL_EXPORTER_OTLP_HEADERS"), "authorization=x", "OTEL_EXPORTER_OTLP_HEADERS"),  # a secret
        (("proxy", "operators"), "Operators", "/proxy/operators"),
        (("identities", "runs"), "", "/identities/runs"),
        (("keyVault", "tenant"), "", "/keyVault/tenant"),
        (("proxy", "clientId"), "", "/proxy/clientId"),
        (("webserver",), {"replicas": 1}, "/webserver/replicas"),
        (("databse",), {}, "databse"),
        # a whole namespace, or labels of no namespace
        (("network",), {"collector": {"namespace": "observability"}}, "/network/collector/podLabels"),
        (("network",), {"collector": {"podLabels": {"app": "otel"}}}, "/network/collector/podLabels"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(path: tuple[str, ...], value: Any, told: str) -> None:
    from helm_python.errors import HelmError

    values = copy.deepcopy(VALUES)
    place = values
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(HelmError, match=told):
        rendered(values)


def test_nothing_runs_as_root_or_writes_its_root_file_system(objects: list[dict[str, Any]]) -> None:
    for name, _, spec in pods(objects):
        security = spec["securityContext"]
        assert (security["runAsNonRoot"], security["runAsUser"]) == (True, 10001), name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        assert not [volume for volume in spec["volumes"] if "hostPath" in volume], name
        for volume in spec["volumes"]:
            assert "emptyDir" not in volume or volume["emptyDir"]["sizeLimit"], name
    for name, container in containers(objects):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name


def test_every_container_says_what_it_needs_and_what_it_may_take(objects: list[dict[str, Any]]) -> None:
    for name, container in containers(objects):
        for amounts in ("requests", "limits"):
            assert set(container["resources"][amounts]) == {"cpu", "memory", "ephemeral-storage"}, name


def test_every_service_is_asked_whether_it_lives_and_is_ready(objects: list[dict[str, Any]]) -> None:
    asked = [(name, each) for name, each in containers(objects) if not name.startswith("monette-migrate")]
    for name, container in asked:
        assert {"readinessProbe", "livenessProbe"} <= set(container), name


def test_images_are_named_by_release_or_digest(objects: list[dict[str, Any]]) -> None:
    assert all(not each["image"].endswith(":latest") and ":" in each["image"] for _, each in containers(objects))
    digest = "sha256:" + "a" * 64
    by_digest = rendered({**VALUES, "image": {"repository": "registry.example.com/m", "digest": digest}})
    ours = {each["image"] for name, each in containers(by_digest) if not name.startswith("monette-proxy")}
    assert ours == {f"registry.example.com/m@{digest}"}


def test_only_who_launches_runs_reaches_the_clusters_api(objects: list[dict[str, Any]]) -> None:
    with_token = {name for name, _, spec in pods(objects) if spec["automountServiceAccountToken"]}
    assert with_token == {"monette-daemon", "monette-operators"}
    accounts = {each["metadata"]["name"] for each in objects if each["kind"] == "ServiceAccount"}
    assert all(not each["automountServiceAccountToken"] for each in objects if each["kind"] == "ServiceAccount")
    assert {spec["serviceAccountName"] for _, _, spec in pods(objects)} <= accounts
    verbs = {
        resource: set(rule["verbs"])
        for rule in named(objects, "Role", "monette-runs")["rules"]
        for resource in rule["resources"]
    }
    assert {resource for resource, may in verbs.items() if "create" in may} == {"jobs"}
    assert not {"secrets", "configmaps", "pods/exec"} & set(verbs)
    assert all(each["kind"] not in ("ClusterRole", "ClusterRoleBinding") for each in objects)


def test_who_reaches_the_lake_is_another_identity_than_who_shows_it(objects: list[dict[str, Any]]) -> None:
    identity = {
        each["metadata"]["name"]: each["metadata"].get("annotations", {}).get("azure.workload.identity/client-id")
        for each in objects
        if each["kind"] == "ServiceAccount"
    }
    runs, services = VALUES["identities"]["runs"], VALUES["identities"]["services"]
    assert identity == {
        "monette-code": runs,
        "monette-run": runs,
        "monette-webserver": services,
        "monette-daemon": services,
        "login": VALUES["proxy"]["clientId"],  # the registration that infra/terraform/login makes
    }
    marked = {name for name, labels, _ in pods(objects) if labels.get("azure.workload.identity/use") == "true"}
    assert marked == {"monette-code", "monette-daemon", "monette-operators", "monette-viewers", "monette-proxy"}


def test_the_databases_password_is_taken_from_the_vault_by_who_shows_things(objects: list[dict[str, Any]]) -> None:
    taken = named(objects, "SecretProviderClass", "monette-database")["spec"]
    assert taken["parameters"]["clientID"] == VALUES["identities"]["services"]
    [made] = taken["secretObjects"]
    [item] = made["data"]
    assert (made["secretName"], item) == ("monette-database", {"objectName": "database-password", "key": "password"})
    mounted = {name for name, _, spec in pods(objects) for volume in spec["volumes"] if "csi" in volume}
    assert mounted == {"monette-daemon", "monette-operators", "monette-viewers"}
    by_hand = rendered({**VALUES, "keyVault": {"name": "", "tenant": "", "passwordSecret": ""}})
    assert not [name for name, _, spec in pods(by_hand) for volume in spec["volumes"] if "csi" in volume]


def test_what_terraform_hands_on_and_the_example_of_an_environment_make_a_chart() -> None:
    """The names of infra/deploy and of Terraform's outputs; their values are of the farm above."""
    example = yaml.safe_load((CHART / "environments" / "dev.yaml.example").read_text(encoding="utf-8"))
    written = (CHART.parent / "deploy").read_text(encoding="utf-8")
    handed_on = {name: VALUES[name] for name in ("settings", "identities", "keyVault") if f"{name}: " in written}
    assert set(handed_on) == {"settings", "identities", "keyVault"}
    outputs = (CHART.parent / "terraform" / "modules" / "platform" / "outputs.tf").read_text(encoding="utf-8")
    from_terraform = {name for name in VALUES["settings"] if re.search(rf"^ +{name} += ", outputs, re.MULTILINE)}
    settings = {**example["settings"], **{name: VALUES["settings"][name] for name in from_terraform}}
    assert rendered({**example, **handed_on, "settings": settings, "image": VALUES["image"]})


def test_nothing_reaches_anything_that_is_not_said(objects: list[dict[str, Any]]) -> None:
    policies = [each for each in objects if each["kind"] == "NetworkPolicy"]
    nothing = named(objects, "NetworkPolicy", "monette-nothing")["spec"]
    assert nothing["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in nothing
    assert {port["port"] for rule in nothing["egress"] for port in rule["ports"]} == {53}
    assert nothing["podSelector"]["matchLabels"] == {"app.kubernetes.io/part-of": "monette"}
    assert all(labels["app.kubernetes.io/part-of"] == "monette" for _, labels, _ in pods(objects))
    reached = {
        (part, port["port"], *sorted(by))
        for policy in policies
        for rule in policy["spec"].get("ingress", [])
        for port in rule["ports"]
        for part in chosen(policy["spec"]["podSelector"])
        for by in [{who for each in rule["from"] for who in chosen(each.get("podSelector"))}]
    }
    assert reached == {
        ("proxy", 8443, "outside"),
        ("operators", 3000, "proxy"),
        ("viewers", 3000, "proxy"),
        ("code", 4000, "daemon", "operators", "viewers"),
    }


def chosen(selector: dict[str, Any] | None) -> set[str]:
    """The parts that a policy's selector names; `outside` for addresses."""
    if selector is None:
        return {"outside"}
    if part := selector.get("matchLabels", {}).get("monette/part"):
        return {part}
    return {value for each in selector.get("matchExpressions", []) for value in each["values"]}


def test_draining_a_node_leaves_somebody_to_answer_and_takes_no_run(objects: list[dict[str, Any]]) -> None:
    budgets = {
        each["spec"]["selector"]["matchLabels"]["monette/part"]: each["spec"]["minAvailable"]
        for each in objects
        if each["kind"] == "PodDisruptionBudget"
    }
    most = instance(objects)["concurrency"]["runs"]["max_concurrent_runs"]
    assert budgets == {"operators": 1, "viewers": 1, "proxy": 1, "run": most}
    replicas = {each["metadata"]["name"]: each["spec"] for each in objects if each["kind"] == "Deployment"}
    assert all(replicas[f"monette-{part}"]["replicas"] > 1 for part in budgets if part != "run")
    assert replicas["monette-code"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert replicas["monette-daemon"]["strategy"] == {"type": "Recreate"}  # never two


def test_every_selector_chooses_a_part_that_there_is(objects: list[dict[str, Any]]) -> None:
    parts = {labels["monette/part"] for _, labels, _ in pods(objects)} | {"run"}
    assert parts == PARTS
    for each in objects:
        if each["kind"] == "Service":
            assert each["spec"]["selector"]["monette/part"] in parts
        if each["kind"] == "NetworkPolicy":
            assert chosen(each["spec"]["podSelector"]) <= parts


def instance(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """dagster.yaml, as the chart writes it."""
    written: dict[str, Any] = yaml.safe_load(named(objects, "ConfigMap", "monette-instance")["data"]["dagster.yaml"])
    return written


def test_the_cluster_retries_keeps_and_pools_as_one_host_does(objects: list[dict[str, Any]]) -> None:
    here, host = instance(objects), yaml.safe_load((COMPOSE / "dagster.yaml").read_text(encoding="utf-8"))
    for section in ("run_retries", "retention", "run_coordinator", "python_logs", "telemetry", "nux"):
        assert here[section] == host[section], section
    assert here["concurrency"]["pools"] == host["concurrency"]["pools"]
    locations = yaml.safe_load(named(objects, "ConfigMap", "monette-instance")["data"]["workspace.yaml"])["load_from"]
    [host_location] = yaml.safe_load((COMPOSE / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    assert [each["grpc_server"]["location_name"] for each in locations] == [
        host_location["grpc_server"]["location_name"]
    ]


def test_the_proxy_is_that_of_one_host(objects: list[dict[str, Any]]) -> None:
    told = named(objects, "ConfigMap", "monette-proxy")["data"]
    for name in ("dagster.conf.template", "oauth2-proxy.cfg"):
        assert told[name] == (COMPOSE / "proxy" / name).read_text(encoding="utf-8")
    spec = named(objects, "Deployment", "monette-proxy")["spec"]["template"]["spec"]
    asked = {variable["name"] for variable in spec["containers"][0]["env"]}
    compose = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
    assert asked == set(compose["services"]["proxy"]["environment"])


def test_compose_is_what_docker_compose_takes(tmp_path: Path) -> None:
    from check_jsonschema import main
    from click.testing import CliRunner

    said = CliRunner().invoke(
        main, ["--builtin-schema", "vendor.compose-spec", str(COMPOSE / "compose.yaml")], catch_exceptions=False
    )
    assert said.exit_code == 0, said.output


def share(values: dict[str, Any]) -> Decimal:
    """The part of its machine that a run is charged, of these values."""
    return Decimal(named(rendered(values), "ConfigMap", "monette-settings")["data"]["MONETTE_MACHINE_SHARE"])


@pytest.mark.parametrize(
    ("cpu", "nodes", "part"),
    [("2", 8, "0.25"), (1, 4, "0.25"), ("500m", 8, "0.0625"), ("4", 4, "1"), ("2", 6, "0.333333")],
)
def test_a_run_is_charged_what_its_pod_asks_for_of_a_node(cpu: str | int, nodes: int, part: str) -> None:
    resources = {"requests": {"cpu": cpu, "memory": "8Gi", "ephemeral-storage": "8Gi"}}
    assert share({**VALUES, "runs": {"nodeCpus": nodes, "resources": resources}}) == Decimal(part)


def test_a_share_that_the_settings_say_stands_and_more_than_a_node_has_is_refused() -> None:
    from helm_python.errors import HelmError

    assert share({**VALUES, "settings": {**VALUES["settings"], "MONETTE_MACHINE_SHARE": "0.5"}}) == Decimal("0.5")
    with pytest.raises(HelmError, match=r"runs.resources.requests.cpu: expected at most runs.nodeCpus \(1\), found 2"):
        rendered({**VALUES, "runs": {"nodeCpus": 1}})


@pytest.mark.parametrize(("environment", "values"), [("dev", "environments/dev.yaml.example"), ("prod", "values.yaml")])
def test_the_nodes_processors_are_those_of_terraforms_size(environment: str, values: str) -> None:
    """Azure's names say them: Standard_E8ds_v5 has eight."""
    text = (CHART.parent / "terraform" / "environments" / environment / "main.tf").read_text(encoding="utf-8")
    [cpus] = re.findall(r'run_size\s+= "Standard_[A-Z]+(\d+)', text)
    assert yaml.safe_load((CHART / values).read_text(encoding="utf-8"))["runs"]["nodeCpus"] == int(cpus)


def test_on_one_machine_a_run_is_charged_one_of_as_many_as_run_at_once() -> None:
    instance = yaml.safe_load((COMPOSE / "dagster.yaml").read_text(encoding="utf-8"))
    settings = dict(
        re.findall(r"^(\w+)=(.*)$", (COMPOSE / "monette.env.example").read_text(encoding="utf-8"), re.MULTILINE)
    )
    at_once = instance["concurrency"]["runs"]["max_concurrent_runs"]
    assert Decimal(settings["MONETTE_MACHINE_SHARE"]) * at_once == 1
