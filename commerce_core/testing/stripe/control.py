"""`/_control`: what no Stripe has. Orders trouble and moves the webhook; JSON in and out, no key."""

import json
from collections.abc import Mapping
from typing import TypeGuard

import falcon
from attrs import frozen

from commerce_core.testing.stripe.chaos import Chaos, WebhookTrouble
from commerce_core.testing.stripe.faults import invalid, no_such
from commerce_core.testing.stripe.webhooks import WebhookSender

_LONGEST = 60  # seconds
_MOST = 1000


def mount_control(app: falcon.App[falcon.Request, falcon.Response], sender: WebhookSender, chaos: Chaos) -> None:
    """Add the routes."""
    app.add_route("/_control", _State(sender, chaos))
    app.add_route("/_control/failures", _Failures(chaos))
    app.add_route("/_control/drops", _Drops(chaos))
    app.add_route("/_control/broken-keys", _BrokenKeys(chaos))
    app.add_route("/_control/latency", _Latency(chaos))
    app.add_route("/_control/hanging", _Hanging(chaos))
    app.add_route("/_control/webhook", _Webhook(sender))
    app.add_route("/_control/webhook-trouble", _WebhookTrouble(sender))
    app.add_route("/_control/events/{id}/deliveries", _Deliveries(sender))


@frozen
class _State:
    sender: WebhookSender
    chaos: Chaos

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        """How things stand; `undelivered` falls to 0 when the shop has acknowledged every webhook."""
        resp.media = {
            "failures": self.chaos.failures,
            "stored": self.chaos.stored,
            "drops": self.chaos.drops,
            "broken_keys": sorted(self.chaos.broken),
            "latency": self.chaos.latency,
            "hanging": self.chaos.hanging,
            "webhook_url": self.sender.url,
            "webhook_trouble": _shown(self.sender.trouble),
            "undelivered": self.sender.undelivered,
        }


@frozen
class _Failures:
    chaos: Chaos

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"times": 2, "stored": false}`: the next requests are answered 500."""
        asked = body_of(req)
        times, stored = asked.get("times"), asked.get("stored", False)
        if not _is_whole(times) or not isinstance(stored, bool):
            raise invalid('Say {"times": 2, "stored": false}.')
        self.chaos.fail_next(times, stored=stored)
        resp.media = {"failures": times}


@frozen
class _Drops:
    chaos: Chaos

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"times": 1}`: the next requests with a key are done, and the connection ends instead of an answer."""
        times = body_of(req).get("times")
        if not _is_whole(times):
            raise invalid('Say {"times": 1}.')
        self.chaos.drop_next(times)
        resp.media = {"drops": times}


@frozen
class _BrokenKeys:
    chaos: Chaos

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"parts": ["order-"]}`: idempotency keys that hold one of these are answered a 500 that is stored."""
        parts = body_of(req).get("parts")
        if not isinstance(parts, list) or not all(isinstance(part, str) and part for part in parts):
            raise invalid('Say {"parts": ["order-"]}.')
        self.chaos.break_keys(*parts)
        resp.media = {"broken_keys": sorted(self.chaos.broken)}


@frozen
class _Latency:
    chaos: Chaos

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"seconds": 0.2}`: every request to the API takes this much longer."""
        seconds = body_of(req).get("seconds")
        if not _is_pause(seconds):
            raise invalid('Say {"seconds": 0.2}, at most 60.')
        self.chaos.latency = float(seconds)
        resp.media = {"latency": self.chaos.latency}


@frozen
class _Hanging:
    chaos: Chaos

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"hanging": true}`: requests are taken, and go on only when it is false again."""
        hanging = body_of(req).get("hanging")
        if not isinstance(hanging, bool):
            raise invalid('Say {"hanging": true}.')
        (self.chaos.hang if hanging else self.chaos.resume)()
        resp.media = {"hanging": self.chaos.hanging}


@frozen
class _Webhook:
    sender: WebhookSender

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"url": "http://…"}`, or null for nobody."""
        url = body_of(req).get("url")
        if url is not None and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
            raise invalid('Say {"url": "http://…"} or {"url": null}.')
        self.sender.url = url
        resp.media = {"webhook_url": url}


@frozen
class _WebhookTrouble:
    sender: WebhookSender

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """`{"copies": 3, "delay": 0.5, "shuffled": true, "losses": 2}` for events to come; what is left out ends."""
        asked = body_of(req)
        copies, delay = asked.get("copies", 1), asked.get("delay", 0)
        shuffled, losses = asked.get("shuffled", False), asked.get("losses", 0)
        strange = set(asked) - {"copies", "delay", "shuffled", "losses"} or not isinstance(shuffled, bool)
        if strange or not (_is_whole(copies) and copies and _is_whole(losses) and _is_pause(delay)):
            raise invalid('Say {"copies": 3, "delay": 0.5, "shuffled": true, "losses": 2}, or some of it.')
        self.sender.trouble = WebhookTrouble(copies, float(delay), bool(shuffled), losses)
        resp.media = _shown(self.sender.trouble)


@frozen
class _Deliveries:
    sender: WebhookSender

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:  # noqa: A002 - the route's name
        """`{"copies": 1}`: deliver this event of the log, once more or for the first time."""
        copies = body_of(req).get("copies")
        if not _is_whole(copies) or not copies:
            raise invalid('Say {"copies": 1}.')
        if not self.sender.knows(id):
            raise no_such("event", id, "id")
        self.sender.deliver_again(id, copies)
        resp.media = {"undelivered": self.sender.undelivered}


def _shown(trouble: WebhookTrouble) -> Mapping[str, object]:
    return {
        "copies": trouble.copies,
        "delay": trouble.delay,
        "shuffled": trouble.shuffled,
        "losses": trouble.losses,
    }


def body_of(req: falcon.Request) -> Mapping[str, object]:
    """What was asked. Raises `ApiError` for anything but a JSON object."""
    try:
        asked = json.loads(req.bounded_stream.read())
    except ValueError as error:
        raise invalid("The body is not JSON.") from error
    if not isinstance(asked, dict):
        raise invalid("The body is not a JSON object.")
    return asked


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST


def _is_pause(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LONGEST
