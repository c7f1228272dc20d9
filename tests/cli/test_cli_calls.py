"""What all commands have in common."""

import json
import subprocess
import sys

import pytest

from adapters_cli.main import _WORDS
from adapters_cli.refusals import EXIT_CODES, exit_code
from commerce_core.kernel.errors import CommerceError, DatabaseUnavailable, StaleVersion

PROGRAM = (sys.executable, "-c", "from adapters_cli.main import run; run()")


def test_help_lists_every_command_and_loads_none_of_them(commerce) -> None:
    script = "import sys; from adapters_cli.main import run\ntry: run()\nfinally: print('commerce_core' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], capture_output=True, text=True, timeout=30, check=True
    )
    assert all(word in done.stdout for word in _WORDS)
    assert done.stdout.rstrip().endswith("False")


@pytest.mark.parametrize("word", _WORDS)
def test_every_command_explains_itself(commerce, word: str) -> None:
    said = commerce(word, "--help")
    assert said.code == 0
    assert _WORDS[word][1].split(".")[0] in " ".join(said.out.split()).replace("│", "")


@pytest.mark.parametrize("family", CommerceError.__subclasses__())
def test_every_family_of_refusals_has_an_exit_code(family: type[CommerceError]) -> None:
    assert EXIT_CODES[family] in range(2, 8)


def test_a_refusal_has_the_exit_code_of_its_family_and_a_bug_has_none() -> None:
    assert exit_code(DatabaseUnavailable()) == 6
    assert EXIT_CODES[StaleVersion] == 4
    assert exit_code(ValueError()) is None


def test_a_refusal_is_named_on_stderr(commerce) -> None:
    said = commerce("orders", "show", "4711")
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("order-not-found: ")


def test_for_programs_a_refusal_is_json_with_its_facts(commerce) -> None:
    said = commerce("staff", "disable", "nobody@example.com", "--json")
    assert (said.code, said.out) == (3, "")
    assert json.loads(said.err) == {
        "code": "staff-address-unknown",
        "detail": "Nobody on the staff has the address nobody@example.com.",
        "email": "nobody@example.com",
    }


def test_debug_shows_where_a_refusal_comes_from(commerce) -> None:
    assert "Traceback" not in commerce("orders", "show", "4711").err
    assert "Traceback" in commerce("--debug", "orders", "show", "4711").err


def test_json_may_stand_before_or_after_the_command(commerce) -> None:
    before, after = commerce("--json", "orders", "list"), commerce("orders", "list", "--json")
    nothing = {"items": [], "page": 1, "per_page": 24, "total": 0, "total_is_exact": True, "next_cursor": None}
    assert before.value == after.value == nothing


def test_what_stands_after_two_dashes_is_never_an_option(commerce) -> None:
    said = commerce("orders", "show", "--", "--json")
    assert (said.code, said.err.startswith("order-not-found")) == (3, True)


@pytest.mark.parametrize("words", [("ordres",), ("orders", "lst"), ("orders", "list", "--page", "0"), ("db", "--nope")])
def test_a_wrong_call_ends_with_two(commerce, words: tuple[str, ...]) -> None:
    assert commerce(*words).code == 2


def test_a_database_that_is_away_ends_with_six(commerce) -> None:
    said = commerce("orders", "list", DATABASE_URL="postgresql://commerce:hunter2@127.0.0.1:1/x")
    assert said.code == 6
    assert said.err.startswith("database-unavailable")
    assert "hunter2" not in said.err


def test_a_setting_nobody_can_use_ends_with_two(commerce) -> None:
    said = commerce("orders", "list", PORT="eighty")
    assert (said.code, "PORT" in said.err) == (2, True)


def test_a_reader_that_has_enough_is_no_error_to_show(commerce) -> None:
    with subprocess.Popen(
        [*PROGRAM, "openapi"], env=dict(commerce.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1
