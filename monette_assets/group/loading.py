"""Reading a contract folder: YAML to typed entries, every mistake of every file collected before any is reported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from monette_assets.group.consolidation_validation import consolidation_problems
from monette_assets.group.group import Group
from monette_assets.group.models import (
    Commodity,
    Company,
    Consolidation,
    Entry,
    GroupAccount,
    GroupSettings,
    Location,
    MappingEntry,
    Pillar,
    Reroute,
)
from monette_assets.group.prices import PRICES_FILE, PriceBook, PriceList, price_book, price_problems
from monette_assets.group.problems import GroupContractError, Problem, one_of
from monette_assets.group.validation import Contract, Indexed, problems_between_files

DEMO_FOLDER = Path(__file__).parent / "demo"
SETTINGS_FILE = "group.yaml"
CONSOLIDATION_FILE = "consolidation.yaml"  # may be absent: sister companies, nothing further to say
LIST_FILES: dict[str, type[Entry]] = {
    "companies": Company,
    "pillars": Pillar,
    "locations": Location,
    "commodities": Commodity,
    "chart": GroupAccount,
    "mapping": MappingEntry,
    "reroutes": Reroute,
}
EntryType = TypeVar("EntryType", bound=Entry)


def load_group(folder: Path | None = None) -> Group:
    """The group of a contract folder; None: the fictional demo group.

    Raises GroupContractError with every problem of every file.
    """
    folder = folder or DEMO_FOLDER
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    raw = {name: _read_yaml(folder / f"{name}.yaml", problems, texts) for name in ("group", *LIST_FILES)}
    settings = _document(GroupSettings, SETTINGS_FILE, raw["group"], problems)
    consolidation: Consolidation | None = Consolidation()
    if (folder / CONSOLIDATION_FILE).exists():
        content = _read_yaml(folder / CONSOLIDATION_FILE, problems, texts)
        consolidation = _document(Consolidation, CONSOLIDATION_FILE, content, problems)
    lists = {name: _listed(name, raw[name], problems) for name in LIST_FILES}
    if settings:
        for each in lists["companies"] or ():
            if isinstance(each, dict):
                each.setdefault("first_period", settings.first_period)
    bought = {each.investment_account for each in consolidation.ownership} if consolidation else set()
    for each in lists["chart"] or ():
        if isinstance(each, dict) and str(each.get("code")) in bought:
            each.setdefault("cash_flow", "investing")  # what is paid for a company is no operating cash
    contract = Contract(
        settings=settings,
        companies=_entries("companies", lists["companies"], Company, problems),
        pillars=_entries("pillars", lists["pillars"], Pillar, problems),
        locations=_entries("locations", lists["locations"], Location, problems),
        commodities=_entries("commodities", lists["commodities"], Commodity, problems),
        chart=_entries("chart", lists["chart"], GroupAccount, problems),
        mapping=_entries("mapping", lists["mapping"], MappingEntry, problems),
        reroutes=_entries("reroutes", lists["reroutes"], Reroute, problems),
        consolidation=consolidation,
        named={
            name: {str(each[key]) for each in listed if isinstance(each, dict) and key in each}
            if (listed := lists[name]) is not None
            else None
            for name, key in (
                ("companies", "code"),
                ("pillars", "name"),
                ("locations", "name"),
                ("commodities", "code"),
                ("chart", "code"),
            )
        },
    )
    problems.extend(problems_between_files(contract))
    problems.extend(consolidation_problems(contract))
    currency = settings.currency if settings else None
    prices = _prices(folder, currency, contract.named["pillars"], problems)
    if problems or settings is None or consolidation is None:
        raise GroupContractError(str(folder), problems)
    fingerprint, files = _hashes(settings, consolidation, contract)
    return Group(
        settings=settings,
        companies=tuple(each for _, each in contract.companies),
        pillars=tuple(each for _, each in contract.pillars),
        locations=tuple(each for _, each in contract.locations),
        commodities=tuple(each for _, each in contract.commodities),
        chart=tuple(sorted((each for _, each in contract.chart), key=lambda each: (each.order, each.code))),
        mapping=tuple(each for _, each in contract.mapping),
        reroutes=tuple(each for _, each in contract.reroutes),
        consolidation=consolidation,
        fingerprint=fingerprint,
        file_fingerprints=files,
        files=texts,
        prices=prices,
    )


def read_price_book(text: str, currency: str) -> PriceBook:
    """A price book as it was kept. Raises GroupContractError where this version of the platform cannot read it."""
    problems: list[Problem] = []
    listed = _document(PriceList, PRICES_FILE, yaml.load(text, Loader=_Loader), problems)  # noqa: S506 (a CSafeLoader)
    if listed is None:
        raise GroupContractError(PRICES_FILE, problems)
    return price_book(listed, currency, text)


def _prices(folder: Path, currency: str | None, pillars: set[str] | None, problems: list[Problem]) -> PriceBook | None:
    """The price book of a folder; None where it has none, or none that is valid, which is reported."""
    if not (folder / PRICES_FILE).exists():
        return None
    texts: dict[str, str] = {}  # not among the contract's: no figure of the books depends on it
    listed = _document(PriceList, PRICES_FILE, _read_yaml(folder / PRICES_FILE, problems, texts), problems)
    if listed is None or currency is None:
        return None
    problems.extend(price_problems(listed, currency, pillars))
    return price_book(listed, currency, texts[PRICES_FILE])


class _Loader(yaml.CSafeLoader):
    """Safe and quick; refuses a key given twice, which YAML would let win silently."""


def _mapping_without_duplicates(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key!r} is not text; put it in quotes", key_node.start_mark
            )
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} twice", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)  # type: ignore[no-untyped-call]
    return seen


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


def _read_yaml(path: Path, problems: list[Problem], texts: dict[str, str]) -> Any:
    try:
        texts[path.name] = path.read_text(encoding="utf-8")
        return yaml.load(texts[path.name], Loader=_Loader)  # noqa: S506 (a CSafeLoader)
    except FileNotFoundError:
        problems.append(Problem(path.name, "", "no such file", f"a file {path.name} in the contract's folder"))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, or an impossible date
        problems.append(Problem(path.name, "", " ".join(str(error).split()), "valid YAML in UTF-8"))
    return _UNREADABLE


_UNREADABLE = object()  # reported already


def _document(model: type[EntryType], file: str, raw: Any, problems: list[Problem]) -> EntryType | None:
    """A file that is one entry; None where it is not, which is reported."""
    if raw is _UNREADABLE:
        return None
    if not isinstance(raw, dict):
        problems.append(Problem(file, "", _shown(raw), f"keys {', '.join(model.model_fields)}"))
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems.extend(_problems_of(error, model, file, ""))
        return None


def _listed(name: str, raw: Any, problems: list[Problem]) -> list[Any] | None:
    """The list in a file; None where there is none, which is reported."""
    if raw is _UNREADABLE:
        return None
    if not isinstance(raw, dict) or set(raw) != {name} or not isinstance(raw[name] or [], list):
        found = f"keys {', '.join(map(str, raw))}" if isinstance(raw, dict) and set(raw) != {name} else _shown(raw)
        problems.append(Problem(f"{name}.yaml", "", found, f"one key `{name}` holding a list"))
        return None
    return raw[name] or []


def _entries(name: str, raw: list[Any] | None, model: type[EntryType], problems: list[Problem]) -> Indexed[EntryType]:
    adapter = TypeAdapter(model)
    valid: list[tuple[int, EntryType]] = []
    for index, each in enumerate(raw or ()):
        try:
            valid.append((index, adapter.validate_python(each)))
        except ValidationError as error:
            problems.extend(_problems_of(error, model, f"{name}.yaml", f"{name}[{index}]"))
    return tuple(valid)


def _problems_of(error: ValidationError, model: type[BaseModel], file: str, prefix: str) -> Iterator[Problem]:
    for each in error.errors(include_url=False):
        location = each["loc"]
        path = prefix
        for part in location:
            path += f"[{part}]" if isinstance(part, int) else (f".{part}" if path else str(part))
        found = _shown(each["input"])
        context = each.get("ctx", {})
        match each["type"]:
            case "extra_forbidden":
                found = f"unknown key {str(location[-1])!r}"
                expected = one_of(_keys_at(model, location[:-1]), location[-1])
            case "missing":
                found, expected = "nothing", "a value: the key is required"
            case "literal_error":
                expected = str(context["expected"])
                choices = [choice.strip("' ") for choice in expected.replace(" or ", ",").split(",")]
                expected = one_of(choices, each["input"])
            case "string_pattern_mismatch":
                expected = f"text matching {context['pattern']}"
            case "string_type":
                expected = "text" + (" (put it in quotes)" if isinstance(each["input"], int | float | bool) else "")
            case "value_error":
                expected = str(context["error"])
            case _:
                expected = each["msg"].removeprefix("Input should be ")
        yield Problem(file, path, found, expected)


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys an entry may have, at a place inside a model."""
    for part in location:
        if isinstance(part, str):
            field = next(f for name, f in model.model_fields.items() if part in (name, f.alias))
            inner = [field.annotation, *get_args(field.annotation)]
            model = next(t for t in inner if isinstance(t, type) and issubclass(t, BaseModel))
    return [field.alias or name for name, field in model.model_fields.items()]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _hashes(settings: GroupSettings, consolidation: Consolidation, contract: Contract) -> tuple[str, dict[str, str]]:
    """The contract's fingerprint, and one of each file: of what they say, however it is formatted."""
    content = {
        "group": settings.model_dump(mode="json"),
        "consolidation": consolidation.model_dump(mode="json"),
        **{name: [each.model_dump(mode="json") for _, each in getattr(contract, name)] for name in LIST_FILES},
    }
    return _hash(content), {f"{name}.yaml": _hash(said)[:16] for name, said in content.items()}


def _hash(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
