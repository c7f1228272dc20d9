"""How the demo tells what happens: a line for each step as it happens, for people or for programs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from attrs import define, field, frozen

from adapters_cli.screen import Screen

_INDENT = " " * 4


class StepFailedError(Exception):
    """A step of the demo did not end well; it has been told already."""


@define
class Step:
    """One step while it runs."""

    facts: dict[str, Any] = field(factory=dict)
    text: str = ""
    details: list[str] = field(factory=list)

    def told(self, text: str, *details: str, **facts: Any) -> None:
        """What came out: a line for people, more in small print, and the same as facts for programs."""
        self.text = text
        self.details += details
        self.facts |= facts


@frozen
class Story:
    """Tells the demo."""

    screen: Screen

    def chapter(self, title: str) -> None:
        """A heading."""
        if not self.screen.json:
            typer.secho(f"\n  {title}", bold=True) if self.screen.terminal else typer.echo(f"\n{title}")

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        """A step: told when it has ended, with the time it took. Raises `StepFailedError` when it goes wrong."""
        step, started = Step(), time.perf_counter()
        if self.screen.terminal:
            typer.echo(f"{_INDENT}{typer.style('·', dim=True)} {title} …", nl=False)
        try:
            yield step
        except Exception as error:
            self._told(name, title, started, Step({"error": str(error) or type(error).__name__}), ok=False)
            raise StepFailedError(name) from error
        self._told(name, title, started, step, ok=True)

    def say(self, text: str = "", **facts: Any) -> None:
        """Something beside the steps: for people, or, when there are facts, for programs as well."""
        if not self.screen.json:
            typer.echo(f"{_INDENT}{text}" if text else "")
        elif facts:
            self.screen.answer(facts, "")

    def _told(self, name: str, title: str, started: float, step: Step, *, ok: bool) -> None:
        milliseconds = round((time.perf_counter() - started) * 1000)
        if self.screen.json:
            self.screen.answer({"step": name, "ok": ok, "ms": milliseconds, **step.facts}, "")
            return
        if self.screen.terminal:
            typer.echo("\r\x1b[2K", nl=False)
        mark = typer.style("✓", fg="green") if ok else typer.style("✗", fg="red", bold=True)
        text = step.text if ok else str(step.facts["error"]).replace("\n", f"\n{_INDENT}  ")
        typer.echo(f"{_INDENT}{mark} {typer.style(title.ljust(15), bold=True)}{milliseconds:6} ms  {text}".rstrip())
        for detail in step.details:
            typer.echo(typer.style(f"{_INDENT}{' ' * 28}{detail}", dim=True))
