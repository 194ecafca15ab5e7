"""Which code makes a table: a hash of its module and of the modules that it takes functions from.

Read from the source files as text, without importing them: every run loads the code location, and the parsers that a
table imports where it uses them are part of its code too. Comments, blank lines and docstrings are not. Neither is the
framework (`tables`, `lake`, `engine`), which would make every table another one; nor is the group contract, whose
fingerprint stands beside this version in every commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
FOLLOWED = ("bronze", "silver", "gold", "sources", "group")
CONTRACT = "CONTRACT"  # of another table: what it is made of, and a version of its own

_IMPORT = re.compile(r"^[ \t]*from monette_assets(\.[.\w]+)? import (?:\(([^)]*)\)|([^\n]*))", re.MULTILINE)
_FOR_TYPES = re.compile(r"^if TYPE_CHECKING:\n(?:[ \t]+[^\n]*\n|\n)*", re.MULTILINE)
_DOCSTRING = re.compile(r'(\A|:\n)\s*""".*?"""', re.DOTALL)
_DEFINED = re.compile(r"^(?:def |class )?(\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?:#.*)?\n", re.MULTILINE)


class Code:
    """The source of a package, and what every module of it takes from the others.

    A module is named by its path, `gold/ledger`; a constant of another table by `gold/ledger#NAME`.
    """

    def __init__(self, package: Path = PACKAGE) -> None:
        self._package = package
        self._texts: dict[str, str | None] = {}
        self._imports: dict[str, list[tuple[str, str, str]]] = {}  # module, name, what it is called here
        self._defined: dict[str, set[str]] = {}  # names of functions, classes and constants
        self._uses: dict[str, frozenset[str]] = {}
        self._versions: dict[str, str] = {}

    def version(self, table: str) -> str:
        """The version of the code that makes a table; "" where no module bears its name."""
        if table not in self._versions:  # asked for every month of every table
            self._versions[table] = self._hash(table if "/" in table else f"tables/{table}")
        return self._versions[table]

    def _hash(self, path: str) -> str:
        if self._text(path) is None:
            return ""
        return sha256("".join(f"{each}\n{self._code(each)}\n" for each in self.parts(path)).encode()).hexdigest()[:12]

    def parts(self, path: str) -> list[str]:
        """The module and everything it takes from others, directly or not, in order of name."""
        found, open_ = {path}, [path]
        while open_:
            new = self._used(open_.pop()) - found
            found |= new
            open_ += new
        return sorted(found)

    def _text(self, path: str) -> str | None:
        """The module's text but docstrings, comments on lines of their own, blank lines and imports for types."""
        if path not in self._texts:
            candidates = (self._package / f"{path}.py", self._package / path / "__init__.py")
            file = next((each for each in candidates if each.is_file()), None)
            text = file.read_text(encoding="utf-8") if file else None
            if text is not None:
                text = _COMMENT.sub("", _DOCSTRING.sub(r"\1", _FOR_TYPES.sub("", text)))
                self._imports[path] = [*_imports(text)]
                self._defined[path] = set(_DEFINED.findall(text))
            self._texts[path] = text
        return self._texts[path]

    def _code(self, part: str) -> str:
        path, _, constant = part.partition("#")
        text = self._text(path) or ""
        if not constant:
            return text
        found = re.search(rf"^{constant}\b[^\n]*\n(?:[ \t)\]}}][^\n]*\n)*", text, re.MULTILINE)
        return found[0] if found else ""

    def _used(self, part: str) -> frozenset[str]:
        if part not in self._uses:
            path, _, constant = part.partition("#")
            if self._text(path) is None:
                used: Iterable[str] = ()
            elif constant:
                used = self._made_of(path, constant)
            else:
                used = (each for found in self._imports[path] for each in self._taken(*found, path))
            self._uses[part] = frozenset(filter(_followed, used))
        return self._uses[part]

    def _made_of(self, path: str, constant: str) -> Iterator[str]:
        """What a constant is made of: others of its module, or, where it holds a function or an import, all of it."""
        words = set(re.findall(r"\w+", self._code(f"{path}#{constant}"))) - {constant}
        imported = {alias for module, _, alias in self._imports[path] if _followed(module)}
        yield from (f"{path}#{each}" if each.isupper() else path for each in words & (self._defined[path] | imported))

    def _taken(self, module: str, name: str, alias: str, user: str) -> Iterator[str]:
        """What a module takes from another one by importing a name."""
        if not _followed(module):
            return
        inner = f"{module}/{name}"
        if self._text(inner) is not None:  # the module itself is imported
            if CONTRACT not in self._defined[inner]:
                yield inner
                return
            used = set(re.findall(rf"\b{alias}\.(\w+)", self._text(user) or "")) - {CONTRACT}
            yield from (f"{inner}#{each}" if each.isupper() else inner for each in used & self._defined[inner])
        elif (self._package / module).is_dir():  # the package passes on what a module of it defines
            self._text(module)
            yield next((found for found, each, _ in self._imports.get(module, ()) if each == name), module)
        elif name != CONTRACT:
            yield f"{module}#{name}" if name.isupper() else module


def _followed(part: str) -> bool:
    return part.split("/", maxsplit=1)[0] in FOLLOWED


def _imports(text: str) -> Iterator[tuple[str, str, str]]:
    """(module, name, what it is called here) of everything that a text imports from the package."""
    for match in _IMPORT.finditer(text):
        names = re.sub(r"#.*", "", match[2] or match[3] or "")
        for each in names.split(","):
            name, _, alias = each.strip().partition(" as ")
            if name:
                yield (match[1] or "").lstrip(".").replace(".", "/"), name, alias or name


@lru_cache(maxsize=1)
def own() -> Code:
    """The code of this installation, read once a process: what is edited later does not run in it."""
    return Code()
