"""`commerce demo`: a whole shop on this machine, and one purchase to watch."""

import contextlib
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from adapters_cli.demo_checks import check
from adapters_cli.demo_parts import Parts, start
from adapters_cli.demo_story import StepFailedError, Story
from adapters_cli.demo_walk import Purchase, Tour, walk
from adapters_cli.premises import DataFolderInUse, data_folder, locked, prepared
from adapters_cli.processes import STOP_SIGNALS, Children
from adapters_cli.refusals import exit_code
from adapters_cli.screen import Screen
from commerce_core.postgres.embedded import EmbeddedPostgres
from commerce_core.settings import Settings, from_environ

app = typer.Typer()

_INTERRUPTED = 130  # as a shell has it
_KEPT = ("mail", "media", "logs", "secret", "stripe.json", "catalogue.unfinished", "processes.json")
_WATCH = 0.2  # seconds


@app.command(help="Start a whole shop here and watch one purchase. Ctrl-C stops it and keeps its data.")
def demo(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="End after the purchase: 0, or not when a step failed.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Erase the data of earlier runs first.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Of the API, instead of PORT.")] = None,
) -> None:
    """Everything starts here, and everything that was started ends here."""
    screen = Screen.of(ctx)
    story = Story(screen)
    configured = from_environ()
    if fresh and configured.database_url:
        raise typer.BadParameter("--fresh erases the embedded database only; DATABASE_URL names another.")
    folder = prepared(data_folder(configured))
    bought = False
    with _alone(folder), _interruptible():
        try:
            with ExitStack() as stack:
                if fresh:
                    _erase(folder)
                try:
                    parts, children = _open(stack, story, configured, port)
                    purchase = _buy(story, parts, children)
                    bought = True
                    if not once:
                        _stay(story, parts, purchase, children, folder)
                finally:
                    _listen_to_no_more_signals()
        except StepFailedError as failed:
            story.say()
            story.say(f"The demo failed at the step '{failed}'. What the parts said is in {folder / 'logs'}.")
            raise typer.Exit(exit_code(failed.__cause__ or failed) or 1) from failed
        except KeyboardInterrupt:
            story.say()
            story.say(f"Stopped. The shop's data stays in {folder}.", stopped=True)
            raise typer.Exit(0 if bought else _INTERRUPTED) from None


def _open(stack: ExitStack, story: Story, configured: Settings, port: int | None) -> tuple[Parts, Children]:
    story.chapter("A shop opens")
    return start(stack, story, configured, port or configured.port)


def _buy(story: Story, parts: Parts, children: Children) -> Purchase:
    story.chapter("A guest buys something")
    purchase = walk(Tour(story, parts.api, parts.bank, parts.shop, children))
    if parts.bank is None:
        story.say(
            "The Stripe account is your own, so the demo ends before the payment: only a person has a card.",
            ended_before="payment",
        )
    else:
        check(story, parts.shop, parts.api, purchase)
    return purchase


def _stay(story: Story, parts: Parts, purchase: Purchase, children: Children, folder: Path) -> None:
    """Say what there is to try, and stay until somebody says stop. Raises `ProcessDied` when a part ends before."""
    lines = _to_try(parts, purchase)
    documents = f"{parts.address}/docs"
    story.chapter("The shop is open")
    story.say(f"API    {parts.address}, documented at {documents}")
    story.say(f"Admin  POST {parts.address}/v1/admin/auth/login as {parts.admin.email}, {_password(parts)}")
    story.say(f"Mail   {folder / 'mail'}")
    story.say(f"Logs   {folder / 'logs'}")
    story.chapter("Try")
    for line in lines:
        story.say(line)
    story.say()
    story.say("Ctrl-C stops everything and keeps the data.")
    if story.screen.json:
        story.say(
            "",
            open=True,
            api=parts.address,
            docs=documents,
            admin=parts.admin.email,
            mail=str(folder / "mail"),
            tries=lines,
        )
    while True:
        children.must_live()
        time.sleep(_WATCH)


def _password(parts: Parts) -> str:
    if parts.admin.password:
        return f"password {parts.admin.password}"
    return f"password as before; a new one: {_program()} staff password {parts.admin.email}"


def _to_try(parts: Parts, purchase: Purchase) -> list[str]:
    cart = f'{{"items": [{{"variant_id": "{purchase.goods.variant_id}", "quantity": 1}}]}}'
    return [
        f"curl '{parts.address}/v1/store/products?per_page=3'",
        f"curl {parts.address}/v1/store/cart -H 'Content-Type: application/json' -d '{cart}'",
        f"curl {parts.address}/v1/store/orders/{purchase.order_id} -H 'X-Order-Token: {purchase.token}'",
    ]


def _program() -> str:
    return sys.argv[0] if Path(sys.argv[0]).name == "commerce" else "commerce"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only demo on this data. Raises `DataFolderInUse`."""
    with (folder / "demo.lock").open("ab") as file:
        if not locked(file):
            raise DataFolderInUse("Another demo", str(folder))
        yield


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """The first signal to stop ends what runs; while everything is taken down, further ones change nothing."""

    def interrupt(_number: int, _frame: object) -> None:
        _listen_to_no_more_signals()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen_to_no_more_signals() -> None:
    """Taking everything down takes seconds at most; half of it would leave something behind."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _erase(folder: Path) -> None:
    """Start over: end what a killed run left, then delete the database and what lies beside it, nothing else."""
    Children(folder).end_orphans()
    with (folder / "users.lock").open("wb") as users:
        if not locked(users):
            raise DataFolderInUse("Another process of commerce", str(folder))
        EmbeddedPostgres.erase(folder)
    for name in _KEPT:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
