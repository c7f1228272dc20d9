"""How often somebody may ask, told in the headers of the IETF draft "RateLimit header fields for HTTP".

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

import falcon
from attrs import field, frozen
from limits import RateLimitItem
from structlog.typing import FilteringBoundLogger

from adapters_http.counters import Counters
from adapters_http.policies import ALLOWANCES, Allowance, Policy
from commerce_core.kernel.errors import TooMany


@frozen
class RateLimited(TooMany):
    """Too many requests of this kind, from this address or by this identity. Nothing was looked at."""

    code = "rate-limited"
    detail = "Too many requests ({policy}). Try again in {seconds} seconds."
    policy: str
    seconds: int


@frozen
class Limit:
    """One line of the headers: so many in so many seconds."""

    name: str
    amount: int
    alone: int  # without Redis, in each process
    seconds: int

    @classmethod
    def of(cls, name: str, item: RateLimitItem, factor: Decimal, share_alone: int) -> "Limit":
        """The limit of the table, as large as the operator wants it."""
        amount = max(1, int(item.amount * factor))
        return cls(name, amount, max(1, amount // share_alone), item.get_expiry())


@frozen
class Meter:
    """Counts the requests of one policy."""

    counters: Counters
    clock: Callable[[], float]
    log: FilteringBoundLogger
    address: Limit
    identity: Limit | None
    units: Limit | None

    def by_address(self, resp: falcon.Response, address: str | None) -> None:
        """One request more from there. Raises `RateLimited`. A caller without an address is not counted."""
        if address:
            self._count(resp, self.address, network_of(address), 1)

    def by_identity(self, resp: falcon.Response, identity: str | None) -> None:
        """One request more by somebody. Raises `RateLimited`."""
        if identity and self.identity:
            self._count(resp, self.identity, hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32], 1)

    def by_units(self, resp: falcon.Response, address: str | None, units: int) -> None:
        """So many units of goods asked for from there. Raises `RateLimited`; those that were refused count as well."""
        if address and units > 0 and self.units:
            self._count(resp, self.units, network_of(address), units)

    def _count(self, resp: falcon.Response, limit: Limit, who: str, cost: int) -> None:
        now = self.clock()
        window = int(now // limit.seconds)
        ends = max(1, int((window + 1) * limit.seconds - now) + 1)
        count, shared = self.counters.add(f"{limit.name}:{who}:{window}", limit.seconds, cost)
        amount = limit.amount if shared else limit.alone
        resp.append_header("RateLimit-Policy", f'"{limit.name}";q={amount};w={limit.seconds}')
        resp.append_header("RateLimit", f'"{limit.name}";r={max(0, amount - count)};t={ends}')
        if count > amount:
            if count - cost <= amount:  # The first of a window says it; the access log shows the others.
                self.log.warning("rate limited", policy=limit.name)
            raise RateLimited(limit.name, ends)


@frozen
class RateLimits:
    """The meters of all policies; none where the operator wants no limits (`factor` 0)."""

    counters: Counters
    factor: Decimal
    log: FilteringBoundLogger
    clock: Callable[[], float] = time.time
    table: Mapping[Policy, Allowance] = field(factory=lambda: ALLOWANCES)

    def meter(self, policy: Policy) -> Meter | None:
        """What counts the requests of an operation, if they are limited."""
        if not self.factor or policy is Policy.NONE:
            return None
        granted = self.table[policy]

        def limit(name: str, item: RateLimitItem | None) -> Limit | None:
            return Limit.of(name, item, self.factor, granted.share_alone) if item else None

        return Meter(
            self.counters,
            self.clock,
            self.log,
            Limit.of(policy.value, granted.address, self.factor, granted.share_alone),
            limit(f"{policy.value}-identity", granted.identity),
            limit(f"{policy.value}-units", granted.units),
        )


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Who counts as one: an IPv4 address, or the /64 that an IPv6 provider gives to one household."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:32]  # Whatever a proxy calls it.
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> 64:x}/64"
