"""What commands answer with: tables for people, tab-separated lines for pipes, JSON for programs."""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Self, TypeVar

import typer
from attrs import frozen

T = TypeVar("T")


@frozen
class Screen:
    """Where answers go. Results stand on stdout; what is said beside them on stderr."""

    json: bool = False
    debug: bool = False

    @classmethod
    def of(cls, ctx: typer.Context) -> Self:
        """The one of this call."""
        return ctx.find_object(cls) or cls()

    @property
    def terminal(self) -> bool:
        """Whether a person reads along: colours and progress make sense."""
        return not self.json and sys.stdout.isatty()

    def answer(self, value: object, text: str) -> None:
        """A result: `value` for programs, `text` for people."""
        if self.json:
            self._json(value)
        else:
            typer.echo(text)

    def facts(self, value: object, *rows: tuple[str, object]) -> None:
        """One thing, fact by fact. Two facts may have the same name."""
        if self.json:
            self._json(value)
        else:
            width = max(len(name) for name, _ in rows) + 2
            for name, fact in rows:
                typer.echo(f"{typer.style(name.ljust(width), dim=self.terminal)}{_text(fact)}")

    def table(self, value: object, items: Iterable[T], columns: Mapping[str, Callable[[T], object]]) -> None:
        """Many things, a row each."""
        if self.json:
            self._json(value)
            return
        rows = [[_text(read(item)) for read in columns.values()] for item in items]
        if self.terminal:
            _draw(list(columns), rows)
        else:
            for row in [list(columns), *rows]:
                typer.echo("\t".join(row))

    def note(self, text: str) -> None:
        """Something beside the result, for people only."""
        if not self.json:
            typer.echo(text, err=True)

    def _json(self, value: object) -> None:
        from adapters_http.encoding import to_json  # noqa: PLC0415 - only where it is asked for

        typer.echo(to_json(value).decode())


def _text(fact: object) -> str:
    if fact is None:
        return "-"
    if hasattr(fact, "strftime"):
        return f"{fact:%Y-%m-%d %H:%M:%S}Z"
    return " ".join(str(fact).split())  # A tab or a line end would break the row.


def _draw(names: list[str], rows: list[list[str]]) -> None:
    from rich import box  # noqa: PLC0415 - slow to load and only for terminals
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*names, box=box.SIMPLE_HEAD, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
