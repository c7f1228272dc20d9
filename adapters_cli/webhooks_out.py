"""`commerce webhooks-out`: who outside is told of what happens here."""

import json
from typing import Annotated
from uuid import UUID

import typer

from adapters_cli import typed
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.unset import UNSET
from commerce_core.subscriptions.drafts import NewSubscription, SubscriptionChanges
from commerce_core.subscriptions.model import DeliveryStatus
from commerce_core.subscriptions.views import SecretView, SubscriptionView

app = typer.Typer(no_args_is_help=True, help="Say who outside is told of what happens here.")

_Subscription = Annotated[UUID, typer.Argument(metavar="SUBSCRIPTION", help="Its id.")]
_Event = Annotated[UUID, typer.Argument(metavar="EVENT", help="The id of the event.")]
_Types = Annotated[list[str] | None, typer.Option("--event", help="Told of this; several times for several.")]
_Page = Annotated[int, typer.Option(min=1)]
_PerPage = Annotated[int, typer.Option(min=1, max=100)]


@app.command("list")
def list_subscriptions(ctx: typer.Context, page: _Page = 1, per_page: _PerPage = 24) -> None:
    """The newest first, with how each has answered lately and what waits for it."""
    with opened() as shop:
        found = shop.subscriptions.list_all(OPERATOR, PageRequest(page, per_page))
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Id": lambda one: one.id,
            "Address": lambda one: one.url,
            "Told of": lambda one: ", ".join(one.event_types) or "everything",
            "Status": lambda one: one.status,
            "Failures": lambda one: one.failures,
            "Waiting": lambda one: one.pending,
            "Dead": lambda one: one.dead,
        },
    )
    screen.note(f"{len(found.items)} of {found.total}")


@app.command()
def events(ctx: typer.Context) -> None:
    """What can be subscribed to."""
    with opened() as shop:
        found = shop.subscriptions.event_types(OPERATOR)
    columns = {
        "Event": lambda one: one.type,
        "Happens to": lambda one: one.aggregate,
        "Version": lambda one: one.version,
    }
    Screen.of(ctx).table({"items": found}, found, columns)


@app.command()
def show(ctx: typer.Context, subscription: _Subscription) -> None:
    """One subscription, without its secret."""
    with opened() as shop:
        _answer(ctx, shop.subscriptions.find(OPERATOR, subscription))


