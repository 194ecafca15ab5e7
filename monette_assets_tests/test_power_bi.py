"""The Power BI project: every contract's column with its type, no name that is not there, JSON as its schemas say.

Power BI itself is not run: what TMDL and DAX mean to it is not checked here.
"""

from __future__ import annotations

import json
import re
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

ROOT = Path(__file__).parents[1]
GOLD = [table.contract for table in catalog.GOLD]
FILES = files(GOLD)
TABLES = "monette.SemanticModel/definition/tables/"
ADDRESS = "https://developer.microsoft.com/json-schemas/fabric/{}/schema.json"


def thing(needed: dict[str, Any], allowed: dict[str, Any] | None = None) -> dict[str, Any]:
    """The schema of an object that has these keys and no other."""
    return {
        "type": "object",
        "properties": needed | (allowed or {}),
        "required": sorted(needed),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
# What Microsoft's published schemas say of the keys that are written: the schema a file names, and its rules. Keys
# that they allow and nobody writes are left out: to write one is to look it up first.
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "monette.pbip": (
        "pbip/pbipProperties/1.0.0",
        thing(
            {"version": TEXT, "artifacts": {"type": "array", "items": thing({"report": thing({"path": TEXT})})}},
            {"settings": thing({}, {"enableAutoRecovery": {"type": "boolean"}})},
        ),
    ),
    "definition.pbism": (
        "item/semanticModel/definitionProperties/1.0.0",
        thing({"version": TEXT}, {"settings": thing({}, {"qnaEnabled": {"type": "boolean"}})}),
    ),
    "definition.pbir": (
        "item/report/definitionProperties/2.0.0",
        thing({"version": TEXT, "datasetReference": thing({"byPath": thing({"path": TEXT})})}),
    ),
    ".platform": (
        "gitIntegration/platformProperties/2.0.0",
        thing(
            {
                "metadata": thing({"type": TEXT, "displayName": TEXT}, {"description": TEXT}),
                "config": thing({"version": TEXT, "logicalId": TEXT}),
            }
        ),
    ),
    "version.json": (
        "item/report/definition/versionMetadata/1.0.0",
        thing({"version": {"type": "string", "pattern": r"^[1-9][0-9]*\.(0|[1-9][0-9]*)\.0$"}}),
    ),
    "report.json": (
        "item/report/definition/report/1.0.0",
        thing({"themeCollection": thing({}), "layoutOptimization": {"enum": ["None", "PhonePortrait"]}}),
    ),
    "pages.json": (
        "item/report/definition/pagesMetadata/1.0.0",
        thing({}, {"pageOrder": {"type": "array", "items": TEXT}, "activePageName": TEXT}),
    ),
    "page.json": (
        "item/report/definition/page/1.0.0",
        thing(
            {
                "name": {"type": "string", "maxLength": 50},
                "displayName": TEXT,
                "displayOption": {"enum": ["FitToPage", "FitToWidth", "ActualSize"]},
                "height": {"type": "number"},
                "width": {"type": "number"},
            }
        ),
    ),
}


def test_the_files_in_the_repository_are_those_the_contracts_make() -> None:
    stands = {
        str(path.relative_to(ROOT / FOLDER)): path.read_text("utf-8")
        for path in (ROOT / FOLDER).rglob("*")
        if path.is_file()
    }
    assert stands.keys() == FILES.keys(), "run python -m monette_assets.documentation"
    assert [name for name, text in FILES.items() if stands[name] != text] == []


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith((".tmdl", ".md"))])
def test_json_files_name_their_published_schema_and_hold_to_what_it_says(name: str) -> None:
    content: dict[str, Any] = json.loads(FILES[name])
    schema, rules = RULES[Path(name).name]
    assert content.pop("$schema") == ADDRESS.format(schema)
    jsonschema.validate(content, rules)


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


def declared(text: str) -> dict[str, str]:
    """The columns of a table's TMDL and their types."""
    return dict(re.findall(r"^\tcolumn '?([^'\n]+)'?\n\t\tdataType: (\w+)$", text, re.MULTILINE))


@pytest.mark.parametrize("contract", GOLD, ids=lambda contract: str(contract.name))
def test_every_column_of_a_contract_is_there_with_its_type(contract: Any) -> None:
    text = FILES[f"{TABLES}{table_name(contract)}.tmdl"]
    assert declared(text) == {c.name: kind for c in contract.columns if (kind := power_bi.data_type(c))}
    assert f'LakeUrl & "/{contract.name}"' in text


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


def test_relationships_join_columns_of_one_type() -> None:
    tables = names(GOLD)
    found = relationships(GOLD)
    assert ("financial_summary", "period", DATES, "date") in found
    assert ("ledger", "company", COMPANIES, "company") in found
    for table, column, other, key in found:
        assert column in tables[table]
        assert key in tables[other]
    assert len({(table, other) for table, _, other, _ in found}) == len(found)  # no table is related twice


def test_the_model_refers_to_every_table_and_role() -> None:
    text = FILES["monette.SemanticModel/definition/model.tmdl"]
    tables = {name.removeprefix(TABLES).removesuffix(".tmdl") for name in FILES if name.startswith(TABLES)}
    assert set(re.findall(r"^ref table (\w+)$", text, re.MULTILINE)) == tables
    assert tables == {*(table_name(each) for each in GOLD), MEASURES, DATES, COMPANIES}
    assert set(re.findall(r"^ref role '?([^'\n]+)'?$", text, re.MULTILINE)) == {"everything", "one company"}


def test_calculated_tables_declare_the_columns_they_compute() -> None:
    for table in (DATES, COMPANIES, MEASURES):
        text = FILES[f"{TABLES}{table}.tmdl"]
        source = re.search(r"source = (.*)", text)
        assert source
        computed = set(re.findall(r'"(\w+)", ', source[1])) & names(GOLD)[table]
        assert declared(text).keys() == names(GOLD)[table] == computed


def test_who_may_see_one_company_sees_nothing_of_the_group() -> None:
    role = FILES["monette.SemanticModel/definition/roles/one company.tmdl"]
    related = {table for table, _, other, _ in relationships(GOLD) if other == COMPANIES}
    shut = set(re.findall(r"tablePermission '?(\w+)'? = FALSE\(\)", role))
    assert related | shut == {table_name(each) for each in GOLD}


def test_it_is_labelled_as_not_opened() -> None:
    assert "Not opened in Power BI" in FILES["README.md"]
