"""The embedded server starts anywhere, once, and gets over what a killed process leaves behind."""

import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from commerce_core.postgres.embedded import EmbeddedPostgres, EmbeddedUnavailable, default_data_dir
from commerce_core.postgres.programs import Account, Programs, is_postmaster


def ask(server: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(server.url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])


def gone(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")  # A zombie answers signals; whoever adopted it has not noticed yet.
        return state.exists() and ") Z" in state.read_text()
    return True


@pytest.mark.parametrize("major", [18, 16])
def test_a_new_directory_gets_a_cluster_of_the_wanted_version(data_dir: Path, major: int) -> None:
    with EmbeddedPostgres.start(data_dir, durable=False, major=major) as server:
        assert server.started_here
        assert server.version.split(".")[0] == str(major)
        assert ask(server, "SELECT current_database()") == "commerce"
        assert ask(server, "SELECT lower('ÉTÉ') || upper('straße')") in {"étéSTRASSE", "étéSTRAßE"}
        assert ask(server, "SHOW listen_addresses") == ""


def test_what_was_written_is_there_after_a_stop_and_a_start(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")

    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server, "SELECT answer FROM kept") == 42


def test_by_default_it_is_as_safe_as_any_postgresql(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        assert [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
            "on"
        ] * 3


def test_a_running_server_is_found_not_started_twice(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir, durable=False) as server:
        again = EmbeddedPostgres.start(data_dir, durable=False)

        assert not again.started_here
        assert again.url == server.url


def test_stopping_disconnects_everybody_and_may_be_repeated(data_dir: Path) -> None:
    server = EmbeddedPostgres.start(data_dir, durable=False)
    pid = postmaster(data_dir)
    with psycopg.connect(server.url, connect_timeout=5) as idle:
        idle.execute("SELECT 1")
        server.stop()
        server.stop()

        assert gone(pid)
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")


def test_four_processes_that_start_at_once_share_one_server(data_dir: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        started = pool.starmap_async(_start, [(data_dir,)] * 4).get(timeout=60)

    assert sorted(started) == [False, False, False, True]


def _start(data_dir: Path) -> bool:
    return EmbeddedPostgres.start(data_dir, durable=False).started_here


def test_a_killed_server_recovers_what_was_committed(data_dir: Path) -> None:
    server = EmbeddedPostgres.start(data_dir)
    ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster(data_dir), signal.SIGKILL)

    with EmbeddedPostgres.start(data_dir) as server:
        assert server.started_here
        assert ask(server, "SELECT answer FROM kept") == 42


def test_the_pid_file_of_a_dead_server_is_cleared_even_when_its_number_was_given_away(data_dir: Path) -> None:
    EmbeddedPostgres.start(data_dir, durable=False).stop()
    pid_file = data_dir / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data_dir / 'cluster'}\n1\n5432\n{data_dir / 'run'}\n\n 0 0\nready\n")

    with EmbeddedPostgres.start(data_dir, durable=False) as server:
        assert server.started_here
        assert ask(server, "SELECT 1") == 1


@pytest.mark.parametrize("content", ["", "not a number\n", "0\n"])
def test_a_garbled_pid_file_is_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "postmaster.pid").write_text(content)

    assert not is_postmaster(tmp_path / "postmaster.pid", tmp_path)


def test_a_cluster_whose_making_was_interrupted_is_made_again(data_dir: Path) -> None:
    (data_dir / "cluster.unfinished").mkdir(parents=True)
    (data_dir / "cluster.unfinished" / "PG_VERSION").write_text("18\n")

    with EmbeddedPostgres.start(data_dir, durable=False) as server:
        assert ask(server, "SELECT 1") == 1


def test_the_callers_environment_does_not_reach_the_server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")

    with EmbeddedPostgres.start(data_dir, durable=False) as server:
        assert (data_dir / "run" / ".s.PGSQL.5432").is_socket()
        monkeypatch.delenv("PGPORT")
        assert ask(server, "SELECT 1") == 1


