"""`commerce audit`: who changed what."""

import json
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli.exports import tell
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from adapters_cli.typed import moment
from commerce_core.access.model import ActorKind
from commerce_core.audit.model import ChainEnd, Finding, Problem
from commerce_core.audit.views import AuditQuery, ChangeView, Verification
from commerce_core.kernel.page import PageRequest

app = typer.Typer(no_args_is_help=True, help="See who changed what, and prove that nobody changed that.")

_Kind = Annotated[ActorKind | None, typer.Option("--actor-kind", case_sensitive=False, help="Only theirs.")]
_ActorId = Annotated[UUID | None, typer.Option("--actor", help="Only what they did: the id of a person or key.")]
_Action = Annotated[str | None, typer.Option(help="Only this, such as product.changed.")]
_Object = Annotated[str | None, typer.Option("--object", help="Only about this: TYPE, or TYPE:ID.")]
_Request = Annotated[str | None, typer.Option("--request", help="Only what this request changed.")]
_Since = Annotated[str | None, typer.Option("--from", help="Like 2026-11-22T10:15, in UTC.")]
_Until = Annotated[str | None, typer.Option("--to", help="The same; no longer part of it.")]

_SAID = {
    Problem.ALTERED: "is not what was sealed",
    Problem.REMOVED: "was removed after it was sealed",
    Problem.SEAL_REMOVED: "has lost its seal",
    Problem.UNKNOWN: "is neither sealed nor waiting: it was inserted, or its seal was removed",
    Problem.LOST: "was removed before it was sealed",
    Problem.REWRITTEN: "is not what the chain led through before: it was rewritten",
}


@app.command("list")
def list_entries(
    ctx: typer.Context,
    actor_kind: _Kind = None,
    actor: _ActorId = None,
    action: _Action = None,
    about: _Object = None,
    request: _Request = None,
    since: _Since = None,
    until: _Until = None,
    per_page: Annotated[int, typer.Option(min=1, max=100)] = 24,
    cursor: Annotated[str | None, typer.Option(help="Go on where the answer before ended.")] = None,
) -> None:
    """The latest first."""
    query = _query(actor_kind, actor, action, about, request, since, until)
    with opened() as shop:
        found = shop.audit.list_entries(OPERATOR, query, PageRequest(1, per_page), cursor)
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda entry: entry.id,
            "When": lambda entry: entry.at,
            "Who": lambda entry: entry.actor_name,
            "What": lambda entry: entry.action,
            "About": lambda entry: f"{entry.entity_type} {entry.entity_id}",
            "Changed": lambda entry: ", ".join(entry.changes),
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")
    if found.next_cursor:
        screen.note(f"More with --cursor {found.next_cursor}")


@app.command()
def show(ctx: typer.Context, entry: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1)]) -> None:
    """One entry with every change, and its place in the chain of hashes."""
    with opened() as shop:
        found = shop.audit.show(OPERATOR, entry)
    Screen.of(ctx).facts(
        found,
        ("When", found.at),
        ("Who", f"{found.actor_name} · {found.actor_kind} {found.actor_id or ''}"),
        ("What", found.action),
        ("About", f"{found.entity_type} {found.entity_id}"),
        *((f"  {name}", _change(change)) for name, change in found.changes.items()),
        ("Request", found.request_id),
        ("From", found.address),
        ("Sealed", f"{found.position}:{found.hash}" if found.hash else "not yet"),
    )


@app.command()
def export(
    ctx: typer.Context,
    actor_kind: _Kind = None,
    actor: _ActorId = None,
    action: _Action = None,
    about: _Object = None,
    request: _Request = None,
    since: _Since = None,
    until: _Until = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="A file, instead of stdout.")
    ] = None,
) -> None:
    """A CSV file, the latest first, with all that is needed to recompute the hashes."""
    query = _query(actor_kind, actor, action, about, request, since, until)
    with opened() as shop:
        tell(ctx, shop.audit.export(OPERATOR, query), output)


@app.command()
def verify(
    ctx: typer.Context,
    known: Annotated[
        str | None, typer.Option(metavar="POSITION:HASH", help="The head of an earlier proof, kept elsewhere.")
    ] = None,
) -> None:
    """Recompute the chain of hashes. Exits with 1 when it is broken.

    Keep the head it prints where nobody who can write to the database can: whoever can rewrite all of it can make
    another chain, and only `--known` tells the two apart.
    """
    end = None if known is None else ChainEnd.read(known)
    with opened() as shop:
        found = shop.audit.verify(OPERATOR, end)
    screen = Screen.of(ctx)
    screen.facts(found, *_told(found))
    for finding in found.findings:
        screen.note(_wrong(finding))
    if found.findings:
        raise typer.Exit(1)


def _query(
    kind: ActorKind | None,
    actor: UUID | None,
    action: str | None,
    about: str | None,
    request: str | None,
    since: str | None,
    until: str | None,
) -> AuditQuery:
    entity_type, _, entity_id = (about or "").partition(":")
    return AuditQuery(
        actor_kind=kind,
        actor_id=actor,
        action=action,
        entity_type=entity_type or None,
        entity_id=entity_id or None,
        request_id=request,
        since=None if since is None else moment("from", since),
        until=None if until is None else moment("to", until),
    )


def _change(change: ChangeView) -> str:
    return f"{_value(change.before)} → {_value(change.after)}"


def _value(value: object) -> str:
    return "-" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _told(found: Verification) -> list[tuple[str, object]]:
    began = found.began
    confirmed = {None: None, True: "part of the chain", False: "not part of the chain"}[found.known_confirmed]
    return [
        ("Chain", "broken" if found.findings else "whole"),
        ("Begins", f"behind {began.position} that were forgotten" if began.position else "with the first row"),
        ("Proved", f"{found.checked} rows"),
        ("Head", found.head),
        ("Known", confirmed),
        ("Unsealed", f"{found.unsealed} rows since {found.unsealed_since}" if found.unsealed else "none"),
    ]


def _wrong(finding: Finding) -> str:
    row = f"Row {finding.log_id}" if finding.log_id is not None else "A row"
    place = f" at position {finding.position}" if finding.position is not None else ""
    return f"{row}{place} {_SAID[finding.problem]}."
