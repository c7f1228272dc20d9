"""Points at which a use case dies, put around its transactions from outside: no feature knows of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
from attrs import define, evolve, field, frozen
from psycopg.pq import PipelineStatus

from commerce_core import Commerce
from commerce_core.kernel.transaction import Begin
from commerce_core.postgres.work import PostgresBegin
from commerce_core.reactions import reactions


class PowerCut(Exception):
    """The process ends here."""


@define
class InterruptedBegin:
    """Opens transactions as `begin` does and calls `before` with the open one, just before it would commit.

    `opened` counts them. What `before` raises takes the transaction back; `after` is called once it is committed.
    """

    begin: Begin[Any]
    before: Callable[[Any, int], None] = lambda _work, _opened: None
    after: Callable[[int], None] = lambda _opened: None
    opened: int = 0

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        self.opened += 1
        with self.begin() as work:
            yield work
            self.before(work, self.opened)
        self.after(self.opened)


def cut_before_commit(_work: Any, _opened: int) -> None:
    """The power goes before the transaction is committed."""
    raise PowerCut


def cut_after_commit(_opened: int) -> None:
    """The power goes after the commit and before anybody heard of it."""
    raise PowerCut


class Killed(BaseException):
    """What a process sees of kill -9: nothing after it runs, and nobody catches it."""


@define
class Steps:
    """Every point at which a process may end, by name: listed when it is passed, and the end of it at `kill_at`."""

    kill_at: str | None = None
    passed: list[str] = field(factory=list)
    _seen: Counter[str] = field(factory=Counter, init=False)

    def reach(self, name: str) -> None:
        """Pass the point, or end there. The second time it is called `<name>, time 2`."""
        self._seen[name] += 1
        counted = f"{name}, time {self._seen[name]}" if self._seen[name] > 1 else name
        self.passed.append(counted)
        if counted == self.kill_at:
            raise Killed


@frozen
class SteppedBegin:
    """Opens transactions as `begin` does, with a point just before each commit of something and one just after."""

    begin: Begin[Any]
    name: str
    steps: Steps

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        with self.begin() as work:
            yield work
            wrote = _has_written(work)
            if wrote:
                self.steps.reach(f"{self.name} commits")
        if wrote:
            self.steps.reach(f"{self.name} has committed")


def _has_written(work: Any) -> bool:
    """Whether there is anything to lose. A single statement, which is committed already, counts."""
    connection = work._session.connection
    [(written,)] = connection.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchall()
    return bool(written or connection.info.pipeline_status is PipelineStatus.OFF)


@frozen
class SteppedCalls:
    """Anything that is called outside of transactions, with a point before each of these calls and one after."""

    _inner: Any
    _label: str
    _calls: frozenset[str]
    _steps: Steps

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._inner, call)
        if call not in self._calls:
            return found

        def stepping(*args: object, **kwargs: object) -> Any:
            self._steps.reach(f"{self._label} {call} is called")
            answer = found(*args, **kwargs)
            self._steps.reach(f"{self._label} {call} has answered")
            return answer

        return stepping


def stepped_gateway(gateway: Any, steps: Steps) -> Any:
    """A provider that may be asked, and do it, without anybody being left to hear the answer."""
    calls = {"create_intent", "retrieve_intent", "cancel_intent", "create_refund", "retrieve_refund"}
    return SteppedCalls(gateway, "provider", frozenset(calls), steps)


def stepped(shop: Commerce, steps: Steps) -> Commerce:
    """The same shop with a point around each commit of buying and paying, each message and each mail."""

    def begin(name: str) -> SteppedBegin:
        return SteppedBegin(shop.checkout.begin, name, steps)

    refunds = evolve(shop.refunds, begin=begin("refunds"))
    payments = evolve(
        shop.payments,
        begin=begin("payments"),
        single=SteppedBegin(shop.payments.single, "payments", steps),
        inbox=SteppedCalls(shop.payments.inbox, "inbox", frozenset({"store", "mark", "claim"}), steps),
        refunds=refunds,
    )
    checkout = evolve(shop.checkout, begin=begin("checkout"), payments=payments)
    customers = evolve(shop.customers, begin=begin("customers"))
    invoices = evolve(shop.invoices, begin=begin("invoices"))
    return evolve(
        shop,
        cart=evolve(shop.cart, begin=begin("cart")),
        checkout=checkout,
        payments=payments,
        refunds=refunds,
        customers=customers,
        invoices=invoices,
        outbox=evolve(
            shop.outbox,
            begin=begin("outbox"),
            reactions=reactions(
                customers=customers,
                accounts=shop.accounts,
                checkout=checkout,
                refunds=refunds,
                passwords=shop.staff_passwords,
                invoices=invoices,
            ),
        ),
        emails=evolve(
            shop.emails,
            begin=begin("emails"),
            sender=SteppedCalls(shop.emails.sender, "mail", frozenset({"send"}), steps),
        ),
    )


def on_begin(value: Any, begin: Any) -> Any:
    """The same shop, or part of one, with every transaction opened by `begin`, also of services inside of others."""
    if isinstance(value, PostgresBegin):
        return begin
    if not attrs.has(type(value)) or not type(value).__module__.startswith("commerce_core."):
        return value
    inside = {a.alias: getattr(value, a.name) for a in attrs.fields(type(value)) if a.init}
    replaced = {name: on_begin(part, begin) for name, part in inside.items()}
    changed = {name: part for name, part in replaced.items() if part is not inside[name]}
    return evolve(value, **changed) if changed else value
