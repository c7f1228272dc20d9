"""What the buyer reads."""

import re
from typing import ClassVar

import pytest
from attrs import evolve, frozen
from jinja2 import UndefinedError

from commerce_core.emails.model import (
    HIDDEN,
    MAILS,
    AccountExists,
    EmailChangeApproval,
    EmailChangeConfirmation,
    EmailVerification,
    Locale,
    Mail,
    MailLine,
    MailToken,
    OrderConfirmation,
    OrderRefunded,
    PasswordChanged,
    PasswordReset,
    StaffInvitation,
    StaffPasswordReset,
)
from commerce_core.gateways.templates import Templates, written
from commerce_core.kernel.money import Money
from commerce_core.kernel.token import SecretKey
from commerce_core.payments.model import BY_HAND, RefundReason

THIN, FIXED = "\u202f", "\u00a0"


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


ORDER = OrderConfirmation(
    order_number="1001",
    customer_name="Zoé <b>",
    lines=(MailLine("Scarf & hat", 2, euros(119_980)), MailLine("Ring", 1, euros(1))),
    subtotal=euros(119_981),
    discount_total=euros(0),
    shipping_total=euros(490),
    tax_total=euros(20_079),
    total=euros(120_471),
    prices_include_tax=True,
    shipping_address=("Zoé", "1 rue de la Paix", "75002 Paris"),
)


REASONS = [*sorted(set(RefundReason) - BY_HAND - {RefundReason.MADE_ELSEWHERE}), "by_hand"]
REFUND = OrderRefunded("1001", "Zoé", euros(2489), "paid_too_late")


@pytest.mark.parametrize(
    ("locale", "total", "tax"),
    [
        (Locale.FR, f"1{THIN}204,71{FIXED}€", f"dont TVA 200,79{FIXED}€"),
        (Locale.EN, "€1,204.71", "including tax of €200.79"),
    ],
)
def test_both_forms_of_a_confirmation_hold_the_lines_and_the_totals(locale: Locale, total: str, tax: str) -> None:
    mail = Templates(lambda: "Atelier").render(ORDER, locale)

    for form in (mail.html, mail.text):
        assert total in form
        assert tax in form
        assert "Ring" in form
        assert "75002 Paris" in form
    assert "1001" in mail.subject


def test_what_a_buyer_typed_is_text_in_html_and_untouched_in_plain_text() -> None:
    mail = Templates(lambda: "A & B").render(ORDER, Locale.EN)

    assert "Hello Zoé &lt;b&gt;," in mail.html
    assert "Scarf &amp; hat" in mail.html
    assert "Hello Zoé <b>," in mail.text
    assert "2 × Scarf & hat: €1,199.80" in mail.text
    assert mail.subject == "Your order 1001 at A & B"


@pytest.mark.parametrize("locale", list(Locale))
def test_a_discount_a_tax_on_top_and_free_shipping_are_said(locale: Locale) -> None:
    order = evolve(
        ORDER,
        discount_total=euros(500),
        shipping_total=euros(0),
        prices_include_tax=False,
        customer_name="",
        shipping_address=(),
    )
    mail = Templates(lambda: "Atelier").render(order, locale)

    words = {Locale.FR: ("Remise", "TVA", "offerte", "Bonjour,"), Locale.EN: ("Discount", "Tax", "free", "Hello,")}[
        locale
    ]
    for word in words:
        assert word.lower() in mail.html.lower()
        assert word.lower() in mail.text.lower()


TOKEN = MailToken("test", "subject")
EXAMPLES: tuple[Mail, ...] = (
    ORDER,
    REFUND,
    EmailVerification("Zoé <b>", TOKEN),
    AccountExists("Zoé <b>"),
    PasswordReset("Zoé <b>", TOKEN),
    PasswordChanged("Zoé <b>"),
    EmailChangeApproval("Zoé <b>", "z***@example.org", TOKEN),
    EmailChangeConfirmation("", TOKEN),
    StaffInvitation("Zoé <b>", "MANAGER", TOKEN),
    StaffPasswordReset("Zoé <b>", TOKEN),
)


def test_every_mail_has_an_example() -> None:
    assert {mail.template for mail in EXAMPLES} == set(MAILS)


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("mail", EXAMPLES, ids=lambda mail: mail.template)
def test_every_mail_has_its_templates_in_every_language(mail: Mail, locale: Locale) -> None:
    rendered = Templates(lambda: "Atelier", SecretKey("secret")).render(mail, locale)
    assert "Atelier" in rendered.subject
    assert "<b>" not in rendered.html.replace("Zoé &lt;b&gt;", "")
    assert ("Bonjour" if locale is Locale.FR else "Hello") in rendered.text


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("mail", [mail for mail in EXAMPLES if hasattr(mail, "token")], ids=lambda mail: mail.template)
def test_a_token_stands_in_what_is_sent_and_not_in_what_is_kept(mail: Mail, locale: Locale) -> None:
    secret = SecretKey("secret")
    token = secret.issue("test", "subject")
    account, staff = "https://shop.example/account/{action}", "https://staff.example/{action}"
    sent = Templates(lambda: "Atelier", secret, account, staff).render(mail, locale)
    place = r"staff\.example" if mail.template.startswith("staff_") else r"shop\.example/account"
    for form in (sent.html, sent.text):
        assert re.search(rf"https://{place}/[a-z-]+#token={re.escape(token)}", form)
    for form in (sent.kept().html, sent.kept().text):
        assert token not in form
        assert f"#token={HIDDEN}" in form
    assert token in Templates(lambda: "Atelier", secret).render(mail, locale).text
    with pytest.raises(ValueError, match="secret"):
        Templates(lambda: "Atelier").render(mail, locale)


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("reason", REASONS)
def test_a_refund_says_how_much_and_why_in_both_forms(reason: str, locale: Locale) -> None:
    mails = {why: Templates(lambda: "Atelier").render(evolve(REFUND, reason=why), locale) for why in REASONS}
    amount = {Locale.FR: f"24,89{FIXED}€", Locale.EN: "€24.89"}[locale]
    for form in (mails[reason].html, mails[reason].text):
        assert amount in form
        assert "Zoé" in form
    others = [mail for why, mail in mails.items() if why != reason]
    assert all(mail.text != mails[reason].text and mail.html != mails[reason].html for mail in others)
    assert "1001" in mails[reason].subject


def test_a_template_that_asks_for_what_the_mail_lacks_is_an_error() -> None:
    @frozen
    class Bare:
        template: ClassVar[str] = "order_confirmation"
        order_number: str = "1"

    with pytest.raises(UndefinedError):
        Templates(lambda: "Atelier").render(Bare(), Locale.EN)


@pytest.mark.parametrize(
    ("money", "french", "english"),
    [
        (Money(0, "EUR"), f"0,00{FIXED}€", "€0.00"),
        (Money(-1_234_567, "EUR"), f"-12{THIN}345,67{FIXED}€", "-€12,345.67"),
        (Money(1_234, "JPY"), f"1{THIN}234{FIXED}¥", "¥1,234"),
        (Money(5, "KWD"), f"0,005{FIXED}KWD", f"KWD{FIXED}0.005"),
        (Money(99_999_999_999, "CHF"), f"999{THIN}999{THIN}999,99{FIXED}CHF", f"CHF{FIXED}999,999,999.99"),
    ],
)
def test_amounts_are_written_as_people_write_them(money: Money, french: str, english: str) -> None:
    assert written(money, Locale.FR) == french
    assert written(money, Locale.EN) == english
