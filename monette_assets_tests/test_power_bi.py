"""The Power BI project: JSON valid by the published schemas, a model that Microsoft's own library reads, every
contract's column with its type, no name that is not there.

Power BI itself is not run: what DAX means to it is not checked here.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monette_assets import catalog, power_bi
from monette_assets.power_bi import (
    COMPANIES,
    DATES,
    FOLDER,
    MEASURES,
    files,
    measures,
    names,
    relationships,
    table_name,
)
from monette_assets.tables import Column
from monette_assets_tests.infra.checks import environment
from monette_assets_tests.node_packages import installed

ROOT = Path(__file__).parents[1]
GOLD = [table.contract for table in catalog.GOLD]
FILES = files(GOLD)
MODEL = "monette.SemanticModel/definition/"


@pytest.fixture(scope="module")
def judged_by() -> Path:
    """The environment with Microsoft's schemas and its reader of models."""
    return environment("power_bi")


@dataclass(frozen=True)
class Read:
    """What Microsoft's library for tabular models makes of a folder of TMDL, or why it refuses it."""

    found: dict[str, Any]
    refused: str


def read(python: Path, folder: Path) -> Read:
    script = ROOT / "infra" / "checks" / "read_model.py"
    done = subprocess.run([python, script, folder], capture_output=True, text=True, check=False)
    return Read(json.loads(done.stdout), "") if done.returncode == 0 else Read({}, done.stderr)


def m_refused(queries: dict[str, str]) -> dict[str, str]:
    """What Microsoft's parser of M has against queries, by name."""
    folder = ROOT / "infra" / "checks" / "power_query"
    command = ["node", str(folder / "parse.js"), str(installed("power-query", folder))]
    done = subprocess.run(command, input=json.dumps(queries), capture_output=True, text=True, check=True)
    wrong: dict[str, str] = json.loads(done.stdout)
    return wrong


@pytest.fixture(scope="module")
def model(judged_by: Path) -> dict[str, Any]:
    told = read(judged_by / "bin" / "python", ROOT / FOLDER / MODEL)
    assert told.refused == ""
    return told.found


def test_the_files_in_the_repository_are_those_the_contracts_make() -> None:
    stands = {
        str(path.relative_to(ROOT / FOLDER)): path.read_text("utf-8")
        for path in (ROOT / FOLDER).rglob("*")
        if path.is_file()
    }
    assert stands.keys() == FILES.keys(), "run python -m monette_assets.documentation"
    assert [name for name, text in FILES.items() if stands[name] != text] == []


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith((".tmdl", ".md"))])
def test_json_files_are_valid_by_the_published_schema_they_name(name: str, judged_by: Path) -> None:
    (schemas,) = judged_by.glob("lib/python*/site-packages/powerbi_mcp/validation/schemas")
    content: dict[str, Any] = json.loads(FILES[name])
    published = json.loads((schemas / json.loads((schemas / "INDEX.json").read_text())[content["$schema"]]).read_text())
    assert published["$id"] == content["$schema"]
    judge = jsonschema.Draft7Validator(published)
    assert [error.message for error in judge.iter_errors(content)] == []
    assert list(judge.iter_errors({**content, "$schema": 1}))


def test_pages_that_are_listed_are_there() -> None:
    pages = "monette.Report/definition/pages"
    listed = json.loads(FILES[f"{pages}/pages.json"])
    assert listed["activePageName"] in listed["pageOrder"]
    assert [json.loads(FILES[f"{pages}/{name}/page.json"])["name"] for name in listed["pageOrder"]] == listed[
        "pageOrder"
    ]


def test_paths_between_the_projects_files_lead_somewhere() -> None:
    report = json.loads(FILES["monette.pbip"])["artifacts"][0]["report"]["path"]
    model = json.loads(FILES[f"{report}/definition.pbir"])["datasetReference"]["byPath"]["path"]
    assert model == "../monette.SemanticModel"
    assert f"{model.removeprefix('../')}/definition.pbism" in FILES


@pytest.mark.parametrize("contract", GOLD, ids=lambda contract: str(contract.name))
def test_every_column_of_a_contract_is_there_with_its_type(contract: Any, model: dict[str, Any]) -> None:
    table = model["tables"][table_name(contract)]
    expected = {c.name: kind for c in contract.columns if (kind := power_bi.data_type(c))}
    assert {name: kind.casefold() for name, kind in table["columns"].items()} == {
        name: kind.casefold() for name, kind in expected.items()
    }
    assert (table["sources"].keys(), table["computed"]) == ({"M"}, [])
    assert f'LakeUrl & "/{contract.name}"' in table["sources"]["M"]


