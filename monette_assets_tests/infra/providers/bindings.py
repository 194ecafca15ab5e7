"""Reads a provider's schemas out of its CDKTF bindings: names, types, blocks, what is required, what may be set."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

SCALARS = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
GETTERS = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "dynamic"],
}

_INTERFACE = re.compile(r"^export interface (\w+)[^\n]*\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_PROPERTY = re.compile(
    r"/\*\*(?P<doc>(?:(?!\*/).)*?)\*/\s+readonly (?P<name>\w+)(?P<optional>\??): (?P<type>\{[^}]*\}[^;]*|[^;]+);",
    re.DOTALL,
)
_DOCUMENTED = re.compile(r"#(\w+) \S+\}")
_CLASS = re.compile(r"^class (\w+) extends[^\n]*\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_GETTER = re.compile(r"get(\w*?)Attribute\('(\w+)'\)")
_NESTED = re.compile(r"new (\w+?)(OutputReference|List|Map)\(this, \"(\w+)\"(?:, (true|false))?\)")
_RESOURCE = re.compile(r'^(\w+)\.tfResourceType = "(\w+)";', re.MULTILINE)


@dataclass
class Argument:
    """One argument of a block: `type` as Terraform writes types in JSON, or the nested block it is."""

    type: Any = None
    block: Block | None = None
    required: bool = False
    settable: bool = True
    several: bool = False
    unordered: bool = False


@dataclass
class Block:
    """What a block takes, by name."""

    arguments: dict[str, Argument] = field(default_factory=dict)

    def type(self) -> Any:
        """The block as an object's type, for what only the provider sets."""
        return [
            "object",
            {name: it.type or ["list", cast(Block, it.block).type()] for name, it in self.arguments.items()},
        ]


def version(wheel: Path) -> str:
    """The provider's version that the bindings were made from."""
    with zipfile.ZipFile(wheel) as files:
        readme = files.read(next(name for name in files.namelist() if name.endswith("/METADATA"))).decode()
    found = re.search(r"provider version (\d+\.\d+\.\d+)", readme)
    assert found, f"{wheel.name} does not say of which provider version it is"
    return found[1]


def read(wheel: Path, types: Collection[str]) -> dict[str, Block]:
    """The schemas of these types (`provider`, `azurerm_subnet`, `data.azurerm_client_config`), of those there are."""
    prefix = wheel.name.split("_provider_")[1].split("-")[0]
    folders = {_folder(kind, prefix): kind for kind in types}
    sources: dict[str, dict[str, str]] = {}
    with zipfile.ZipFile(wheel) as files:
        inner = next(name for name in files.namelist() if name.endswith(".jsii.tgz"))
        with files.open(inner) as packed, tarfile.open(fileobj=packed, mode="r|gz") as members:
            for member in members:
                _, _, rest = member.name.partition("package/lib/")
                folder, _, name = rest.partition("/")
                if folder in folders and name in {"index.d.ts", "index.js"}:
                    text = cast(IO[bytes], members.extractfile(member)).read().decode()
                    sources.setdefault(folder, {})[name] = text
    return {
        folders[folder]: _Reader(found["index.d.ts"], found["index.js"]).block() for folder, found in sources.items()
    }


def _folder(kind: str, prefix: str) -> str:
    if kind == "provider":
        return kind
    data, _, name = kind.rpartition(".")
    if data:
        return f"data-{name.replace('_', '-')}"
    return name.removeprefix(f"{prefix}_").replace("_", "-")


class _Reader:
    """One resource: what may be set stands in the declarations, what can be read and what is a set in the code."""

    def __init__(self, declarations: str, code: str) -> None:
        self._interfaces = dict(_INTERFACE.findall(declarations))
        self._classes = dict(_CLASS.findall(code))
        named = _RESOURCE.search(code)
        self._top = (
            named[1]
            if named
            else next(name[: -len("Config")] for name in self._interfaces if name.endswith("ProviderConfig"))
        )

    def block(self) -> Block:
        return self._block(f"{self._top}Config", self._classes[self._top])

    def _block(self, interface: str, code: str | None) -> Block:
        block = Block()
        nested = {name: (kind, sort, wraps) for kind, sort, name, wraps in _NESTED.findall(code or "")}
        for found in _PROPERTY.finditer(self._interfaces.get(interface, "")):
            documented = _DOCUMENTED.search(found["doc"])
            if documented is None:
                continue  # what CDKTF itself adds
            name, kind = documented[1], found["type"].replace("| cdktf.IResolvable", "").strip()
            argument = Argument(required=not found["optional"])
            bare = kind.removesuffix("[]")
            if kind.startswith("{"):
                argument.type = ["map", SCALARS[kind.split("]:")[1].strip(" ;\n}")]]
            elif bare in SCALARS:
                argument.type = SCALARS[bare] if kind == bare else ["list", SCALARS[bare]]
            elif bare in self._interfaces:
                inner = self._block(bare, self._classes.get(f"{bare}OutputReference"))
                argument.several = kind != bare
                argument.unordered = nested.get(name, ("", "", ""))[2] == "true"
                if f"{name} block" in found["doc"]:
                    argument.block = inner
                else:  # an attribute that may be written as a block
                    argument.type = ["set" if argument.unordered else "list", inner.type()]
            else:
                argument.type = "dynamic"
            block.arguments[name] = argument
        for sort, name in _GETTER.findall(code or ""):
            block.arguments.setdefault(name, Argument(type=GETTERS.get(sort, "dynamic"), settable=False))
        for name, (kind, _, _) in nested.items():
            if name not in block.arguments:
                inner = self._block(kind, self._classes.get(f"{kind}OutputReference"))
                block.arguments[name] = Argument(type=["list", inner.type()], settable=False)
        return block