@app.command()
def create(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="Where to, like https://erp.example.com/hooks/shop.")],
    event: _Types = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Tell one more endpoint, of everything unless --event says less. Its secret is shown this once."""
    with opened() as shop:
        _answer_secret(ctx, shop.subscriptions.create(OPERATOR, NewSubscription(url, description, tuple(event or ()))))


@app.command()
def change(
    ctx: typer.Context,
    subscription: _Subscription,
    url: Annotated[str | None, typer.Option(help="Where to.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    event: _Types = None,
    *,
    all_events: Annotated[bool, typer.Option("--all-events", help="Told of everything from now on.")] = False,
) -> None:
    """Change a subscription. The events are told as a whole."""
    types = () if all_events else tuple(event) if event else UNSET
    changes = SubscriptionChanges(url=typed.given(url), description=typed.given(description), event_types=types)
    _change(ctx, subscription, changes)


@app.command()
def enable(ctx: typer.Context, subscription: _Subscription) -> None:
    """Tell it again, beginning with what waits; also one that was gone."""
    _change(ctx, subscription, SubscriptionChanges(enabled=True))


@app.command()
def disable(ctx: typer.Context, subscription: _Subscription) -> None:
    """Tell it nothing for now. What waits, waits; what happens meanwhile can be sent later with `resend`."""
    _change(ctx, subscription, SubscriptionChanges(enabled=False))


@app.command("rotate-secret")
def rotate_secret(ctx: typer.Context, subscription: _Subscription) -> None:
    """Give it another secret, shown this once. The old one signs as well for 24 hours."""
    with opened() as shop:
        _answer_secret(ctx, shop.subscriptions.rotate_secret(OPERATOR, subscription))


@app.command()
def delete(ctx: typer.Context, subscription: _Subscription) -> None:
    """Tell it nothing any more, not even what waits."""
    with opened() as shop:
        shop.subscriptions.delete(OPERATOR, subscription)
    Screen.of(ctx).answer({"id": subscription}, f"{subscription} is gone.")


@app.command()
def deliveries(
    ctx: typer.Context,
    subscription: _Subscription,
    status: Annotated[DeliveryStatus | None, typer.Option(case_sensitive=False)] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on where a page ended.")] = None,
    per_page: _PerPage = 24,
) -> None:
    """What it was told, the newest event first, and what it said."""
    with opened() as shop:
        found = shop.deliveries.list_all(OPERATOR, subscription, status, PageRequest(1, per_page), cursor)
    screen = Screen.of(ctx)
    screen.table(
        found,
        found.items,
        {
            "Event": lambda one: one.event_id,
            "Type": lambda one: one.type,
            "About": lambda one: f"{one.aggregate.type} {one.aggregate.id}",
            "No": lambda one: one.sequence,
            "Status": lambda one: one.status,
            "Attempts": lambda one: one.attempts,
            "Said": lambda one: one.answered_status,
            "Problem": lambda one: one.error,
        },
    )
    more = f", more with --cursor {found.next_cursor}" if found.next_cursor else ""
    screen.note(f"{len(found.items)} of {found.total}{more}")


@app.command()
def delivery(ctx: typer.Context, subscription: _Subscription, event: _Event) -> None:
    """One delivery: what is sent, and how that went."""
    with opened() as shop:
        found = shop.deliveries.find(OPERATOR, subscription, event)
    Screen.of(ctx).facts(
        found,
        ("Event", f"{found.event_id} · {found.type}, version {found.version}"),
        ("About", f"{found.aggregate.type} {found.aggregate.id}, event {found.sequence}"),
        ("Happened", found.occurred_at),
        ("Data", json.dumps(found.data, ensure_ascii=False)),
        ("Status", f"{found.status} after {found.attempts} attempts"),
        ("Delivered", found.delivered_at),
        ("Due again", found.next_attempt_at if found.status is DeliveryStatus.PENDING else None),
        ("Said", found.answered_status),
        ("Its words", found.answer),
        ("Problem", found.error),
    )


@app.command()
def retry(ctx: typer.Context, subscription: _Subscription, event: _Event) -> None:
    """Send one event again, now, whatever became of it."""
    with opened() as shop:
        shop.deliveries.retry(OPERATOR, subscription, event)
    Screen.of(ctx).answer({"event_id": event}, f"{event} is due again.")


@app.command()
def resend(
    ctx: typer.Context,
    subscription: _Subscription,
    since: Annotated[str, typer.Option(help="From when, like 2026-11-20 or 2026-11-20T09:00, in UTC.")],
) -> None:
    """Send everything again that has happened since then, under the same ids; the worker does it bit by bit."""
    with opened() as shop:
        shop.deliveries.resend(OPERATOR, subscription, typed.moment("since", since))
        _answer(ctx, shop.subscriptions.find(OPERATOR, subscription))


@app.command()
def test(ctx: typer.Context, subscription: _Subscription) -> None:
    """Send an event that says nothing; `delivery` shows what came of it."""
    with opened() as shop:
        made = shop.deliveries.test(OPERATOR, subscription)
    Screen.of(ctx).answer(made, f"{made.event_id} is on its way, as soon as a worker runs.")


def _change(ctx: typer.Context, subscription: UUID, changes: SubscriptionChanges) -> None:
    with opened() as shop:
        shop.subscriptions.change(OPERATOR, subscription, changes)
        _answer(ctx, shop.subscriptions.find(OPERATOR, subscription))


def _answer(ctx: typer.Context, found: SubscriptionView) -> None:
    Screen.of(ctx).facts(found, *_facts(found))


def _answer_secret(ctx: typer.Context, made: SecretView) -> None:
    Screen.of(ctx).facts(made, ("Secret", f"{made.secret} (shown this once)"), *_facts(made.subscription))


def _facts(found: SubscriptionView) -> list[tuple[str, object]]:
    return [
        ("Subscription", found.id),
        ("Address", found.url),
        ("For", found.description or None),
        ("Told of", ", ".join(found.event_types) or "everything"),
        ("Status", found.status),
        ("Old secret until", found.old_secret_until),
        ("Failures", f"{found.failures} in a row since {found.failing_since}" if found.failures else None),
        ("Rests until", found.rests_until),
        ("Resending from", found.resending_from),
        ("Waiting", found.pending),
        ("Dead", found.dead),
    ]
