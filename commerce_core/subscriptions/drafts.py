"""What operators ask subscriptions to be, checked before anything is opened or locked."""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit, urlunsplit

from attrs import frozen

from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.subscriptions.model import Catalogue

_LONGEST_URL = 2000
_PATH, _QUERY = "/%:@!$&'()*+,;=~-._", "/%:@!$&'()*+,;=~-._?"


@frozen
class Rules:
    """What may be subscribed to: these events, from https alone unless `plain` addresses are allowed too."""

    catalogue: Catalogue
    plain: bool = False


@frozen
class NewSubscription:
    """An endpoint to be told; without `event_types`, of everything."""

    url: str
    description: str = ""
    event_types: tuple[str, ...] = ()

    def checked(self, rules: Rules) -> "NewSubscription":
        """The same with its address spelt as it is called. Raises `InvalidInput`, naming every field."""
        found = [*_address_errors(self.url, rules), *_word_errors(self.description, self.event_types, rules)]
        if errors := tuple(error for error in found if error is not None):
            raise InvalidInput(errors)
        return NewSubscription(_spelt(self.url), self.description.strip(), tuple(sorted(set(self.event_types))))


@frozen
class SubscriptionChanges:
    """What is to be different; `event_types` are told as a whole, and none of them means all."""

    url: str | Unset = UNSET
    description: str | Unset = UNSET
    event_types: tuple[str, ...] | Unset = UNSET
    enabled: bool | Unset = UNSET


def _address_errors(url: str, rules: Rules) -> Iterator[FieldError | None]:
    if error := text_error("/url", url, limit=_LONGEST_URL, least=1):
        yield error
        return
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        yield FieldError("/url", "invalid-address", "Cannot be read as a web address.")
        return
    if parts.scheme not in ({"https", "http"} if rules.plain else {"https"}):
        yield FieldError("/url", "https-required", "Must start with https://.")
    elif not host:
        yield FieldError("/url", "invalid-address", "Names no host.")
    if parts.username is not None or parts.password is not None:
        yield FieldError("/url", "credentials-in-address", "Must not hold a user name or a password.")
    if parts.fragment:
        yield FieldError("/url", "invalid-address", "Must not hold a fragment: nobody would see it.")
    if len(_spelt(url)) > _LONGEST_URL:
        yield FieldError("/url", "too-long", f"May hold at most {_LONGEST_URL} characters.")


def _spelt(url: str) -> str:
    """In ASCII, as it goes over the wire."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    place = host if parts.port is None else f"{host}:{parts.port}"
    return urlunsplit((parts.scheme, place, quote(parts.path or "/", safe=_PATH), quote(parts.query, safe=_QUERY), ""))


def _word_errors(description: str, event_types: tuple[str, ...], rules: Rules) -> Iterator[FieldError | None]:
    yield text_error("/description", description, limit=200)
    if len(event_types) > len(rules.catalogue):
        yield FieldError("/event_types", "too-many", f"There are {len(rules.catalogue)} of them.")
        return
    for place, name in enumerate(event_types):
        if name not in rules.catalogue:
            yield FieldError(f"/event_types/{place}", "unknown-event-type", "Webhooks do not tell of this.")