def test_every_query_is_m_to_its_own_parser(model: dict[str, Any]) -> None:
    sources = {name: table["sources"].get("M") for name, table in model["tables"].items()}
    queries = {name: query for name, query in sources.items() if query} | model["parameters"]
    assert queries.keys() == {*map(table_name, GOLD), power_bi.LAKE}
    assert m_refused(queries) == {}
    assert m_refused({"ledger": queries["ledger"].replace("\nin\n", "\n")}).keys() == {"ledger"}


@pytest.mark.parametrize(
    ("type_", "expected"),
    [("decimal(18, 2)", "decimal"), ("decimal(18, 6)", "double"), ("decimal(28, 8)", "double"), ("date", "dateTime"),
     ("bigint", "int64"), ("array<string>", None)],
)  # fmt: skip
def test_types_keep_every_digit(type_: str, expected: str | None) -> None:
    assert power_bi.data_type(Column("x", type_, "")) == expected


def test_measures_use_only_columns_and_measures_that_there_are() -> None:
    tables, known = names(GOLD), {each.name for each in measures()}
    assert {"Gross Margin", "Contribution Margin", "EBITDA", "Net Income", "EBITDA YTD", "EBITDA Last Year",
            "EBITDA Budget", "EBITDA Variance"} <= known  # fmt: skip
    for each in measures():
        for table, column in re.findall(r"(\w+)\[(\w+)\]", each.expression):
            assert column in tables[table], each
        for other in re.findall(r"(?<!\w)\[([^\]]+)\]", each.expression):
            assert other in known, each
        assert each.expression.count("(") == each.expression.count(")")


def test_lines_are_not_summed_over_results_and_what_results_are_made_of() -> None:
    base = [each for each in measures() if each.folder == "Base"]
    assert {each.name for each in base} == {"Actual", "Actual, Cash Basis", "Budget"}
    assert all(each.expression.startswith("IF(HASONEVALUE(financial_summary[line]), ") for each in base)


def test_no_table_has_the_name_that_the_engine_keeps_for_measures() -> None:
    assert "measures" not in {name.casefold() for name in names(GOLD)}


def test_relationships_join_columns_of_one_type() -> None:
    tables = names(GOLD)
    found = relationships(GOLD)
    assert ("financial_summary", "period", DATES, "date") in found
    assert ("ledger", "company", COMPANIES, "company") in found
    for table, column, other, key in found:
        assert column in tables[table]
        assert key in tables[other]
    assert len({(table, other) for table, _, other, _ in found}) == len(found)  # no table is related twice


def test_the_model_holds_every_table_measure_relationship_and_role(model: dict[str, Any]) -> None:
    assert model["tables"].keys() == names(GOLD).keys() == {*map(table_name, GOLD), MEASURES, DATES, COMPANIES}
    assert model["tables"][MEASURES]["measures"] == {each.name: each.expression for each in measures()}
    assert sorted(map(tuple, model["relationships"])) == sorted(relationships(GOLD))
    assert model["roles"].keys() == {"everything", "one company"}
    assert model["findings"] == []


@pytest.mark.parametrize(
    ("file", "written", "misspelt"),
    [
        ("relationships.tmdl", "toColumn: dates.date", "toColumn: dates.day"),
        ("tables/ledger.tmdl", "dataType: decimal", "dataType: money"),
        ("tables/key_measures.tmdl", "displayFolder: ", "folder: "),
    ],
)
def test_a_model_that_is_wrong_is_refused(
    file: str, written: str, misspelt: str, judged_by: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / FOLDER / MODEL, tmp_path / "model")
    text = (tmp_path / "model" / file).read_text("utf-8")
    assert written in text
    (tmp_path / "model" / file).write_text(text.replace(written, misspelt, 1), "utf-8")
    assert read(judged_by / "bin" / "python", tmp_path / "model").refused.startswith("the model is refused")


def test_calculated_tables_declare_the_columns_they_compute(model: dict[str, Any]) -> None:
    for name in (DATES, COMPANIES, MEASURES):
        table = model["tables"][name]
        computed = set(re.findall(r'"(\w+)", ', table["sources"]["Calculated"])) & names(GOLD)[name]
        assert set(table["computed"]) == table["columns"].keys() == names(GOLD)[name] == computed


def test_who_may_see_one_company_sees_nothing_of_the_group(model: dict[str, Any]) -> None:
    role = model["roles"]["one company"]
    related = {table for table, _, other, _ in relationships(GOLD) if other == COMPANIES}
    shut = {table for table, condition in role.items() if condition == "FALSE()"}
    assert related | shut == {table_name(each) for each in GOLD}
    assert role[COMPANIES] == "[company] == CUSTOMDATA()"


def test_it_is_labelled_as_not_opened() -> None:
    assert "Not opened in Power BI" in FILES["README.md"]
