"""What is hashed, to the byte: other people have programs that recompute it."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from attrs import evolve

from commerce_core.access.model import HIDDEN, SYSTEM, AuditEntry
from commerce_core.audit.model import BEGINNING, ChainEnd, Finding, Link, LoggedEntry, Problem, follow
from commerce_core.kernel.errors import InvalidInput

ENTRY = LoggedEntry(
    id=7,
    at=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
    actor_kind="staff",
    actor_id=UUID("01939c2e-0000-7000-8000-000000000001"),
    actor_name='Zoé "Z"\n\x1f',
    action="product.changed",
    entity_type="product",
    entity_id="42",
    changes='{"title": {"after": "Cap", "before": "Hat"}}',
    request_id=None,
    address="192.0.2.7",
)
CANONICAL = (
    '["7","2026-11-22T10:15:00.000000Z","staff","01939c2e-0000-7000-8000-000000000001","Zoé \\"Z\\"\\n\\u001f",'
    '"product.changed","product","42",'
    '"{\\"title\\": {\\"after\\": \\"Cap\\", \\"before\\": \\"Hat\\"}}",null,"192.0.2.7"]'
)


def links(*entries: LoggedEntry) -> list[Link]:
    """These rows, sealed."""
    end, made = BEGINNING, []
    for entry in entries:
        end = end.then(entry)
        made.append(Link(end.position, entry.id, end.hash, entry))
    return made


def test_a_row_is_hashed_as_the_document_says() -> None:
    assert ENTRY.canonical().decode() == CANONICAL
    assert BEGINNING.then(ENTRY) == ChainEnd(1, hashlib.sha256(bytes(32) + CANONICAL.encode()).digest())


def test_the_time_is_hashed_in_utc_wherever_it_was_read() -> None:
    elsewhere = evolve(ENTRY, at=ENTRY.at.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert elsewhere.canonical() == ENTRY.canonical()


def test_what_is_not_there_and_what_is_empty_are_two_things() -> None:
    assert evolve(ENTRY, request_id="").canonical() != ENTRY.canonical()


def test_a_chain_is_followed_to_its_end() -> None:
    made = links(ENTRY, evolve(ENTRY, id=3), evolve(ENTRY, id=8))
    assert follow(BEGINNING, made) == (ChainEnd(3, made[-1].hash), None)


@pytest.mark.parametrize(
    ("place", "broken", "finding"),
    [
        (1, {"entry": evolve(ENTRY, id=3, action="x")}, Finding(Problem.ALTERED, 2, 3)),
        (1, {"entry": None}, Finding(Problem.REMOVED, 2, 3)),
        (1, {"hash": bytes(32)}, Finding(Problem.ALTERED, 2, 3)),
        (1, {"position": 3}, Finding(Problem.SEAL_REMOVED, 2)),
    ],
)
def test_the_first_break_is_named(place: int, broken: dict[str, object], finding: Finding) -> None:
    made = links(ENTRY, evolve(ENTRY, id=3), evolve(ENTRY, id=8))
    good = ChainEnd(1, made[0].hash)
    made[place] = evolve(made[place], **broken)
    assert follow(BEGINNING, made) == (good, finding)


def test_a_place_is_written_down_and_read_again() -> None:
    end = BEGINNING.then(ENTRY)
    assert ChainEnd.read(f" {str(end).upper()}\n") == end


@pytest.mark.parametrize("text", ["", "7", f"x:{'0' * 64}", f"7:{'0' * 63}", f"-1:{'0' * 64}", f"7:{'g' * 64}"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="/known"):
        ChainEnd.read(text)


def test_personal_and_secret_fields_stand_in_an_entry_by_name_alone() -> None:
    said = AuditEntry(
        SYSTEM,
        "staff.changed",
        "staff",
        "1",
        {
            "email": ("zoe@example.com", "zoe@example.org"),
            "phone": (None, "0102030405"),
            "api_token": ("t0ken", None),
            "role": ("SUPPORT", "MANAGER"),
        },
    ).changes
    assert said == {
        "email": (HIDDEN, HIDDEN),
        "phone": (None, HIDDEN),
        "api_token": (HIDDEN, None),
        "role": ("SUPPORT", "MANAGER"),
    }
