"""GitHub's workflows are sound, hold no secret and run nobody's code that could be exchanged under its name."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from monette_assets.lake.lake import RECORDS
from monette_assets_tests.infra.checks import tool

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def judged(name: str, folder: Path) -> tuple[int, str]:
    """What a tool says of a repository with these workflows, and whether it is content."""
    arguments = {
        "actionlint": ["-no-color", *map(str, sorted((folder / ".github" / "workflows").glob("*.yml")))],
        "zizmor": ["--offline", "--no-progress", "--color=never", "--persona=pedantic", str(folder / ".github")],
    }[name]
    said = subprocess.run([tool(name), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return said.returncode, said.stdout


@pytest.mark.parametrize("name", ["actionlint", "zizmor"])
def test_the_workflows_pass(name: str) -> None:
    code, said = judged(name, ROOT)
    assert code == 0, said


@pytest.mark.parametrize(
    ("name", "right", "wrong", "complaint"),
    [
        ("actionlint", "runs-on: ubuntu-24.04", "runs-on: ubuntu-2404", 'label "ubuntu-2404" is unknown'),
        ("actionlint", "needs: plan", "needs: plans", 'needs job "plans" which does not exist'),
        ("zizmor", "@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "@v6", "unpinned-uses"),
        ("zizmor", '"$NUMBER"', "${{ github.event.pull_request.title }}", "template-injection"),
        ("zizmor", "        with:\n          persist-credentials: false\n", "", "artipacked"),
        ("zizmor", "permissions: {}\n", "permissions: write-all\n", "excessive-permissions"),
    ],
)
def test_what_is_wrong_in_a_workflow_is_found(
    tmp_path: Path, name: str, right: str, wrong: str, complaint: str
) -> None:
    shutil.copytree(GITHUB, tmp_path / ".github")
    plan = tmp_path / ".github" / "workflows" / "plan.yml"
    written = plan.read_text(encoding="utf-8")
    assert right in written
    plan.write_text(written.replace(right, wrong), encoding="utf-8")
    code, said = judged(name, tmp_path)
    assert code != 0
    assert complaint in said


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda it: it.stem)
def test_every_action_is_named_by_its_commit_and_version_and_no_secret_is_stored(workflow: Path) -> None:
    written = workflow.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", written)
    pinned = [
        re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) and re.match(r" # v\d+\.\d+\.\d+$", rest) for name, rest in used
    ]
    assert [name for (name, _), good in zip(used, pinned, strict=True) if not (good or name.startswith("./"))] == []
    assert "secrets." not in written
    assert yaml.safe_load(written)["permissions"] == {}


def test_an_action_has_one_version_everywhere() -> None:
    used = {name for file in WORKFLOWS for name in re.findall(r"uses: (\S+@\S+)", file.read_text(encoding="utf-8"))}
    names = sorted(name.split("@")[0] for name in used)
    assert names == sorted(set(names))


def test_every_variable_that_a_workflow_reads_is_set_on_the_page() -> None:
    page = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
    read = {name for file in WORKFLOWS for name in re.findall(r"vars\.(\w+)", file.read_text(encoding="utf-8"))}
    assert read
    assert {name for name in read if f"`{name}`" not in page} == set()


def test_what_is_sealed_is_bronze_and_every_record_of_the_lake() -> None:
    sealing = yaml.safe_load((GITHUB / "workflows" / "seal.yml").read_text(encoding="utf-8"))
    (script,) = (step["run"] for step in sealing["jobs"]["seal"]["steps"] if "run" in step)
    (tables,) = re.findall(r"^tables='(.*)'$", script, re.MULTILINE)
    assert set(tables.split(";")) == {"bronze", *RECORDS}


@pytest.mark.parametrize(("dev", "prod"), [("", "in prod"), ("in dev", ""), ("in dev", "in prod"), ("", "")])
def test_the_copy_is_made_on_runners_inside_the_network_alone(dev: str, prod: str) -> None:
    """Lake and copy let nobody else in, in either environment."""
    job = yaml.safe_load((GITHUB / "workflows" / "seal.yml").read_text(encoding="utf-8"))["jobs"]["seal"]

    def said(expression: str, environment: str = "") -> str:
        """GitHub's && and || give what Python's do; fromJSON is read by the caller."""
        python = expression.removeprefix("${{").removesuffix("}}").replace("fromJSON", "").strip()
        python = python.replace("&&", "and").replace("||", "or")
        known = {"RUNNER_DEV": dev, "RUNNER_PROD": prod, "SEAL_CLIENT_ID": "somebody"}
        python = re.sub(r"vars\.(\w+)", lambda it: repr(known[it[1]]), python)
        python = python.replace("matrix.environment", repr(environment)).replace("github.ref", "'refs/heads/main'")
        return str(eval(python, {"__builtins__": {}}))  # ours, with every name replaced by its value

    runs = said(job["if"]) == "True"
    assert runs is bool(dev or prod)
    if runs:
        environments = json.loads(said(job["strategy"]["matrix"]["environment"]))
        used = {it: said(job["runs-on"], it) for it in environments}
        assert used == {name: label for name, label in {"dev": dev, "prod": prod}.items() if label}


def test_every_root_of_terraform_is_validated_with_its_real_providers() -> None:
    job = yaml.safe_load((GITHUB / "workflows" / "test.yml").read_text(encoding="utf-8"))["jobs"]["terraform"]
    backends = {
        file.parent for file in (ROOT / "infra" / "terraform").rglob("*.tf") if "\nprovider " in file.read_text()
    }
    roots = {str(folder.relative_to(ROOT / "infra" / "terraform")) for folder in backends}
    assert set(job["strategy"]["matrix"]["root"]) == roots


# Of every Linux, of the shell, of the scripts themselves, and what a step before brings.
EVERYWHERE = {"cat", "date", "dirname", "mktemp", "rm", "sha256sum"}
SHELL = {"cd", "echo", "exit", "export", "pwd", "set", "trap"}
OURS = {"infra/deploy", "infra/protected", "of"}
BROUGHT = {
    "terraform": "hashicorp/setup-terraform",
    "cosign": "sigstore/cosign-installer",
    "kubelogin": "kubelogin.zip",
}


def commands(script: str) -> set[str]:
    """The programs that a script calls: the first word of a line, and after a pipe, a bracket or a sign of the like."""
    plain = re.sub(r"'[^']*'|(?m:(?:^|(?<=\s))#.*$)", "_", script).replace("\\\n", " ")
    found = re.findall(r'(?:^|[|;&{]|"?\$\()[ \t]*([a-z][\w/.-]*)(?=[\s;|&)]|$)', plain, re.MULTILINE)
    return set(found)


def test_commands_are_found_wherever_a_script_calls_them() -> None:
    script = 'one a \\\n  | two --x "$(three y)" && four; it() { five "$1"; }\nx="$(six)" # seven\nPATH=a:b\n'
    assert commands(script) == {"one", "two", "three", "four", "five", "six"}


def test_what_a_runner_inside_the_network_has_to_have_is_on_the_page() -> None:
    called = set()
    for file in WORKFLOWS:
        for job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values():
            if "vars.RUNNER_" not in job.get("runs-on", ""):
                continue
            scripts = "\n".join(step.get("run", "") for step in job["steps"])
            here = commands(scripts)
            for script in sorted(it for it in here if it.startswith("infra/")):
                here |= commands((ROOT / script).read_text(encoding="utf-8"))
            whole = scripts + "".join(step.get("uses", "") for step in job["steps"])
            for name in here & BROUGHT.keys():
                assert BROUGHT[name] in whole, f"{file.name}: {name}"
            called |= here - BROUGHT.keys()
            called |= {"az" for step in job["steps"] if step.get("uses", "").startswith("azure/login@")}
            called |= {"git" for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")}
    page = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
    table = page.partition("| on the runner | for |\n")[2].partition("\n\n")[0]
    listed = set(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE))
    assert called - EVERYWHERE - SHELL - OURS == listed


def test_nothing_is_installed_as_root_where_azure_is_reached() -> None:
    for file in WORKFLOWS:
        for job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values():
            if "vars.RUNNER_" in job.get("runs-on", ""):
                assert "sudo" not in commands("\n".join(step.get("run", "") for step in job["steps"]))
