"""A refusal on the command line: the one place where a family becomes an exit code."""

import traceback

import typer

from adapters_cli.screen import Screen
from commerce_core.kernel.errors import (
    CommerceError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    StaleVersion,
    TooMany,
    Unauthenticated,
    Unavailable,
)

# 1 is a bug, or a check that found something; 2 is also what Typer uses for a wrong call.
EXIT_CODES: dict[type[CommerceError], int] = {
    Invalid: 2,
    NotFound: 3,
    Gone: 3,
    Conflict: 4,
    StaleVersion: 4,
    Forbidden: 5,
    Unauthenticated: 5,
    Unavailable: 6,
    TooMany: 7,
}


def exit_code(error: BaseException) -> int | None:
    """The exit code of a refusal's family; None for anything else."""
    if not isinstance(error, CommerceError):
        return None
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), 1)


def told(error: BaseException, screen: Screen) -> None:
    """Say on stderr what was refused: the code, a sentence and, for programs, the facts."""
    if screen.debug:
        traceback.print_exception(error)
    if not isinstance(error, CommerceError):
        return
    if screen.json:
        from adapters_http.encoding import to_json  # noqa: PLC0415 - only where it is asked for

        typer.echo(to_json({"code": error.code, "detail": str(error), **error.facts()}).decode(), err=True)
    else:
        typer.echo(f"{typer.style(error.code, fg='red', bold=True)}: {error}", err=True)