def test_a_long_path_with_spaces_still_has_a_short_socket(data_dir: Path) -> None:
    deep = data_dir / ("a folder with 'quotes' " * 5).strip()
    data_dir.mkdir(mode=0o711)
    try:
        with EmbeddedPostgres.start(deep, durable=False) as server:
            assert ask(server, "SELECT 1") == 1
    finally:
        EmbeddedPostgres.erase(deep)

    assert not deep.exists()


def test_nobody_else_may_enter_the_data_or_the_socket(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir, durable=False):
        for folder in ("cluster", "run"):
            assert stat.S_IMODE((data_dir / folder).stat().st_mode) == 0o700


def test_another_version_than_that_of_the_data_is_refused(data_dir: Path) -> None:
    EmbeddedPostgres.start(data_dir, durable=False, major=18).stop()

    with pytest.raises(EmbeddedUnavailable, match="created by PostgreSQL 18, not 16"):
        EmbeddedPostgres.start(data_dir, durable=False, major=16)


def test_a_version_that_nobody_carries_is_refused(data_dir: Path) -> None:
    with pytest.raises(EmbeddedUnavailable, match="no PostgreSQL 9"):
        EmbeddedPostgres.start(data_dir, durable=False, major=9)


def test_a_folder_that_cannot_be_made_is_named(data_dir: Path) -> None:
    data_dir.write_text("a file in the way")
    try:
        with pytest.raises(EmbeddedUnavailable, match=f"{data_dir}.*(Not a directory|File exists)"):
            EmbeddedPostgres.start(data_dir / "below", durable=False)
    finally:
        data_dir.unlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_named(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o500)
    try:
        with pytest.raises(EmbeddedUnavailable, match="Permission denied"):
            EmbeddedPostgres.start(data_dir / "below", durable=False)
    finally:
        data_dir.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server another account")
def test_a_folder_that_the_servers_account_may_not_enter_is_refused_and_stays_closed(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)

    with pytest.raises(EmbeddedUnavailable, match="may not enter"):
        EmbeddedPostgres.start(data_dir / "below", durable=False)

    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server another account")
def test_programs_in_roots_home_are_copied_to_where_the_account_may_run_them(tmp_path: Path) -> None:
    account = Account.for_postgres()
    found = Programs.find(16, account)
    closed = tmp_path / "closed"
    shutil.copytree(found.folder, closed, symlinks=True)
    tmp_path.chmod(0o700)
    unusable = Programs(16, closed, account)

    assert found.work()
    assert not unusable.work()
    assert unusable.copied().work()


def test_erasing_takes_the_data_and_leaves_what_is_not_ours(data_dir: Path) -> None:
    EmbeddedPostgres.start(data_dir, durable=False)
    (data_dir / "notes.txt").write_text("mine")

    EmbeddedPostgres.erase(data_dir)

    assert [path.name for path in data_dir.iterdir()] == ["notes.txt"]
    (data_dir / "notes.txt").unlink()


def test_erasing_what_is_not_there_is_no_error(data_dir: Path) -> None:
    EmbeddedPostgres.erase(data_dir)

    assert not data_dir.exists()


def test_a_server_outlives_the_process_that_started_it(data_dir: Path) -> None:
    script = (
        "import sys, pathlib; from commerce_core.postgres.embedded import EmbeddedPostgres;"
        "EmbeddedPostgres.start(pathlib.Path(sys.argv[1]), durable=False)"
    )
    subprocess.run([sys.executable, "-c", script, str(data_dir)], check=True, timeout=60)

    assert not EmbeddedPostgres.start(data_dir, durable=False).started_here


def test_a_busy_lock_is_waited_for(data_dir: Path) -> None:
    """The kernel frees the lock of a killed process, so a start after it goes through at once."""
    script = (
        "import sys, fcntl, time, pathlib; p = pathlib.Path(sys.argv[1]); p.mkdir(mode=0o711);"
        "f = (p / 'lock').open('wb'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(data_dir)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        holder.wait(timeout=5)

    began = time.monotonic()
    with EmbeddedPostgres.start(data_dir, durable=False):
        assert time.monotonic() - began < 30


def test_each_checkout_has_a_data_directory_outside_of_any_home() -> None:
    assert default_data_dir().is_relative_to("/var")
    assert len(str(default_data_dir())) < 60
