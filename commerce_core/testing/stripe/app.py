"""The emulator's routes, and what every request goes through: key, idempotency, trouble, endpoint."""

import base64
import binascii
import json

import falcon
from attrs import frozen

from commerce_core.testing.stripe.call import API_VERSION, Call, Prepare
from commerce_core.testing.stripe.chaos import Chaos
from commerce_core.testing.stripe.charges import Charges
from commerce_core.testing.stripe.control import mount_control
from commerce_core.testing.stripe.control_bank import mount_bank
from commerce_core.testing.stripe.disputes import Disputes
from commerce_core.testing.stripe.events import Events
from commerce_core.testing.stripe.faults import ApiError, invalid, unauthorized
from commerce_core.testing.stripe.idempotency import Answer, Keys, fingerprint
from commerce_core.testing.stripe.listener import hang_up
from commerce_core.testing.stripe.parameters import Params, parse
from commerce_core.testing.stripe.payment_intents import PaymentIntents
from commerce_core.testing.stripe.refunds import Refunds
from commerce_core.testing.stripe.store import Store, new_id
from commerce_core.testing.stripe.webhooks import WebhookSender

_BODY_LIMIT = 1_000_000
_KEY_LIMIT = 255


def build(store: Store, sender: WebhookSender, chaos: Chaos) -> falcon.App[falcon.Request, falcon.Response]:
    """Every route on one page."""
    events = Events(store, sender.announce)
    intents = PaymentIntents(store, events)
    charges = Charges(store)
    refunds = Refunds(store, events)
    disputes = Disputes(store, events)
    gate = _Gate(Keys(store), chaos)

    app = falcon.App()
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.auto_parse_qs_csv = False
    app.add_route("/v1/payment_intents", _Endpoint(gate, get=intents.list, post=intents.create))
    app.add_route("/v1/payment_intents/{id}", _Endpoint(gate, get=intents.retrieve, post=intents.update, public="get"))
    app.add_route("/v1/payment_intents/{id}/confirm", _Endpoint(gate, post=intents.confirm, public="post"))
    app.add_route("/v1/payment_intents/{id}/cancel", _Endpoint(gate, post=intents.cancel))
    app.add_route("/v1/charges/{id}", _Endpoint(gate, get=charges.retrieve))
    app.add_route("/v1/refunds", _Endpoint(gate, get=refunds.list, post=refunds.create))
    app.add_route("/v1/refunds/{id}", _Endpoint(gate, get=refunds.retrieve))
    app.add_route("/v1/disputes", _Endpoint(gate, get=disputes.list))
    app.add_route("/v1/disputes/{id}", _Endpoint(gate, get=disputes.retrieve))
    app.add_route("/v1/disputes/{id}/close", _Endpoint(gate, post=disputes.close))
    app.add_route("/v1/events", _Endpoint(gate, get=events.list))
    app.add_route("/v1/events/{id}", _Endpoint(gate, get=events.retrieve))
    mount_control(app, sender, chaos)
    mount_bank(app, intents, refunds, disputes)
    app.add_sink(_unknown)
    app.add_error_handler(ApiError, _answer_fault)
    app.add_error_handler(falcon.HTTPError, _answer_http_error)
    return app


@frozen
class _Gate:
    keys: Keys
    chaos: Chaos

    def answer(self, req: falcon.Request, resp: falcon.Response, call: Call, prepare: Prepare) -> None:
        """Replay, refuse or run; and keep what an endpoint that began to run has answered."""
        print_ = fingerprint(req.method, req.path, call.params)
        with self.keys.claimed(call.idempotency_key, print_) as kept:
            if kept is not None:
                resp.set_header("Idempotent-Replayed", "true")
                resp.set_header("Original-Request", kept.request_id)
                self._hang_up_or_write(call, req, resp, kept)
                return
            run = prepare(call)
            stored = True
            try:
                self.chaos.strike(call.idempotency_key)
                status, body = 200, run()
            except ApiError as fault:
                status, body, stored = fault.status, fault.body, fault.stored
            if status >= 500:
                resp.set_header("Stripe-Should-Retry", "false" if stored else "true")
            if stored:
                self.keys.keep(call.idempotency_key, print_, Answer(status, body, call.request_id))
        self._hang_up_or_write(call, req, resp, Answer(status, body, call.request_id))

    def _hang_up_or_write(self, call: Call, req: falcon.Request, resp: falcon.Response, answer: Answer) -> None:
        if self.chaos.loses_answer(call.idempotency_key):
            hang_up(req.env)
        _write(resp, answer.status, answer.body)


