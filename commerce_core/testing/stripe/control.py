"""`/_control`: what no Stripe has. Orders trouble, moves the webhook, and plays the bank; JSON in and out, no key."""

import json
from collections.abc import Mapping

import falcon
from attrs import frozen

from commerce_core.testing.stripe.call import Call
from commerce_core.testing.stripe.chaos import Chaos
from commerce_core.testing.stripe.faults import invalid
from commerce_core.testing.stripe.payment_intents import PaymentIntents
from commerce_core.testing.stripe.store import new_id
from commerce_core.testing.stripe.webhooks import WebhookSender


def mount_control(
    app: falcon.App[falcon.Request, falcon.Response], intents: PaymentIntents, sender: WebhookSender, chaos: Chaos
) -> None:
    """Add the routes."""
    app.add_route("/_control", _State(sender, chaos))
    app.add_route("/_control/failures", _Failures(chaos))
    app.add_route("/_control/latency", _Latency(chaos))
    app.add_route("/_control/webhook", _Webhook(sender))
    app.add_route("/_control/payment_intents/{id}/outcome", _Outcome(intents))


@frozen
class _State:
    sender: WebhookSender
    chaos: Chaos

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        """How things stand; `undelivered` falls to 0 when the shop has acknowledged every webhook."""
        resp.media = {
            "failures": self.chaos.failures,
            "stored": self.chaos.stored,
            "latency": self.chaos.latency,
            "webhook_url": self.sender.url,
            "undelivered": self.sender.undelivered,
        }


@frozen
class _Failures:
    chaos: Chaos

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"times": 2, "stored": false}`: the next requests are answered 500."""
        asked = _asked(req)
        times, stored = asked.get("times"), asked.get("stored", False)
        if not isinstance(times, int) or not isinstance(stored, bool):
            raise invalid('Say {"times": 2, "stored": false}.')
        self.chaos.fail_next(times, stored=stored)
        resp.media = {"failures": self.chaos.failures}


@frozen
class _Latency:
    chaos: Chaos

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"seconds": 0.2}`: every request to the API takes this much longer."""
        seconds = _asked(req).get("seconds")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= 60:
            raise invalid('Say {"seconds": 0.2}, at most 60.')
        self.chaos.latency = float(seconds)
        resp.media = {"latency": self.chaos.latency}


@frozen
class _Webhook:
    sender: WebhookSender

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"url": "http://…"}`, or null for nobody."""
        url = _asked(req).get("url")
        if url is not None and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
            raise invalid('Say {"url": "http://…"} or {"url": null}.')
        self.sender.url = url
        resp.media = {"webhook_url": url}


@frozen
class _Outcome:
    intents: PaymentIntents

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:  # noqa: A002 - the route's name
        """`{"outcome": "succeeded"}` or `"failed"`, for an intent that waits for a bank or for its buyer."""
        outcome = _asked(req).get("outcome")
        if outcome not in {"succeeded", "failed"}:
            raise invalid('Say {"outcome": "succeeded"} or "failed".')
        call = Call({}, public=False, request_id=new_id("req", 14), id=id)
        resp.media = self.intents.settle(call, succeeded=outcome == "succeeded")


def _asked(req: falcon.Request) -> Mapping[str, object]:
    try:
        asked = json.loads(req.bounded_stream.read())
    except ValueError as error:
        raise invalid("The body is not JSON.") from error
    if not isinstance(asked, dict):
        raise invalid("The body is not a JSON object.")
    return asked
