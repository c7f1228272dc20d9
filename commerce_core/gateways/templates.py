"""Mail templates: Jinja2, strict about what they are given, in French and English."""

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from commerce_core.emails.model import Locale, Mail, MailToken, RenderedMail
from commerce_core.kernel.money import Money
from commerce_core.kernel.token import SecretKey

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "mail_templates"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}
_NARROW, _FIXED = "\u202f", "\u00a0"  # spaces at which a line does not break


@frozen
class Templates:
    """Renders `mail_templates/<template>.<locale>.{subject.txt,html,txt}`.

    `shop_name` tells what the shop is called; it is asked for every mail, so that a change reaches the next one.
    """

    shop_name: Callable[[], str]
    secret: SecretKey | None = None  # without one, mails with tokens cannot be made
    account_url: str | None = None  # `https://shop.example/account/{action}`; without one, mails show the bare token
    staff_url: str | None = None  # the same for links to the staff

    def render(self, mail: Mail, locale: Locale) -> RenderedMail:
        """Subject, HTML and plain text. Raises `jinja2.UndefinedError` when the mail lacks a variable."""
        variables = {field.name: getattr(mail, field.name) for field in attrs.fields(type(mail))}
        tokens = {name: self._issued(value) for name, value in variables.items() if isinstance(value, MailToken)}
        variables |= {"shop_name": self.shop_name(), "locale": locale.value} | tokens
        subject, html, text = (
            self._environment.get_template(f"{mail.template}.{locale.value}.{part}").render(variables)
            for part in ("subject.txt", "html", "txt")
        )
        return RenderedMail(" ".join(subject.split()), html, text.strip() + "\n", tuple(tokens.values()))

    def _issued(self, token: MailToken) -> str:
        if self.secret is None:
            raise ValueError("a mail with a token needs the shop's secret")
        return self.secret.issue(token.purpose, token.subject)

    @cached_property
    def _environment(self) -> "Environment":
        # On first use: a process that sends no mail does without Jinja2.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415

        environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            undefined=StrictUndefined,
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["money"] = written
        environment.filters["link"] = partial(_link, self.account_url)
        environment.filters["staff_link"] = partial(_link, self.staff_url)
        return environment


def _link(url: str | None, token: str, action: str) -> str:
    """Behind `#`, which browsers send to nobody: no server's log and no `Referer` ever holds the token."""
    return f"{url.replace('{action}', action)}#token={token}" if url else token


def written(money: Money, locale: str) -> str:
    """An amount as people write it: `1 234,50 €` in French, `€1,234.50` in English."""
    sign, digits = ("-", money.major()[1:]) if money.amount < 0 else ("", money.major())
    whole, _, decimals = digits.partition(".")
    symbol = _SYMBOLS.get(money.currency)
    if locale == Locale.FR:
        number = _grouped(whole, _NARROW) + (f",{decimals}" if decimals else "")
        return f"{sign}{number}{_FIXED}{symbol or money.currency}"
    number = _grouped(whole, ",") + (f".{decimals}" if decimals else "")
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{money.currency}{_FIXED}{number}"


def _grouped(whole: str, separator: str) -> str:
    return f"{int(whole):,}".replace(",", separator)
