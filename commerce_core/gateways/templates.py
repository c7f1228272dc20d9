"""Mail templates: Jinja2, strict about what they are given, in French and English."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from commerce_core.emails.model import Locale, Mail, RenderedMail
from commerce_core.kernel.money import Money

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

    def render(self, mail: Mail, locale: Locale) -> RenderedMail:
        """Subject, HTML and plain text. Raises `jinja2.UndefinedError` when the mail lacks a variable."""
        variables = {field.name: getattr(mail, field.name) for field in attrs.fields(type(mail))}
        variables |= {"shop_name": self.shop_name(), "locale": locale.value}
        subject, html, text = (
            self._environment.get_template(f"{mail.template}.{locale.value}.{part}").render(variables)
            for part in ("subject.txt", "html", "txt")
        )
        return RenderedMail(" ".join(subject.split()), html, text.strip() + "\n")

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
        return environment


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
