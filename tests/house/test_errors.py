"""Every refusal has a code of its own, a sentence and facts, and stands in docs/errors.md."""

import ast
import importlib
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import adapters_cli
import adapters_http
import adapters_worker
import commerce_core
from adapters_http.problems import status_of
from commerce_core.kernel import errors as families
from commerce_core.kernel.errors import CommerceError
from tests.house.generated import must_hold, table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "errors.md"
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
FAMILIES = {
    families.Invalid, families.NotFound, families.Gone, families.Conflict, families.StaleVersion, families.Forbidden,
    families.Unauthenticated, families.Unavailable, families.TooMany,
}  # fmt: skip
PACKAGES = (commerce_core, adapters_http, adapters_cli, adapters_worker)


def below(kind: type[CommerceError]) -> Iterator[type[CommerceError]]:
    """Every subclass, however deep."""
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def refusals() -> list[type[CommerceError]]:
    """Every refusal of the program, sorted by its code."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith((".__main__", ".gunicorn_conf")):
                importlib.import_module(module.name)
    ours = tuple(f"{package.__name__}." for package in PACKAGES)
    found = {kind for kind in below(CommerceError) if kind.__module__.startswith(ours)} - FAMILIES
    return sorted((kind for kind in found if named(kind)), key=lambda kind: kind.code)


def named(kind: type[CommerceError]) -> bool:
    """Whether this is the class of that name, not what attrs made it of and the collector has not yet taken."""
    return getattr(sys.modules[kind.__module__], kind.__name__) is kind


def field_codes() -> set[str]:
    """The codes of single fields: the second argument of `FieldError(...)` and `InvalidInput.at(...)`."""
    found = set()
    for file in (file for package in PACKAGES for file in (ROOT / package.__name__).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name("FieldError") | ast.Attribute(attr="at"), args=[_, ast.Constant(str(code)), *_]
                ):
                    found.add(code)
    return found


def fields(kind: type[CommerceError]) -> list[str]:
    """The names of a refusal's facts."""
    return [field.name for field in attrs.fields(kind)] if attrs.has(kind) else []


def row(kind: type[CommerceError]) -> tuple[str, ...]:
    """A line of the page."""
    facts = ", ".join(f"`{name}`" for name in fields(kind))
    return (f"`{kind.code}`", str(status_of(kind)), kind.detail, facts)


def test_every_refusal_has_a_code_of_its_own() -> None:
    assert [code for code, times in Counter(kind.code for kind in refusals()).items() if times > 1] == []


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_a_refusal_is_complete(kind: type[CommerceError]) -> None:
    assert "code" in vars(kind), "inherits its code"
    assert KEBAB.fullmatch(kind.code)
    assert set(re.findall(r"{(\w+)", kind.detail)) <= set(fields(kind))
    assert any(issubclass(kind, family) for family in FAMILIES)


def test_the_page_of_errors_lists_every_refusal() -> None:
    head = ("code", "status", "what it says", "facts")
    must_hold(PAGE, "refusals", table(head, [row(kind) for kind in refusals()]))


def test_the_page_of_errors_explains_every_code_of_a_field() -> None:
    explained = set(re.findall(r"^\| `([a-z-]+)` \| [^|0-9]+ \|$", PAGE.read_text("utf-8"), re.MULTILINE))
    assert field_codes() - explained == set()
    assert all(KEBAB.fullmatch(code) for code in field_codes())