class _Endpoint:
    """One address: what GET and POST mean there, and which of them a browser may use."""

    def __init__(
        self, gate: _Gate, *, get: Prepare | None = None, post: Prepare | None = None, public: str | None = None
    ) -> None:
        self._gate = gate
        self._get = get
        self._post = post
        self._public = public

    def on_get(self, req: falcon.Request, resp: falcon.Response, **path: str) -> None:
        """Read. Idempotency keys mean nothing here."""
        self._serve(req, resp, self._get, path.get("id", ""), req.query_string, key=None)

    def on_post(self, req: falcon.Request, resp: falcon.Response, **path: str) -> None:
        """Change something."""
        key = req.get_header("Idempotency-Key")
        if key is not None and len(key) > _KEY_LIMIT:
            raise invalid(f"Idempotency keys may hold at most {_KEY_LIMIT} characters.")
        self._serve(req, resp, self._post, path.get("id", ""), _form(req), key=key)

    def _serve(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        prepare: Prepare | None,
        id_: str,
        form: str,
        *,
        key: str | None,
    ) -> None:
        request_id = new_id("req", 14)
        resp.set_headers({"Request-Id": request_id, "Stripe-Version": API_VERSION})
        if key is not None:
            resp.set_header("Idempotency-Key", key)
        if prepare is None:
            raise _unrecognized(req)
        params = parse(form)
        public = _is_public(req, params)
        if public and self._public != req.method.lower():
            raise unauthorized("This API call cannot be made with a publishable API key. Please use a secret API key.")
        self._gate.answer(req, resp, Call(params, public, request_id, key, id_), prepare)


def _form(req: falcon.Request) -> str:
    if (req.content_length or 0) > _BODY_LIMIT:
        raise invalid("The request is too large.", status=413)
    try:
        return req.bounded_stream.read(_BODY_LIMIT).decode()
    except UnicodeDecodeError as error:
        raise invalid("Invalid request parameters: not UTF-8.") from error


def _is_public(req: falcon.Request, params: Params) -> bool:
    """Whether a browser asks: it has the publishable key, a shop the secret one. Raises `ApiError` for others."""
    key = _api_key(req) or (params.pop("key", None) if isinstance(params.get("key"), str) else None)
    if not key:
        raise unauthorized("You did not provide an API key. Provide it as a bearer token in the Authorization header.")
    if key.startswith("pk_test_"):
        return True
    if not key.startswith(("sk_test_", "rk_test_")):
        raise unauthorized(f"Invalid API Key provided: {key[:8]}****")
    return False


def _api_key(req: falcon.Request) -> str | None:
    scheme, _, value = (req.auth or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value, validate=True).decode("latin-1").partition(":")[0]
    except binascii.Error:
        return None


def _write(resp: falcon.Response, status: int, body: object) -> None:
    resp.status = status
    resp.content_type = falcon.MEDIA_JSON
    resp.data = json.dumps(body, indent=2).encode()


def _unrecognized(req: falcon.Request) -> ApiError:
    return invalid(f"Unrecognized request URL ({req.method}: {req.path}).", status=404)


def _unknown(req: falcon.Request, resp: falcon.Response, **kwargs: object) -> None:  # noqa: ARG001 - Falcon names them
    raise _unrecognized(req)


def _answer_fault(_req: falcon.Request, resp: falcon.Response, fault: ApiError, _params: dict[str, object]) -> None:
    _write(resp, fault.status, fault.body)


def _answer_http_error(
    req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, _params: dict[str, object]
) -> None:
    fault = _unrecognized(req) if error.status_code in {404, 405} else invalid(error.title or "Bad request")
    _write(resp, fault.status, fault.body)
