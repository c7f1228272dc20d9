"""`commerce staff`: who may come in."""

import sys
from typing import Annotated

import typer
from attrs import frozen

from adapters_cli.premises import opened
from adapters_cli.screen import Screen
from commerce_core.access.model import SYSTEM, Role
from commerce_core.kernel.errors import InvalidInput, NotFound
from commerce_core.kernel.text import normalise_email
from commerce_core.staff.model import StaffMember, readable_password
from commerce_core.staff.views import StaffView
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Let people in, and shut them out.")

_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Who, by their address.")]
_Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]
_Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it, this once.")]
_Role = Annotated[Role, typer.Option(case_sensitive=False, help="What they are here for.")]


@frozen
class StaffAddressUnknown(NotFound):
    """Nobody on the staff has this address."""

    code = "staff-address-unknown"
    detail = "Nobody on the staff has the address {email}."
    email: str


@app.command("list")
def list_staff(ctx: typer.Context) -> None:
    """Everybody, the longest-serving first."""
    with opened() as shop:
        everybody = shop.staff.list_staff(SYSTEM)
    Screen.of(ctx).table(
        {"items": everybody},
        everybody,
        {
            "Email": lambda who: who.email,
            "Name": lambda who: who.name,
            "Role": lambda who: who.role,
            "Disabled": lambda who: who.disabled_at,
            "Since": lambda who: who.created_at,
        },
    )


@app.command()
def create(
    ctx: typer.Context,
    email: _Email,
    name: Annotated[str, typer.Option(help="As colleagues know them.")],
    role: _Role = Role.SUPPORT,
    *,
    password_stdin: _Stdin = False,
    generate: _Generate = False,
) -> None:
    """Take somebody on."""
    password = _password(from_stdin=password_stdin, generate=generate)
    with opened() as shop:
        member = shop.staff.create(SYSTEM, email, name, role, password)
    _answer(Screen.of(ctx), member, f"{member.email} is on the staff now, as {member.role}.", password, told=generate)


@app.command("role")
def set_role(ctx: typer.Context, email: _Email, role: Annotated[Role, typer.Argument(case_sensitive=False)]) -> None:
    """Change what somebody is here for."""
    with opened() as shop:
        member = shop.staff.set_role(SYSTEM, _found(shop, email).id, role)
    _answer(Screen.of(ctx), member, f"{member.email} is {member.role} now.")


@app.command()
def disable(ctx: typer.Context, email: _Email) -> None:
    """Shut somebody out at once."""
    with opened() as shop:
        member = shop.staff.disable(SYSTEM, _found(shop, email).id)
    _answer(Screen.of(ctx), member, f"{member.email} is shut out.")


@app.command()
def enable(ctx: typer.Context, email: _Email) -> None:
    """Let somebody in again."""
    with opened() as shop:
        member = shop.staff.enable(SYSTEM, _found(shop, email).id)
    _answer(Screen.of(ctx), member, f"{member.email} may come in again.")


@app.command()
def password(ctx: typer.Context, email: _Email, *, password_stdin: _Stdin = False, generate: _Generate = False) -> None:
    """Give somebody another password and end their sessions."""
    new = _password(from_stdin=password_stdin, generate=generate)
    with opened() as shop:
        member = _found(shop, email)
        shop.staff.set_password(SYSTEM, member.id, new)
    _answer(Screen.of(ctx), member, f"{member.email} has another password now.", new, told=generate)


def _found(shop: Commerce, email: str) -> StaffView:
    wanted = normalise_email(email)
    for member in shop.staff.list_staff(SYSTEM):
        if normalise_email(member.email) == wanted:
            return member
    raise StaffAddressUnknown(email)


def _password(*, from_stdin: bool, generate: bool) -> str:
    """A password by the way that was chosen; it is never an argument, where other users of the machine could see it."""
    if from_stdin and generate:
        raise typer.BadParameter("choose one of --password-stdin and --generate")
    if generate:
        return readable_password()
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput.at("/password", "missing", "Say --password-stdin or --generate where nobody can be asked.")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _answer(
    screen: Screen, member: StaffMember | StaffView, text: str, password: str = "", *, told: bool = False
) -> None:
    value = {"id": member.id, "email": member.email, "name": member.name, "role": member.role}
    secret = {"password": password} if told else {}
    screen.answer(value | secret, f"{text}\nPassword, shown this once: {password}" if told else text)
