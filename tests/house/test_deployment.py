"""The files that deploy the shop are valid, agree with each other, and call commands that exist."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from adapters_cli.main import app
from commerce_core.postgres.migrate import is_current
from commerce_core.settings import Settings, from_environ, variable

ROOT = Path(__file__).parents[2]
VARIABLES = {variable(attribute.name) for attribute in Settings.__attrs_attrs__}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
RAILWAY = (ROOT / ".railway" / "railway.ts").read_text("utf-8")


def compose() -> dict[str, Any]:
    """docker-compose.yml, its anchors followed."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return loaded


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    return {name: service for name, service in compose()["services"].items() if service["image"] == "commerce-core"}


def commands() -> list[str]:
    """Every command the deployments run in our image."""
    composed = [shlex.join(service["command"]) for service in ours().values()]
    image = [shlex.join(json.loads(found)) for found in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)]
    railway = re.findall(r'(?:start|preDeploy): "([^"]+)"', RAILWAY)
    return sorted({*composed, *image, *railway})


@pytest.mark.parametrize(
    ("schema", "file"),
    [("compose-spec", "docker-compose.yml"), ("github-workflows", ".github/workflows/ci.yml")],
)
def test_a_file_is_valid_against_the_schema_of_its_format(schema: str, file: str) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(ROOT / file)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("command", commands())
def test_a_command_of_a_deployment_exists(command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "commerce"
    asked = CliRunner().invoke(app, [*arguments, "--help"])
    assert asked.exit_code == 0, asked.output


def test_the_deployments_run_the_three_commands_there_are() -> None:
    assert commands() == ["commerce db migrate", "commerce serve", "commerce worker"]


def test_the_migration_of_a_deployment_runs_as_written(empty_database_url: str) -> None:
    program, *arguments = shlex.join(ours()["migrate"]["command"]).split()
    ran = CliRunner().invoke(app, arguments, env={"DATABASE_URL": empty_database_url})
    assert (program, ran.exit_code) == ("commerce", 0), ran.output
    assert is_current(empty_database_url)


def test_the_deployments_set_only_settings_that_exist() -> None:
    composed = {name for service in ours().values() for name in service["environment"]}
    railway = set(re.findall(r"^    ([A-Z][A-Z0-9_]+):", RAILWAY, re.MULTILINE))
    assert composed
    assert railway
    assert composed | railway <= VARIABLES | {"GUNICORN_CMD_ARGS"}


def environment_of(service: str) -> dict[str, str]:
    """What a service of ours finds in its environment when nobody has set anything: the image's and its own."""
    image = dict(re.findall(r"^(?:ENV|   ) ([A-Z_]+)=(\S+?)(?: \\)?$", DOCKERFILE, re.MULTILINE))
    return image | {
        name: re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value) for name, value in ours()[service]["environment"].items()
    }


@pytest.mark.parametrize("service", ["migrate", "web", "worker"])
def test_the_shop_starts_as_composed_without_anything_being_set(service: str) -> None:
    settings = from_environ(environment_of(service))
    assert (settings.data_dir, settings.payment_provider) == ("/var/lib/commerce", "manual")
    assert settings.data_dir in {volume.split(":")[1] for volume in ours()[service]["volumes"]}  # Of its secret, too.


def test_nothing_has_to_be_set_for_the_parts_that_need_nothing() -> None:
    # Compose reads the whole file first, so one required variable of the shop would stop everything else as well.
    assert ":?" not in (ROOT / "docker-compose.yml").read_text("utf-8")


def test_the_composed_api_can_be_reached_from_outside_its_container() -> None:
    web = ours()["web"]
    assert "--bind=0.0.0.0:8000" in web["environment"]["GUNICORN_CMD_ARGS"]
    assert web["ports"] == ["127.0.0.1:8000:8000"]


def test_the_shop_waits_for_its_migrations() -> None:
    for name in ("web", "worker"):
        assert ours()[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_image_is_built_in_stages_and_runs_without_root() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert DOCKERFILE.count("FROM ") == 2
    assert re.search(r"^USER (?!root)\w+$", last, re.MULTILINE)
    assert "pip install" not in last


def test_the_image_holds_everything_the_wheel_is_made_of() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE))
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert {name for names in copied for name in names.split()} == kept
    assert all((ROOT / name).exists() for name in kept)


def test_every_platform_gives_the_api_longer_to_stop_than_it_takes() -> None:
    from adapters_http import gunicorn_conf  # noqa: PLC0415 - reads the environment

    assert int(ours()["web"]["stop_grace_period"].removesuffix("s")) > gunicorn_conf.graceful_timeout
    draining = re.search(r"drainingSeconds: (\d+)", RAILWAY)
    assert draining
    assert int(draining[1]) > gunicorn_conf.graceful_timeout


def test_the_health_checks_ask_addresses_that_exist() -> None:
    assert "/health/live" in DOCKERFILE
    assert 'healthcheck: "/health/ready"' in RAILWAY
