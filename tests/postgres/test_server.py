"""Where customers are, nothing starts on a database that may forget their orders."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commerce_core.kernel.errors import DatabaseUnavailable
from commerce_core.postgres.server import DatabaseNotDurable, must_be_fit
from commerce_core.settings import Environment, Settings

CHECKOUT = Path(__file__).parents[2]
API = ("gunicorn", "--config", "python:adapters_http.gunicorn_conf")
PRODUCTION = {
    "COMMERCE_ENV": "production", "COMMERCE_SECRET": "a-secret-of-at-least-32-characters", "PAYMENT_PROVIDER": "manual",
    "EMAIL_PROVIDER": "smtp", "PORT": "1",
}  # fmt: skip


def settings(url: str, environment: Environment = Environment.PRODUCTION) -> Settings:
    return Settings(environment=environment, database_url=url)


def test_a_server_that_may_forget_is_refused_by_the_names_of_its_settings(database_url: str) -> None:
    with pytest.raises(DatabaseNotDurable, match="fsync"):  # The server of the tests is faster than it is safe.
        must_be_fit(settings(database_url))


def test_a_server_that_does_not_answer_is_refused() -> None:
    with pytest.raises(DatabaseUnavailable):
        must_be_fit(settings("postgresql://nobody@127.0.0.1:1/none"))


@pytest.mark.parametrize("environment", set(Environment) - {Environment.PRODUCTION})
def test_elsewhere_nothing_is_asked(environment: Environment) -> None:
    must_be_fit(settings("postgresql://nobody@127.0.0.1:1/none", environment))


@pytest.mark.parametrize("command", [API, ("adapters_worker",)], ids=["api", "worker"])
def test_a_process_for_customers_does_not_start_on_it(command: tuple[str, ...], database_url: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        env=os.environ | PRODUCTION | {"DATABASE_URL": database_url},
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 2, ran.stderr
    assert "database-not-durable" in ran.stderr
    assert "Traceback" not in ran.stderr
