"""Who is told, what they are told, and for how long it is tried."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from attrs import evolve, field, frozen

MAX_SUBSCRIPTIONS = 100
MAX_ANSWER = 1024  # bytes of it that are read, and characters that are kept

TEST_EVENT = "subscription.test"


class SubscriptionStatus(StrEnum):
    """Whether an endpoint is told."""

    ACTIVE = "active"
    DISABLED = "disabled"  # An operator said so. What waits, waits; what happens meanwhile is not written down for it.
    GONE = "gone"  # It answered 410; otherwise the same.
    DELETED = "deleted"  # Shown nowhere. The row goes when its deliveries have gone.


class DeliveryStatus(StrEnum):
    """Where one event for one endpoint stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # Given up, and kept; an operator may say retry.


@frozen
class DeliveryPolicy:
    """How stubborn we are, and how much of that one endpoint may ask of us.

    A delivery is tried for `tried_for`, after `first`, then twice as long, at most `longest`. An endpoint that failed
    `patience` times in a row rests, by the same rule, from `rest` up to `longest_rest`; then one delivery tries its
    luck. `at_once` deliveries at most are under way to one endpoint, to one that has failed last a single one.
    """

    lease: timedelta = timedelta(seconds=20)  # beyond the timeout of a call, and stubborn marking after it
    tried_for: timedelta = timedelta(days=3)
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=8)
    patience: int = 3
    rest: timedelta = timedelta(seconds=10)
    longest_rest: timedelta = timedelta(minutes=30)
    at_once: int = 3
    old_secret_lasts: timedelta = timedelta(hours=24)


def doubled(first: timedelta, longest: timedelta, times: int, chance: float) -> timedelta:
    """The wait after so many failures: doubled each time, shortened by `chance` (0 to 1) to at least the half."""
    seconds = min(first * 2 ** min(max(times - 1, 0), 30), longest).total_seconds()
    return timedelta(seconds=seconds * (1 - chance / 2))


@frozen
class Health:
    """How an endpoint has answered lately, whatever it was sent."""

    failures: int = 0  # in a row
    failing_since: datetime | None = None
    rests_until: datetime | None = None

    def failed(self, now: datetime, policy: DeliveryPolicy, chance: float, asked: timedelta) -> "Health":
        """After one more failure; `asked` is how long the endpoint wants to be left alone."""
        failures = self.failures + 1
        rest = asked
        if failures >= policy.patience:
            times = failures - policy.patience + 1
            rest = max(asked, doubled(policy.rest, policy.longest_rest, times, chance))
        return Health(failures, self.failing_since or now, now + rest if rest else None)

    def failed_for(self, now: datetime) -> timedelta:
        """For how long nothing has come through."""
        return now - (self.failing_since or now)


WELL = Health()


@frozen
class Subscription:
    """An endpoint and what it wants to hear of; without `event_types`, of everything that is told at all.

    `secret` and `old_secret` are sealed. The old one signs beside the new one until `old_secret_until`.
    """

    id: UUID
    url: str
    description: str
    event_types: tuple[str, ...]
    status: SubscriptionStatus
    secret: bytes = field(repr=False)
    old_secret: bytes | None = field(default=None, repr=False)
    old_secret_until: datetime | None = None
    health: Health = WELL
    version: int = 1

    def rotated(self, secret: bytes, now: datetime, policy: DeliveryPolicy) -> "Subscription":
        """With another secret. Only two sign: one that was old already is forgotten."""
        return evolve(
            self,
            secret=secret,
            old_secret=self.secret,
            old_secret_until=now + policy.old_secret_lasts,
            version=self.version + 1,
        )


@frozen
class Published:
    """An event as the outside sees it: the version of its data, and what kind of thing it happened to.

    A change of an event's fields that readers cannot ignore is a new version.
    """

    version: int
    aggregate: str


# By the event's type: what webhooks tell of. What is not in it never leaves the shop.
Catalogue = Mapping[str, Published]


@frozen
class Message:
    """One event as endpoints get it. The same event is the same bytes, however often it is sent."""

    id: UUID
    type: str
    version: int
    occurred_at: datetime
    sequence: int
    aggregate_type: str
    aggregate_id: UUID
    data: Mapping[str, object] = field(repr=False)

    def body(self) -> bytes:
        """The JSON document."""
        content = {
            "id": str(self.id),
            "type": self.type,
            "version": self.version,
            "occurred_at": self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "sequence": self.sequence,
            "aggregate": {"type": self.aggregate_type, "id": str(self.aggregate_id)},
            "data": self.data,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@frozen
class ClaimedDelivery:
    """One delivery that is ours for one lease. `attempts` counts this claim and tells it from a later one."""

    subscription_id: UUID
    url: str = field(repr=False)  # It may hold a token.
    secrets: tuple[bytes, ...] = field(repr=False)  # sealed
    message: Message
    attempts: int
    failures: int
    first_failed_at: datetime | None
    claimed_at: datetime

    def wait(self, now: datetime, policy: DeliveryPolicy, chance: float) -> timedelta | None:
        """How long until the next try, now that this one has failed; None when it was the last."""
        end = (self.first_failed_at or now) + policy.tried_for
        if now >= end:
            return None
        return min(doubled(policy.first, policy.longest, self.failures + 1, chance), end - now)


@frozen
class Answer:
    """What an endpoint said: its status and the beginning of its words, or, without a status, why there is none."""

    status: int | None
    text: str = field(default="", repr=False)
    error: str | None = None
    retry_after: timedelta = timedelta(0)

    @property
    def heard(self) -> bool:
        """Whether the endpoint has taken it: 2xx, and nothing else. A redirect is an address to be corrected."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the endpoint wants nothing any more."""
        return self.status == 410

    @property
    def problem(self) -> str:
        """What was wrong, for an operator."""
        return self.error or f"answered {self.status}"
