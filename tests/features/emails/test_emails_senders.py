"""The ways out: a folder, and a real SMTP conversation."""

import email
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from attrs import evolve

from commerce_core.emails.errors import MailRefused, MailUnavailable
from commerce_core.emails.model import Locale, OutgoingMail, RenderedMail
from commerce_core.gateways.mail_folder import MailFolder
from commerce_core.gateways.smtp import SmtpSender

FROM = "Atelier Zoé <shop@atelier.example>"
MAIL = OutgoingMail(
    key="order_confirmation:1",
    to="zoe@example.com",
    locale=Locale.FR,
    queued_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    content=RenderedMail("Commande n° 1001", "<p>Merci <b>Zoé</b></p>", "Merci Zoé\n"),
)


class Inbox:
    """An aiosmtpd handler that keeps what it takes, and answers as a test says."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.to_sender = "250 OK"
        self.to_recipient = "250 OK"
        self.to_data = "250 OK"
        self.to_quit = "221 Bye"

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_data.startswith("250"):
            self.envelopes.append(envelope)
        return self.to_data

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.to_quit


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def smtp(inbox: Inbox) -> Iterator[SmtpSender]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    server.start()
    yield SmtpSender.at(f"smtp://127.0.0.1:{port}", FROM)
    server.stop()


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_goes_over_smtp_with_both_its_forms(smtp: SmtpSender, inbox: Inbox) -> None:
    known_as = smtp.send(MAIL)

    (envelope,) = inbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("shop@atelier.example", ["zoe@example.com"])
    assert isinstance(envelope.content, bytes)
    message = parsed(envelope.content)
    assert (message["From"], message["To"]) == ("Atelier Zoé <shop@atelier.example>", "zoe@example.com")
    assert message["Subject"] == "Commande n° 1001"
    assert message["Message-ID"] == known_as == f"<{MAIL.name}@atelier.example>"
    assert message["Date"].datetime == MAIL.queued_at
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().split() == ["Merci", "Zoé"]
    assert "<b>Zoé</b>" in rich.get_content()


def test_the_same_mail_has_the_same_name_and_another_mail_another(smtp: SmtpSender) -> None:
    first, again, other = (smtp.send(mail) for mail in (MAIL, MAIL, evolve(MAIL, key="order_confirmation:2")))

    assert first == again != other


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"to_recipient": "550 no such mailbox"}, MailRefused("550 no such mailbox")),
        ({"to_recipient": "450 try later"}, MailUnavailable("450 try later")),
        ({"to_recipient": "550 5.1.1 user unknown"}, MailRefused("550 5.1.1 user unknown")),
        ({"to_recipient": "530 log in first"}, MailUnavailable("530 log in first")),
        ({"to_recipient": "554 5.7.1 relay access denied"}, MailUnavailable("554 5.7.1 relay access denied")),
        ({"to_sender": "550 not a sender of ours"}, MailUnavailable("550 not a sender of ours")),
        ({"to_data": "554 we think this is spam"}, MailUnavailable("554 we think this is spam")),
        ({"to_data": "451 greylisted"}, MailUnavailable("451 greylisted")),
    ],
)
def test_a_recipient_refused_for_good_is_told_from_everything_that_can_be_mended(
    smtp: SmtpSender, inbox: Inbox, answers: dict[str, str], error: MailRefused | MailUnavailable
) -> None:
    vars(inbox).update(answers)

    with pytest.raises(type(error)) as raised:
        smtp.send(MAIL)

    assert raised.value.reason == error.reason
    assert inbox.envelopes == []


class _NobodyKnown:
    """Lets nobody in."""

    def __call__(self, *_: object) -> AuthResult:
        return AuthResult(success=False, handled=False, message="535 5.7.8 secret@atelier is not known")


def test_a_login_that_is_refused_is_for_now_and_shows_no_secret(inbox: Inbox) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port, authenticator=_NobodyKnown(), auth_require_tls=False)
    server.start()
    try:
        with pytest.raises(MailUnavailable, match=r"the server refuses us with 535$"):
            SmtpSender.at(f"smtp://secret%40atelier:password@127.0.0.1:{port}", FROM).send(MAIL)
    finally:
        server.stop()
    assert inbox.envelopes == []


def test_a_server_that_takes_the_mail_and_then_misbehaves_has_taken_the_mail(smtp: SmtpSender, inbox: Inbox) -> None:
    inbox.to_quit = "500 whatever"

    assert smtp.send(MAIL)
    assert len(inbox.envelopes) == 1


def test_an_address_outside_of_ascii_is_sent_where_the_server_can(smtp: SmtpSender, inbox: Inbox) -> None:
    smtp.send(evolve(MAIL, to="zoé@example.com"))

    assert inbox.envelopes[0].rcpt_tos == ["zoé@example.com"]


def test_nobody_at_the_other_end_is_for_now() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(MailUnavailable):
            SmtpSender.at(f"smtp://127.0.0.1:{closed.getsockname()[1]}", FROM).send(MAIL)


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        sender = evolve(SmtpSender.at(f"smtp://127.0.0.1:{silent.getsockname()[1]}", FROM), timeout=0.2)
        with pytest.raises(MailUnavailable):
            sender.send(MAIL)


def test_an_address_of_a_mail_server_is_read_whole() -> None:
    assert SmtpSender.at("smtps://shop%40a:p%2Fw@mail.example", FROM) == SmtpSender(
        "mail.example", 465, FROM, implicit_tls=True, user="shop@a", password="p/w"
    )
    assert "p/w" not in repr(SmtpSender.at("smtp://shop:p%2Fw@mail.example", FROM))
    with pytest.raises(ValueError, match="smtp://"):
        SmtpSender.at("mail.example:25", FROM)


def to_folder(folder: Path) -> Callable[[OutgoingMail], str]:
    return MailFolder(folder, FROM).send


def test_a_mail_sent_again_replaces_its_file(tmp_path: Path) -> None:
    send = to_folder(tmp_path / "mail")

    assert send(MAIL) == send(MAIL)

    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == f"{MAIL.name}.eml"
    assert parsed(file.read_bytes())["Subject"] == "Commande n° 1001"


@pytest.mark.parametrize(
    "mail",
    [
        evolve(MAIL, to="zoe@example.com\r\nBcc: all@example.com"),
        evolve(MAIL, to="zoe@example.com, eve@example.com"),
        evolve(MAIL, to="zoe@example.com>"),
        evolve(MAIL, to=""),
        evolve(MAIL, to="@"),
        evolve(MAIL, content=RenderedMail("Hello\r\nBcc: eve@example.com", "", "")),
    ],
)
def test_nothing_typed_by_a_buyer_adds_a_header_or_a_recipient(tmp_path: Path, mail: OutgoingMail) -> None:
    with pytest.raises(MailRefused):
        to_folder(tmp_path)(mail)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_for_now(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")

    with pytest.raises(MailUnavailable):
        to_folder(tmp_path / "mail")(MAIL)
