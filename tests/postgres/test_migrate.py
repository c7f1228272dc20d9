"""Migrations go up, come down, and survive company and sudden death."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from commerce_core.kernel.errors import DatabaseUnavailable
from commerce_core.postgres import migrate as migrations
from commerce_core.postgres.files import migrations_folder
from commerce_core.postgres.migrate import MigrationIrreversible, MigrationsBusy, is_current, migrate, rollback, status

_SCHEMA = """
    SELECT format('%s %s', c.relkind, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname NOT LIKE '%yoyo%'
    UNION ALL SELECT format('f %s', p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public'
    UNION ALL SELECT format('t %s', t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname = 'public' AND t.typname NOT LIKE '%yoyo%'
    ORDER BY 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three small migrations, its name full of what globs and addresses trip over."""
    folder = tmp_path / "migrations [1] 100%"
    folder.mkdir()
    for number, name in enumerate(("one", "two", "three"), start=1):
        (folder / f"000{number}-{name}.sql").write_text(
            f"CREATE TABLE {name} (id int);\nINSERT INTO {name} VALUES (1), (2);\n"
        )
        (folder / f"000{number}-{name}.rollback.sql").write_text(f"DROP TABLE {name};\n")
    return folder


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        yield connection


def column(url: str, query: str) -> list[Any]:
    with connected(url) as connection:
        return [row[0] for row in connection.execute(query.encode())]


def test_migrations_apply_in_order_and_only_once(empty_database_url: str, folder: Path) -> None:
    assert not is_current(empty_database_url, folder=folder)

    assert migrate(empty_database_url, folder=folder) == ["0001-one", "0002-two", "0003-three"]

    assert is_current(empty_database_url, folder=folder)
    assert migrate(empty_database_url, folder=folder) == []
    assert column(empty_database_url, "SELECT count(*) FROM two") == [2]


def test_a_rollback_takes_back_the_newest_first(empty_database_url: str, folder: Path) -> None:
    migrate(empty_database_url, folder=folder)

    assert rollback(empty_database_url, 2, folder=folder) == ["0003-three", "0002-two"]

    assert [entry.applied_at is not None for entry in status(empty_database_url, folder=folder)] == [True, False, False]
    assert migrate(empty_database_url, folder=folder) == ["0002-two", "0003-three"]


def test_status_tells_when_each_was_applied_and_changes_nothing(empty_database_url: str, folder: Path) -> None:
    assert [(entry.id, entry.applied_at) for entry in status(empty_database_url, folder=folder)] == [
        ("0001-one", None),
        ("0002-two", None),
        ("0003-three", None),
    ]
    assert column(empty_database_url, _SCHEMA) == []

    migrate(empty_database_url, folder=folder)

    times = [entry.applied_at for entry in status(empty_database_url, folder=folder)]
    assert all(time is not None and time.utcoffset() is not None for time in times)


def test_a_migration_without_rollback_stops_the_rollback_before_it_starts(
    empty_database_url: str, folder: Path
) -> None:
    migrate(empty_database_url, folder=folder)
    (folder / "0002-two.rollback.sql").unlink()

    with pytest.raises(MigrationIrreversible, match="0002-two"):
        rollback(empty_database_url, 3, folder=folder)

    assert is_current(empty_database_url, folder=folder)


def test_a_migration_that_fails_half_way_leaves_nothing_and_names_itself(empty_database_url: str, folder: Path) -> None:
    (folder / "0002-two.sql").write_text("CREATE TABLE two (id int);\nSELECT 1 / 0;\n")

    with pytest.raises(psycopg.errors.DivisionByZero) as failure:
        migrate(empty_database_url, folder=folder)

    assert failure.value.__notes__ == ["while running apply of migration 0002-two"]
    assert column(empty_database_url, "SELECT to_regclass('two') IS NULL") == [True]
    (folder / "0002-two.sql").write_text("CREATE TABLE two (id int);\n")
    assert migrate(empty_database_url, folder=folder) == ["0002-two", "0003-three"]


def test_schema_and_record_are_one_transaction(empty_database_url: str, folder: Path) -> None:
    migrate(empty_database_url, folder=folder)
    rollback(empty_database_url, 1, folder=folder)
    with connected(empty_database_url) as connection:
        connection.execute("ALTER TABLE _yoyo_migration ADD CHECK (migration_id <> '0003-three')")

    with pytest.raises(psycopg.errors.CheckViolation):
        migrate(empty_database_url, folder=folder)

    assert column(empty_database_url, "SELECT to_regclass('three') IS NULL") == [True]


def test_a_migration_outside_a_transaction_may_build_an_index_concurrently(
    empty_database_url: str, folder: Path
) -> None:
    (folder / "0004-index.sql").write_text("-- transactional: false\nCREATE INDEX CONCURRENTLY one_id ON one (id);\n")

    assert migrate(empty_database_url, folder=folder)[-1] == "0004-index"

    assert is_current(empty_database_url, folder=folder)
    assert column(empty_database_url, "SELECT to_regclass('one_id') IS NOT NULL") == [True]


def test_four_processes_that_start_at_once_apply_each_migration_once(empty_database_url: str, folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        results = pool.starmap_async(_migrate, [(empty_database_url, folder)] * 4).get(timeout=60)

    assert sorted(results, key=len) == [[], [], [], ["0001-one", "0002-two", "0003-three"]]


def _migrate(url: str, folder: Path) -> list[str]:
    return migrate(url, folder=folder)


def test_a_concurrent_index_does_not_wait_for_those_who_wait_to_migrate(empty_database_url: str, folder: Path) -> None:
    """Who waits inside one statement holds a snapshot, and CREATE INDEX CONCURRENTLY waits for every older snapshot."""
    (folder / "0004-index.sql").write_text("-- transactional: false\nCREATE INDEX CONCURRENTLY one_id ON one (id);\n")
    applied: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: applied.append(migrate(empty_database_url, folder=folder, timeout=30)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=40)

    assert sorted(map(len, applied)) == [0, 0, 4]


def test_who_cannot_have_the_lock_says_so_in_time(empty_database_url: str, folder: Path) -> None:
    with connected(empty_database_url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (migrations._LOCK,))

        with pytest.raises(MigrationsBusy):
            migrate(empty_database_url, folder=folder, timeout=0.3)

    assert len(migrate(empty_database_url, folder=folder)) == 3


def test_the_lock_row_of_a_killed_yoyo_does_not_stop_anybody(empty_database_url: str, folder: Path) -> None:
    migrate(empty_database_url, folder=folder)
    with connected(empty_database_url) as connection:
        connection.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 4711)")

    assert rollback(empty_database_url, 1, folder=folder) == ["0003-three"]


def test_migrations_of_a_newer_release_do_no_harm(empty_database_url: str, folder: Path) -> None:
    migrate(empty_database_url, folder=folder)
    (folder / "0003-three.sql").unlink()

    assert is_current(empty_database_url, folder=folder)
    assert migrate(empty_database_url, folder=folder) == []


def test_is_current_asks_one_statement_of_a_connection(database_url: str, empty_database_url: str) -> None:
    with connected(database_url) as current, connected(empty_database_url) as empty:
        assert is_current(current)
        assert not is_current(empty)


@pytest.mark.parametrize("spell", [str, lambda url: url.replace("postgresql://", "postgres://"), make_conninfo])
def test_any_spelling_of_an_address_is_understood(
    empty_database_url: str, folder: Path, spell: Callable[[str], str]
) -> None:
    assert len(migrate(spell(empty_database_url), folder=folder)) == 3


def test_a_database_name_with_odd_characters_is_understood(postgres_url: str, folder: Path) -> None:
    server = conninfo_to_dict(postgres_url)
    with connected(postgres_url) as connection:
        connection.execute('CREATE DATABASE "odd name/50%"')
    try:
        user, host = server.get("user", ""), server["host"]
        url = f"postgresql://{user}@/odd%20name%2F50%25?host={host}&options=-c%20work_mem%3D5MB"
        assert len(migrate(url, folder=folder)) == 3
    finally:
        with connected(postgres_url) as connection:
            connection.execute('DROP DATABASE "odd name/50%" WITH (FORCE)')


def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    for ask in (migrate, status, is_current):
        with pytest.raises(DatabaseUnavailable):
            ask(f"postgresql://nobody@/nothing?host={tmp_path}")


def test_every_migration_of_the_shop_can_be_taken_back_and_applied_again(empty_database_url: str) -> None:
    applied = migrate(empty_database_url)
    schema = column(empty_database_url, _SCHEMA)

    assert rollback(empty_database_url, len(applied)) == applied[::-1]
    assert column(empty_database_url, _SCHEMA) == []

    assert migrate(empty_database_url) == applied
    assert column(empty_database_url, _SCHEMA) == schema


def test_each_migration_has_its_rollback_and_a_number_of_its_own() -> None:
    names = {path.name for path in migrations_folder().glob("*.sql")}
    forward = sorted(name for name in names if not name.endswith(".rollback.sql"))

    assert [name[:4] for name in forward] == [f"{number:04}" for number in range(len(forward))]
    assert names == {*forward, *(name.replace(".sql", ".rollback.sql") for name in forward)}
