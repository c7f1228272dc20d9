"""`commerce staff`: who may come in."""

import sys
from typing import Annotated
from uuid import UUID

import typer
from attrs import frozen

from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.access.model import Role
from commerce_core.emails.model import Locale
from commerce_core.kernel.errors import InvalidInput, NotFound
from commerce_core.kernel.text import normalise_email
from commerce_core.staff.model import NewInvitation, StaffMember, readable_password
from commerce_core.staff.views import InvitationView, StaffView
from commerce_core.wiring import Commerce

app = typer.Typer(no_args_is_help=True, help="Let people in, and shut them out.")

_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Who, by their address.")]
_Name = Annotated[str, typer.Option(help="As colleagues know them.")]
_Locale = Annotated[Locale, typer.Option("--language", case_sensitive=False, help="Of mails to them.")]
_Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]
_Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it, this once.")]
_Role = Annotated[Role, typer.Option(case_sensitive=False, help="What they are here for.")]


@frozen
class StaffAddressUnknown(NotFound):
    """Nobody on the staff has this address."""

    code = "staff-address-unknown"
    detail = "Nobody on the staff has the address {email}."
    email: str


@frozen
class StaffNotInvited(NotFound):
    """No open invitation is for this address."""

    code = "staff-not-invited"
    detail = "There is no open invitation for {email}."
    email: str


@app.command("list")
def list_staff(ctx: typer.Context) -> None:
    """Everybody, the longest-serving first."""
    with opened() as shop:
        everybody = shop.staff.list_staff(OPERATOR)
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
    name: _Name,
    role: _Role = Role.SUPPORT,
    language: _Locale = Locale.EN,
    *,
    password_stdin: _Stdin = False,
    generate: _Generate = False,
) -> None:
    """Take somebody on."""
    password = _password(from_stdin=password_stdin, generate=generate)
    with opened() as shop:
        member = shop.staff.create(OPERATOR, email, name, role, password, language)
    _answer(Screen.of(ctx), member, f"{member.email} is on the staff now, as {member.role}.", password, told=generate)


@app.command()
def invite(
    ctx: typer.Context, email: _Email, name: _Name, role: _Role = Role.SUPPORT, language: _Locale = Locale.EN
) -> None:
    """Write to somebody that they may join, with a password of their own choice."""
    with opened() as shop:
        asked = shop.invitations.invite(OPERATOR, NewInvitation(email, name, role, language))
    Screen.of(ctx).answer(asked, f"{asked.email} is invited as {asked.role} until {asked.expires_at:%Y-%m-%d}.")


@app.command()
def invitations(ctx: typer.Context) -> None:
    """Who has been invited and has not answered."""
    with opened() as shop:
        open_ones = shop.invitations.list_invitations(OPERATOR)
    Screen.of(ctx).table(
        {"items": open_ones},
        open_ones,
        {
            "Email": lambda asked: asked.email,
            "Name": lambda asked: asked.name,
            "Role": lambda asked: asked.role,
            "By": lambda asked: asked.invited_by,
            "Mails": lambda asked: asked.mails,
            "Until": lambda asked: asked.expires_at,
        },
    )


@app.command()
def resend(ctx: typer.Context, email: _Email) -> None:
    """Send an invitation again, with another link."""
    with opened() as shop:
        asked = shop.invitations.resend(OPERATOR, _invited(shop, email).id)
    Screen.of(ctx).answer(asked, f"{asked.email} gets another mail; only its link works from now on.")


@app.command()
def withdraw(ctx: typer.Context, email: _Email) -> None:
    """Take an invitation back."""
    with opened() as shop:
        asked = _invited(shop, email)
        shop.invitations.withdraw(OPERATOR, asked.id)
    Screen.of(ctx).answer({"id": asked.id}, f"{asked.email} is not invited any more.")


@app.command("role")
def set_role(ctx: typer.Context, email: _Email, role: Annotated[Role, typer.Argument(case_sensitive=False)]) -> None:
    """Change what somebody is here for."""
    with opened() as shop:
        member = shop.staff.set_role(OPERATOR, _found(shop, email).id, role)
    _answer(Screen.of(ctx), member, f"{member.email} is {member.role} now.")


@app.command()
def disable(ctx: typer.Context, email: _Email) -> None:
    """Shut somebody out at once."""
    with opened() as shop:
        member = shop.staff.disable(OPERATOR, _found(shop, email).id)
    _answer(Screen.of(ctx), member, f"{member.email} is shut out.")


@app.command()
def enable(ctx: typer.Context, email: _Email) -> None:
    """Let somebody in again."""
    with opened() as shop:
        member = shop.staff.enable(OPERATOR, _found(shop, email).id)
    _answer(Screen.of(ctx), member, f"{member.email} may come in again.")


@app.command()
def sessions(ctx: typer.Context, email: _Email) -> None:
    """Where somebody is logged in."""
    with opened() as shop:
        running = shop.staff_sessions.list_of(OPERATOR, _found(shop, email).id)
    Screen.of(ctx).table(
        {"items": running},
        running,
        {
            "Id": lambda one: one.id,
            "From": lambda one: one.address,
            "Since": lambda one: one.created_at,
            "Until": lambda one: one.expires_at,
        },
    )


@app.command("log-out")
def log_out(
    ctx: typer.Context,
    email: _Email,
    session: Annotated[UUID | None, typer.Option(metavar="ID", help="Only this one; else all of them.")] = None,
) -> None:
    """End somebody's sessions."""
    with opened() as shop:
        member = _found(shop, email)
        if session:
            shop.staff_sessions.end(OPERATOR, member.id, session)
        ended = 1 if session else shop.staff_sessions.end_all(OPERATOR, member.id)
    Screen.of(ctx).answer({"ended": ended}, f"{member.email}: {ended} sessions ended.")


@app.command()
def reset(ctx: typer.Context, email: _Email) -> None:
    """Send somebody the way to another password."""
    with opened() as shop:
        member = _found(shop, email)
        shop.staff_passwords.ask_reset(member.email)
    _answer(Screen.of(ctx), member, f"{member.email} gets a mail, unless they just had one or are shut out.")


@app.command()
def password(ctx: typer.Context, email: _Email, *, password_stdin: _Stdin = False, generate: _Generate = False) -> None:
    """Give somebody another password and end their sessions."""
    new = _password(from_stdin=password_stdin, generate=generate)
    with opened() as shop:
        member = _found(shop, email)
        shop.staff_passwords.set_password(OPERATOR, member.id, new)
    _answer(Screen.of(ctx), member, f"{member.email} has another password now.", new, told=generate)


def _found(shop: Commerce, email: str) -> StaffView:
    wanted = normalise_email(email)
    for member in shop.staff.list_staff(OPERATOR):
        if normalise_email(member.email) == wanted:
            return member
    raise StaffAddressUnknown(email)


def _invited(shop: Commerce, email: str) -> InvitationView:
    wanted = normalise_email(email)
    for asked in shop.invitations.list_invitations(OPERATOR):
        if normalise_email(asked.email) == wanted:
            return asked
    raise StaffNotInvited(email)


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
