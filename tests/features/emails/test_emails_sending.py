"""Queued mail goes out once, is tried again while that makes sense, and is kept as it was sent."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve, field, frozen

from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.emails.errors import EmailNotDead, EmailNotFound, MailRefused, MailUnavailable
from commerce_core.emails.model import Locale, MailLine, OrderConfirmation, OutgoingMail, QueuedMail
from commerce_core.emails.ports import MailSender
from commerce_core.emails.service import EmailService
from commerce_core.emails.views import EmailView
from commerce_core.gateways.templates import Templates
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.retry import Retry
from commerce_core.postgres.database import Database
from commerce_core.postgres.emails import PostgresEmailReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.work import PostgresBegin

AT_ONCE = Retry(lease=timedelta(minutes=1), most_attempts=3, first=timedelta(0), longest=timedelta(0))


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


ORDER = OrderConfirmation(
    order_number="1001",
    customer_name="Zoé Lefèvre",
    lines=(MailLine("Écharpe <bleue>", 2, euros(119_980)),),
    subtotal=euros(119_980),
    discount_total=euros(0),
    shipping_total=euros(490),
    tax_total=euros(20_078),
    total=euros(120_470),
    prices_include_tax=True,
    shipping_address=("Zoé Lefèvre", "1 rue de la Paix", "75002 Paris", "FR"),
)


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after it runs."""


@frozen
class Postbox:
    """A way out of these tests: keeps what it is given, after doing what a test asks."""

    before: Callable[[OutgoingMail], None] = lambda _mail: None
    mails: list[OutgoingMail] = field(factory=list)

    def send(self, mail: OutgoingMail) -> str:
        self.before(mail)
        self.mails.append(mail)
        return f"<{mail.name}@postbox>"


def failing(error: BaseException) -> Postbox:
    def fail(_mail: OutgoingMail) -> None:
        raise error

    return Postbox(before=fail)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database.at(database_url)
    yield opened
    opened.close()


@pytest.fixture
def emails(database: Database) -> Callable[..., EmailService]:
    def sending(sender: MailSender, policy: Retry = AT_ONCE) -> EmailService:
        begin, read = PostgresBegin(database), PostgresEmailReader(database)
        return EmailService(begin, read, Templates(lambda: "Atelier"), sender, decode, policy)

    return sending


@pytest.fixture
def queue(database: Database) -> Callable[..., None]:
    def put(*keys: str, to: str = "zoe@example.com", locale: Locale = Locale.FR) -> None:
        with PostgresBegin(database)() as work:
            for key in keys:
                work.emails.queue(QueuedMail(key, to, locale, ORDER))

    return put


def listed(service: EmailService) -> tuple[EmailView, ...]:
    return service.list_emails(SYSTEM, None, PageRequest(per_page=100)).items


