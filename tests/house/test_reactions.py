"""The table of reactions names every event there is, so that what happens about each of them is a decision."""

import importlib
from pathlib import Path

import attrs

from commerce_core import Commerce
from commerce_core.customers.events import ProofRequested
from commerce_core.reactions import TOLD
from commerce_core.staff.events import StaffResetRequested

ROOT = Path(__file__).parents[2]


def events() -> set[type]:
    """Every class of an event: those of the events modules that have a type."""
    modules = [
        importlib.import_module(f"commerce_core.{file.parent.name}.events")
        for file in (ROOT / "commerce_core").glob("*/events.py")
    ]
    classes = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    return {kind for kind in classes if attrs.has(kind) and "type" in vars(kind)}


def test_every_event_stands_in_the_table(shop: Commerce) -> None:
    assert events()
    assert set(shop.outbox.reactions) == events()


def test_no_two_events_have_the_same_type() -> None:
    assert len({kind.type for kind in events()}) == len(events())


def test_webhooks_tell_of_every_event_but_those_that_are_between_us_and_one_person() -> None:
    assert {kind.type for kind in events()} - set(TOLD) == {ProofRequested.type, StaffResetRequested.type}


def test_the_documents_list_what_webhooks_tell_of() -> None:
    page = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
    assert [name for name in TOLD if f"| `{name}` | {TOLD[name].aggregate} |" not in page] == []
