"""`commerce doctor`: what is configured, reachable and missing."""

from concurrent.futures import ThreadPoolExecutor

import typer

from adapters_cli.findings import Finding, State
from adapters_cli.probes import PROBES
from adapters_cli.screen import Screen
from commerce_core.kernel.errors import InvalidInput
from commerce_core.settings import Settings, from_environ

app = typer.Typer()

_COLOURS = {State.OK: "green", State.WARNING: "yellow", State.BROKEN: "red", State.UNSET: "bright_black"}


@app.command(help="Say what is configured, reachable and missing. No secret is printed, nothing is changed.")
def doctor(ctx: typer.Context) -> None:
    """Exits with 1 when something that is needed does not work."""
    findings = _findings()
    screen = Screen.of(ctx)
    screen.table(
        {"findings": findings},
        findings,
        {
            "Part": lambda finding: finding.part,
            "State": lambda finding: finding.state,
            "What": lambda finding: finding.detail,
        },
    )
    broken = [finding.part for finding in findings if finding.state is State.BROKEN]
    if broken:
        screen.note(f"Does not work: {', '.join(broken)}.")
        raise typer.Exit(1)


def _findings() -> list[Finding]:
    """What every probe found, in the order of their table; they run side by side because some have to wait."""
    try:
        settings = from_environ()
    except InvalidInput as refused:
        return [Finding(error.pointer, State.BROKEN, error.detail) for error in refused.errors]
    with ThreadPoolExecutor(len(PROBES)) as pool:
        running = [pool.submit(probe, settings) for probe in PROBES]
        return [_settings(settings), *(finding for future in running for finding in future.result())]


def _settings(settings: Settings) -> Finding:
    return Finding("settings", State.OK, f"valid, for {settings.environment}")
