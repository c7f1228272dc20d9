"""`commerce audit`."""

import csv
import io
from pathlib import Path

import psycopg
import pytest

from commerce_core.wiring import Commerce as Shop


@pytest.fixture
def changed(commerce, shop: Shop) -> None:
    """A tag that was made and renamed, both sealed."""
    commerce("tags", "create", "Gift")
    commerce("tags", "rename", "gift", "Present")
    shop.audit.seal()


def test_the_log_is_listed_by_what_one_knows_and_shown(commerce, changed: None) -> None:
    header, first, second = commerce("audit", "list").out.splitlines()
    assert header.split("\t") == ["Id", "When", "Who", "What", "About", "Changed"]
    assert [line.split("\t")[3] for line in (first, second)] == ["tag.changed", "tag.created"]
    [entry] = commerce("audit", "list", "--action", "tag.changed", "--json").value["items"]
    about = f"tag:{entry['entity_id']}"
    assert commerce("audit", "list", "--object", about, "--actor-kind", "cli", "--json").value["total"] == 2
    assert commerce("audit", "list", "--object", "tag", "--to", "2020-01-01", "--json").value["items"] == []
    assert commerce("audit", "list", "--request", entry["request_id"], "--json").value["total"] >= 1
    assert commerce("audit", "show", entry["id"], "--json").value == entry
    assert "Gift → Present" in commerce("audit", "show", entry["id"]).out
    assert commerce("audit", "show", 99).err.startswith("audit-log-not-found")
    assert commerce("audit", "list", "--from", "never").code == 2


def test_more_than_a_page_goes_on_with_the_cursor(commerce, changed: None) -> None:
    first = commerce("audit", "list", "--per-page", 1, "--json").value
    second = commerce("audit", "list", "--per-page", 1, "--cursor", first["next_cursor"], "--json").value
    assert [page["items"][0]["action"] for page in (first, second)] == ["tag.changed", "tag.created"]
    assert f"--cursor {first['next_cursor']}" in commerce("audit", "list", "--per-page", 1).err
    assert commerce("audit", "list", "--cursor", "x").code == 2


def test_the_log_goes_into_a_file_or_to_whoever_reads(commerce, changed: None, tmp_path: Path) -> None:
    file = tmp_path / "audit.csv"
    assert commerce("audit", "export", "-o", file).code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    assert [(row["action"], row["position"]) for row in rows] == [("tag.changed", "2"), ("tag.created", "1")]
    assert commerce("audit", "export", "--action", "tag.created").out.count("\n") == 2


def test_a_whole_chain_is_proved_and_tells_its_head_and_its_tail(commerce, changed: None) -> None:
    commerce("tags", "create", "Other")
    found = commerce("audit", "verify", "--json")
    assert (found.code, found.value["checked"], found.value["unsealed"], found.value["findings"]) == (0, 2, 1, [])
    told = commerce("audit", "verify", "--known", found.value["head"])
    assert (told.code, told.err) == (0, "")
    assert [line.split(maxsplit=1) for line in told.out.splitlines()][:3] == [
        ["Chain", "whole"], ["Begins", "with the first row"], ["Proved", "2 rows"],
    ]  # fmt: skip
    assert "1 rows since" in told.out
    assert "part of the chain" in told.out


def test_a_broken_chain_ends_in_1_and_names_the_first_row_that_is_wrong(
    commerce, changed: None, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE audit_logs DISABLE TRIGGER USER")
        connection.execute("UPDATE audit_logs SET actor_name = 'somebody else' WHERE action = 'tag.changed'")
        connection.execute("ALTER TABLE audit_logs ENABLE TRIGGER USER")
    told = commerce("audit", "verify")
    assert (told.code, told.err) == (1, "Row 2 at position 2 is not what was sealed.\n")
    assert "broken" in told.out
    found = commerce("audit", "verify", "--json")
    assert (found.code, found.value["findings"]) == (1, [{"problem": "altered", "position": 2, "log_id": 2}])


def test_a_head_that_the_chain_never_led_through_ends_in_1(commerce, changed: None) -> None:
    told = commerce("audit", "verify", "--known", f"1:{'ab' * 32}")
    assert (told.code, "was rewritten" in told.err) == (1, True)
    assert commerce("audit", "verify", "--known", f"9:{'ab' * 32}").code == 1
    assert commerce("audit", "verify", "--known", "head").code == 2
