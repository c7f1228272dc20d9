"""`commerce db`."""

import pytest

from commerce_core.postgres.migrate import status


@pytest.fixture
def empty(commerce, empty_database_url: str):
    return lambda *words, stdin="": commerce(*words, stdin=stdin, DATABASE_URL=empty_database_url)


def test_an_empty_database_is_migrated_once(empty, empty_database_url: str) -> None:
    first, second = empty("db", "migrate", "--json"), empty("db", "migrate", "--json")
    assert first.value["applied"] == [migration.id for migration in status(empty_database_url)]
    assert second.value == {"applied": []}
    assert "Nothing to do" in empty("db", "migrate").out


def test_status_names_what_is_missing_and_changes_nothing(empty) -> None:
    for _ in range(2):
        said = empty("db", "status")
        assert said.code == 0
        assert said.out.splitlines()[0] == "Migration\tApplied"
        assert {line.split("\t")[1] for line in said.out.splitlines()[1:]} == {"missing"}


def test_a_database_of_an_older_release_is_refused_by_name(empty) -> None:
    said = empty("orders", "list")
    assert said.code == 6
    assert said.err.startswith("database-not-migrated")


def test_the_latest_migration_is_taken_back_when_somebody_says_yes(commerce, database_url: str) -> None:
    latest = status(database_url)[-1].id
    assert commerce("db", "rollback", stdin="n\n").code == 1
    assert status(database_url)[-1].applied_at is not None

    assert commerce("db", "rollback", "--yes", "--json").value == {"rolled_back": [latest]}
    assert status(database_url)[-1].applied_at is None
    assert commerce("db", "migrate", "--json").value == {"applied": [latest]}
