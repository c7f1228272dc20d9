"""`commerce`: every command on one page.

A command's module is imported when the command is called, so `commerce --help` and shell completion answer at once.
"""

import importlib
import os
import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from adapters_cli.screen import Screen

# word -> module and what it is for
_WORDS = {
    "demo": ("demo", "Start a whole shop here and watch one purchase."),
    "serve": ("serve", "Serve the API, as in production."),
    "worker": ("worker", "Do what the API leaves for later: events, mail, the clock."),
    "doctor": ("doctor", "Say what is configured, reachable and missing."),
    "db": ("db", "Bring the database to this release's schema, and back."),
    "products": ("products", "Look at the catalogue, and keep it."),
    "variants": ("variants", "Keep the variants of products, and what they cost."),
    "images": ("images", "Keep the pictures of products."),
    "categories": ("categories", "Keep the tree of categories."),
    "tags": ("tags", "Put tags in order."),
    "redirects": ("redirects", "Keep old addresses alive."),
    "discounts": ("discounts", "Keep discounts, with codes and automatic ones."),
    "orders": ("orders", "Look at orders and move them on."),
    "draft-orders": ("draft_orders", "Build orders for buyers, and send them the link to pay."),
    "shipments": ("shipments", "Send what is paid for, and say what has arrived."),
    "invoices": ("invoices", "Issue invoices and credit notes, and print them."),
    "customers": ("customers", "Look after customers, and after what is kept about them."),
    "outbox": ("outbox", "See what has happened here, and have it handled again."),
    "webhooks-out": ("webhooks_out", "Say who outside is told of what happens here."),
    "inbox": ("inbox", "See what payment providers told, and have it applied again."),
    "payments": ("payments", "Compare with the payment provider, and look at money in doubt."),
    "inventory": ("inventory", "Count the stock, and prove the count."),
    "settings": ("merchant", "Say who sells, and how prices are meant."),
    "tax": ("taxes", "Keep tax rates: where they count, and from when."),
    "vat": ("vat", "Confirm the VAT numbers of business buyers."),
    "shipping": ("shipping", "Say where the shop sends to, in which ways, at what price."),
    "staff": ("staff", "Let people in, and shut them out."),
    "keys": ("keys", "Let programs in, and shut them out."),
    "media": ("media", "Bring pictures in, and see those that could not be fetched."),
    "import": ("imports", "Read products from a file."),
    "export": ("exports", "Write products or orders to a file."),
    "audit": ("audit", "See who changed what, and prove that nobody changed that."),
    "feeds": ("feeds", "Print what search engines read: sitemap, robots.txt, merchant feed."),
    "openapi": ("openapi", "Print the OpenAPI 3.1 document of the API."),
}
_ANYWHERE = ("--json", "--debug")


class Words(TyperGroup):
    """The root: knows every command by its word, and loads the one that is called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for word, (_, purpose) in _WORDS.items():
            self.commands[word] = TyperCommand(name=word, help=purpose)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """`--json` and `--debug` may stand anywhere: they are about all commands."""
        own = args[: args.index("--")] if "--" in args else args
        hoisted = [flag for flag in _ANYWHERE if flag in own]
        return super().parse_args(ctx, hoisted + [a for n, a in enumerate(args) if n >= len(own) or a not in hoisted])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command, now that it is wanted."""
        if args[0] in _WORDS:
            module = importlib.import_module(f"adapters_cli.{_WORDS[args[0]][0]}")
            self.commands[args[0]] = typer.main.get_command(module.app)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run it. A refusal of the shop ends in the exit code of its family."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from adapters_cli.refusals import exit_code, told  # noqa: PLC0415 - a success does not need it

            code = exit_code(error)
            if code is None:
                raise
            told(error, Screen.of(ctx))
            raise typer.Exit(code) from error


app = typer.Typer(
    name="commerce",
    cls=Words,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(epilog="--json and --debug may also stand after a command.")
def commerce(
    ctx: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with JSON, for scripts.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    """An e-commerce backend that never loses an order."""
    ctx.obj = Screen(json=as_json, debug=debug)


def run() -> None:
    """The entry point. Ends the process: 0, the code of a refusal's family, 2 for a wrong call, 1 for a bug."""
    try:
        app()
    except BrokenPipeError:  # Whoever read us has enough, as with `| head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as bug:  # noqa: BLE001 - the last line before a person
        if "--debug" in sys.argv:
            traceback.print_exc()
        else:
            hint = "Say the same with --debug to see where."
            sys.stderr.write(f"A bug of commerce: {type(bug).__name__}: {_first_line(bug)}\n{hint}\n")
        sys.exit(1)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