def test_a_queued_mail_is_rendered_sent_and_kept(
    database: Database, emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    postbox = Postbox()
    service = emails(postbox)
    queue("order_confirmation:1")

    assert service.send_due() == 1
    assert service.send_due() == 0

    (mail,) = postbox.mails
    assert (mail.to, mail.content.subject) == ("zoe@example.com", "Votre commande n° 1001 chez Atelier")
    (view,) = listed(service)
    assert (view.status, view.attempts, view.provider_id) == ("sent", 1, f"<{mail.name}@postbox>")
    with database.pool.connection() as connection:
        kept = connection.execute("SELECT subject, html, text FROM email_outbox").fetchone()
    assert kept == (mail.content.subject, mail.content.html, mail.content.text)


def test_the_same_key_queued_again_is_the_same_mail(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    postbox = Postbox()
    queue("order_confirmation:1")
    queue("order_confirmation:1", to="another@example.com")
    emails(postbox).send_due()
    queue("order_confirmation:1")
    emails(postbox).send_due()

    assert [mail.to for mail in postbox.mails] == ["zoe@example.com"]


def test_two_senders_at_once_send_every_mail_once(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    postbox = Postbox()
    service = emails(postbox)
    queue(*(f"order_confirmation:{number}" for number in range(40)))
    together = threading.Barrier(4)

    def send() -> None:
        together.wait(timeout=10)
        while service.send_due():
            pass

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(send) for _ in range(4)]:
            worker.result(timeout=60)

    sent = Counter(mail.key for mail in postbox.mails)
    assert len(sent) == 40
    assert set(sent.values()) == {1}


def test_a_mail_server_that_is_away_is_tried_again_later(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    away = failing(MailUnavailable("421 try later"))
    queue("order_confirmation:1")
    service = emails(away, evolve(AT_ONCE, first=timedelta(hours=2), longest=timedelta(hours=2)))

    service.send_due()

    (view,) = listed(service)
    assert (view.status, view.error) == (
        "queued",
        "MailUnavailable: Mail cannot be sent at the moment: 421 try later",
    )
    assert view.next_retry_at - view.created_at > timedelta(minutes=59)
    assert service.send_due() == 0


def test_a_mail_that_cannot_be_sent_is_given_up_after_its_last_try(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    service = emails(failing(MailUnavailable("away")))
    queue("order_confirmation:1")

    while service.send_due():
        pass

    (view,) = listed(service)
    assert (view.status, view.attempts) == ("dead", 3)


def test_a_mail_that_was_refused_for_good_is_given_up_at_once_and_the_next_one_goes_out(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    def refuse(mail: OutgoingMail) -> None:
        if mail.key == "bad":
            raise MailRefused("550 no such mailbox")

    postbox = Postbox(before=refuse)
    service = emails(postbox)
    queue("bad", "good")

    service.send_due()

    assert {view.key: (view.status.value, view.attempts) for view in listed(service)} == {
        "bad": ("dead", 1),
        "good": ("sent", 1),
    }


def test_a_mail_whose_sender_was_killed_goes_out_under_the_same_name(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    names: list[str] = []

    def die(mail: OutgoingMail) -> None:
        names.append(mail.name)
        raise Killed

    postbox = Postbox()
    queue("order_confirmation:1")

    with pytest.raises(Killed):
        emails(Postbox(before=die), evolve(AT_ONCE, lease=timedelta(0))).send_due()
    emails(postbox).send_due()

    assert [mail.name for mail in postbox.mails] == names


def test_a_mail_that_kills_every_sender_is_given_up(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    service = emails(failing(Killed()), evolve(AT_ONCE, lease=timedelta(0)))
    queue("order_confirmation:1")

    for _ in range(AT_ONCE.most_attempts):
        with pytest.raises(Killed):
            service.send_due()
    service.send_due()

    (view,) = listed(service)
    assert (view.status, view.error) == ("dead", "WorkerLost: no worker survived it")


def test_a_template_of_another_release_does_not_hold_up_the_others(
    database: Database, emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    postbox = Postbox()
    service = emails(postbox)
    queue("old", "new")
    with database.pool.connection() as connection:
        connection.execute("UPDATE email_outbox SET template_type = 'forgotten' WHERE key = 'old'")

    while service.send_due():
        pass

    assert {view.key: view.status.value for view in listed(service)} == {"old": "dead", "new": "sent"}


def test_an_operator_gives_a_dead_mail_another_life(
    emails: Callable[..., EmailService], queue: Callable[..., None]
) -> None:
    postbox = Postbox()
    queue("order_confirmation:1")
    emails(failing(MailRefused("550"))).send_due()
    service = emails(postbox)
    (dead,) = listed(service)

    service.retry(SYSTEM, dead.id)
    service.send_due()

    assert len(postbox.mails) == 1
    with pytest.raises(EmailNotDead):
        service.retry(SYSTEM, dead.id)
    with pytest.raises(EmailNotFound):
        service.retry(SYSTEM, uuid7())


def test_only_who_may_operate_sees_and_retries_mail(emails: Callable[..., EmailService]) -> None:
    service = emails(Postbox())

    with pytest.raises(PermissionDenied):
        service.list_emails(GUEST, None, PageRequest())
    with pytest.raises(PermissionDenied):
        service.retry(GUEST, uuid7())
