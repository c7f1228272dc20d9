"""`/_control` for what banks, buyers and people at the dashboard do to payments; JSON in and out, no key."""

from collections.abc import Callable, Collection

import falcon
from attrs import frozen

from commerce_core.testing.stripe.call import Call
from commerce_core.testing.stripe.control import body_of
from commerce_core.testing.stripe.disputes import Disputes
from commerce_core.testing.stripe.faults import JsonObject, invalid
from commerce_core.testing.stripe.parameters import Params
from commerce_core.testing.stripe.payment_intents import PaymentIntents
from commerce_core.testing.stripe.refunds import Refunds
from commerce_core.testing.stripe.store import new_id

_REASONS = ("fraudulent", "product_not_received", "general")


def mount_bank(
    app: falcon.App[falcon.Request, falcon.Response], intents: PaymentIntents, refunds: Refunds, disputes: Disputes
) -> None:
    """Add the routes."""
    paid = _Outcome(lambda call, word: intents.settle(call, succeeded=word == "succeeded"), ("succeeded", "failed"))
    app.add_route("/_control/payment_intents/{id}/outcome", paid)
    app.add_route("/_control/payment_intents/{id}/refunds", _RefundByHand(refunds))
    app.add_route("/_control/payment_intents/{id}/disputes", _Dispute(disputes))
    app.add_route("/_control/refunds/{id}/outcome", _Outcome(refunds.settle, ("succeeded", "failed")))
    app.add_route("/_control/disputes/{id}/outcome", _Outcome(disputes.settle, ("under_review", "won", "lost")))


@frozen
class _Outcome:
    settle: Callable[[Call, str], JsonObject]
    words: Collection[str]

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:  # noqa: A002 - the route's name
        """`{"outcome": "succeeded"}`: the word that an intent, a refund or a dispute waits for."""
        outcome = body_of(req).get("outcome")
        if not isinstance(outcome, str) or outcome not in self.words:
            raise invalid(f'Say {{"outcome": …}}, one of {", ".join(self.words)}.')
        resp.media = self.settle(_unasked(id), outcome)


@frozen
class _RefundByHand:
    refunds: Refunds

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:  # noqa: A002 - the route's name
        """`{"amount": 500}` or `{}` for all that is left: somebody refunds at the dashboard, without metadata."""
        amount = body_of(req).get("amount")
        if amount is not None and (not isinstance(amount, int) or isinstance(amount, bool)):
            raise invalid('Say {"amount": 500} or {}.')
        asked: Params = {"payment_intent": id} | ({} if amount is None else {"amount": str(amount)})
        resp.media = self.refunds.create(_unasked("", asked))()


@frozen
class _Dispute:
    disputes: Disputes

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:  # noqa: A002 - the route's name
        """`{"reason": "fraudulent"}`: the buyer's bank wants the money back; with `general` it only asks."""
        reason = body_of(req).get("reason")
        if not isinstance(reason, str) or reason not in _REASONS:
            raise invalid(f'Say {{"reason": …}}, one of {", ".join(_REASONS)}.')
        resp.media = self.disputes.open(_unasked(id), reason)


def _unasked(id_: str, params: Params | None = None) -> Call:
    """No request of the shop's, so one without a key."""
    return Call(params or {}, public=False, request_id=new_id("req", 14), id=id_)
