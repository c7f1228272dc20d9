"""Posts webhooks to addresses that operators wrote, and to nowhere inside (CWE-918, server-side request forgery)."""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from attrs import field, frozen

from commerce_core.gateways.addresses import Address, is_public, resolve
from commerce_core.kernel.transaction import must_be_outside_transaction
from commerce_core.subscriptions.model import MAX_ANSWER, Answer

if TYPE_CHECKING:
    import httpcore

_LONGEST_PAUSE = timedelta(hours=1)  # that an endpoint may ask for
_HEADERS = {"User-Agent": "commerce-core", "Content-Type": "application/json", "Accept-Encoding": "identity"}


# Where clouds keep their credentials without being link-local: Alibaba, Azure, Oracle; AWS and Google under IPv6.
_CREDENTIALS = frozenset(map(ip_address, (
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
)))  # fmt: skip


def is_inner_or_public(address: Address) -> bool:
    """For development: inner addresses too, but never those where clouds keep their credentials."""
    plain = (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
    return plain not in _CREDENTIALS and not (plain.is_link_local or plain.is_multicast or plain.is_unspecified)


@frozen
class WebhookPost:
    """One POST, one answer: no redirect is followed, no proxy asked, nothing of the connection kept.

    The connection goes to an address that was `allowed` a moment before. All of it takes at most `seconds`, and no more
    than the beginning of the answer is read.
    """

    allowed: Callable[[Address], bool] = is_public
    resolve: Callable[[str, int], Sequence[Address]] = resolve
    seconds: float = 10.0
    tls: ssl.SSLContext | None = field(default=None, repr=False)  # None: the usual authorities

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send it, and tell what came back."""
        must_be_outside_transaction()
        import httpcore  # noqa: PLC0415 - only workers need it

        from commerce_core.gateways.guarded_network import Deadline, GuardedBackend, NowhereToGoError  # noqa: PLC0415

        network = GuardedBackend(self.allowed, self.resolve, Deadline(time.monotonic() + self.seconds))
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self.tls, network_backend=network) as pool,
                pool.stream(
                    "POST", url, headers=list({**_HEADERS, **headers}.items()), content=body,
                    extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self.seconds)},
                ) as response,
            ):  # fmt: skip
                return Answer(response.status, _beginning(response), retry_after=_pause(response))
        except NowhereToGoError:
            return Answer(None, error="its host has no public address")
        except httpcore.TimeoutException:
            return Answer(None, error=f"no answer within {self.seconds:g} seconds")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            return Answer(None, error=f"{type(error).__name__}: {error}"[:300].removesuffix(": "))


def _beginning(response: "httpcore.Response") -> str:
    """What an operator may want to read of an answer. What breaks off behind the status does not change the status."""
    import httpcore  # noqa: PLC0415 - as above

    read = bytearray()
    try:
        for piece in response.iter_stream():
            read += piece
            if len(read) >= MAX_ANSWER:
                break
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        pass
    return bytes(read[:MAX_ANSWER]).decode("utf-8", "replace").replace("\0", "\ufffd")


def _pause(response: "httpcore.Response") -> timedelta:
    """The seconds of a `Retry-After`; dates, which are rare and need a clock, are not read."""
    said = next((value for name, value in response.headers if name.lower() == b"retry-after"), b"")
    seconds = int(said) if said.isdigit() and len(said) < 10 else 0
    return min(timedelta(seconds=seconds), _LONGEST_PAUSE)
