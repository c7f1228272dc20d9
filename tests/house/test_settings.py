"""Every setting is documented with its default, and the example of an environment can be used as it is."""

import re
from pathlib import Path

from attrs import fields

from commerce_core.settings import Settings, from_environ, variable
from tests.house.generated import ROOT

ROW = re.compile(r"^\| `([A-Z0-9_]+)` \| (?:`([^`]*)`)? ?\| ([^|]+) \|$", re.MULTILINE)
LINE = re.compile(r"^# ?([A-Z0-9_]+)=(.*)$", re.MULTILINE)


def defaults() -> dict[str, str]:
    """The default of every variable as one would write it."""
    found = {}
    for attribute in fields(Settings):
        default = "" if attribute.default is None else str(attribute.default)
        found[variable(attribute.name)] = default.lower() if isinstance(attribute.default, bool) else default
    return found


def documented(page: Path) -> dict[str, str]:
    """The defaults that the page tells."""
    return {name: default for name, default, _ in ROW.findall(page.read_text("utf-8"))}


def test_the_page_of_operations_documents_every_setting_with_its_default() -> None:
    assert documented(ROOT / "docs" / "operations.md") == defaults()


def test_the_example_of_an_environment_names_every_setting_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    assert {name: value.strip('"') for name, value in LINE.findall(text)} == defaults()


def test_the_example_of_an_environment_means_what_the_defaults_mean() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    assert from_environ({name: value.strip('"') for name, value in LINE.findall(text)}) == Settings()
