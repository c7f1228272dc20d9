"""Fetches pictures from the public web, and from nowhere else (CWE-918, server-side request forgery)."""

import ssl
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from attrs import field, frozen

from commerce_core.gateways.addresses import Address, is_public, resolve
from commerce_core.kernel.transaction import must_be_outside_transaction
from commerce_core.media.errors import RemotePictureRefused, RemotePictureUnreachable
from commerce_core.media.model import MAX_BYTES

if TYPE_CHECKING:
    import httpcore

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
# What servers call a picture; some do not know what they have. What it is, its bytes will tell.
_TYPES = ("image/", "application/octet-stream", "binary/octet-stream")
_PORTS = {"http": 80, "https": 443}
_STEP = 10.0  # seconds between two signs of life
_HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": "commerce-core",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
}


@frozen
class _Where:
    """A web address, taken apart."""

    scheme: str
    host: str
    port: int
    target: bytes

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def url(self) -> "httpcore.URL":
        from httpcore import URL  # noqa: PLC0415 - only workers need it

        return URL(scheme=self.scheme.encode(), host=self.host.encode(), port=self.port, target=self.target)


@frozen
class PublicWeb:
    """A client for addresses that strangers wrote.

    Every connection, also after a redirect, goes to an address that was `allowed` a moment before. Only http and https,
    no credentials, no proxies; at most `limit` bytes within `seconds`, never unpacked; at most `redirects` of them.
    """

    allowed: Callable[[Address], bool] = is_public
    resolve: Callable[[str, int], Sequence[Address]] = resolve
    limit: int = MAX_BYTES
    seconds: float = 20.0
    redirects: int = 3
    tls: ssl.SSLContext | None = field(default=None, repr=False)  # None: the usual authorities

    def fetch(self, address: str) -> bytes:
        """What is at this address. Raises `RemotePictureRefused` or `RemotePictureUnreachable`."""
        must_be_outside_transaction()
        import httpcore  # noqa: PLC0415 - only workers need it

        from commerce_core.gateways.guarded_network import Deadline, GuardedBackend, NowhereToGoError  # noqa: PLC0415

        network = GuardedBackend(self.allowed, self.resolve, Deadline(time.monotonic() + self.seconds))
        at = address
        try:
            with httpcore.ConnectionPool(ssl_context=self.tls, network_backend=network) as pool:
                for _ in range(self.redirects + 1):
                    content, at = self._hop(pool, at)
                    if content is not None:
                        return content
        except NowhereToGoError:
            raise RemotePictureRefused("its host has no public address", at) from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise RemotePictureUnreachable(str(error) or type(error).__name__, at) from error
        raise RemotePictureRefused(f"it redirects more than {self.redirects} times", address)

    def _hop(self, pool: "httpcore.ConnectionPool", address: str) -> tuple[bytes | None, str]:
        """The content, or None and where to go from here."""
        where = _taken_apart(address)
        headers = _HEADERS | {"Host": where.authority}
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), _STEP)
        with pool.stream("GET", where.url(), headers=headers, extensions={"timeout": timeout}) as response:
            said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in _REDIRECTS and "location" in said:
                return None, urljoin(address, said["location"])
            _check_status(response.status, address)
            return self._body(response, said, address), address

    def _body(self, response: "httpcore.Response", said: dict[str, str], address: str) -> bytes:
        kind = said.get("content-type", _TYPES[0]).strip().lower()
        if not kind.startswith(_TYPES):
            raise RemotePictureRefused(f"it is {kind[:100]}", address)
        if said.get("content-encoding", "identity").strip().lower() != "identity":
            raise RemotePictureRefused("it is compressed, which was not asked for", address)
        body = bytearray()
        for piece in response.iter_stream():
            body += piece
            if len(body) > self.limit:
                raise RemotePictureRefused(f"it is larger than {self.limit} bytes", address)
        return bytes(body)


def _check_status(status: int, address: str) -> None:
    if status == 200:
        return
    reason = f"the answer is {status}"
    if status >= 500 or status in _WORTH_ANOTHER_TRY:
        raise RemotePictureUnreachable(reason, address)
    raise RemotePictureRefused(reason, address)


def _taken_apart(address: str) -> _Where:
    """Raises `RemotePictureRefused` for what is not a plain web address."""
    try:
        parts = urlsplit(address)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise RemotePictureRefused("its address cannot be read", address) from None
    if parts.scheme not in _PORTS or not host:
        raise RemotePictureRefused("its address is not one of the web", address)
    if parts.username is not None or parts.password is not None:
        raise RemotePictureRefused("its address holds credentials", address)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    )
    return _Where(parts.scheme, host, port or _PORTS[parts.scheme], target.encode())
