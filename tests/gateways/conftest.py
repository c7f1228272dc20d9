"""Providers to talk to: the fake, the emulator, and Stripe itself when a test-mode key is given."""

import os
import queue
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from commerce_core.gateways.manual import ManualGateway
from commerce_core.kernel.money import Money
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.provider import Intent
from commerce_core.testing.stripe.listener import Listener
from commerce_core.testing.stripe_server import StripeServer
from tests.gateways.payment_worlds import FakeWorld, Receiver, World, request_for, stripe_world

REAL_KEY = os.environ.get("STRIPE_CONTRACT_KEY")
WORLDS = ["fake", "emulator", *(["stripe"] if REAL_KEY else [])]


@pytest.fixture
def server() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture
def client(server: StripeServer) -> stripe.StripeClient:
    """Stripe's own SDK as a shop would use it, with retries off so that each answer is seen."""
    return stripe.StripeClient("sk_test_shop", base_addresses={"api": server.url}, max_network_retries=0)


@pytest.fixture
def browser(server: StripeServer) -> Callable[..., stripe.StripeObject]:
    """Confirm an intent as Stripe.js does: with the publishable key and the client secret."""
    public = stripe.StripeClient("pk_test_shop", base_addresses={"api": server.url}, max_network_retries=0)

    def confirm(intent: Any, payment_method: str = "pm_card_visa", **more: Any) -> stripe.StripeObject:
        address = f"/v1/payment_intents/{intent.id}/confirm"
        params = {"client_secret": intent.client_secret, "payment_method": payment_method, **more}
        return public.deserialize(public.raw_request("post", address, **params), api_mode="V1")

    return confirm


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    return world_called(request.param, request)


@pytest.fixture(params=["manual", *WORLDS])
def payer(request: pytest.FixtureRequest) -> tuple[PaymentGateway, Intent]:
    """Any provider that gives money back, and a paid intent of it."""
    if request.param == "manual":
        manual = ManualGateway()
        return manual, manual.create_intent(request_for(Money(1999, "EUR")))
    world = world_called(request.param, request)
    intent = world.gateway.create_intent(request_for(Money(1999, "EUR")))
    world.pay(intent.id)
    return world.gateway, intent


def world_called(name: str, request: pytest.FixtureRequest) -> World:
    if name == "fake":
        return FakeWorld()
    if name == "stripe":
        assert REAL_KEY
        assert REAL_KEY.startswith("sk_test_"), "contract tests create payments: a test-mode key only"
        return stripe_world(REAL_KEY, None)
    server: StripeServer = request.getfixturevalue("server")
    return stripe_world("sk_test_contract", server.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received: queue.Queue[tuple[bytes, str]] = queue.Queue()
    answers: queue.Queue[str] = queue.Queue()

    def application(environ: Any, start_response: Any) -> list[bytes]:
        received.put((environ["wsgi.input"].read(), environ["HTTP_STRIPE_SIGNATURE"]))
        status = "200 OK" if answers.empty() else answers.get()
        start_response(status, [("Content-Length", "0")])
        return [b""]

    listener = Listener(application, "127.0.0.1", 0)
    listener.start()
    yield Receiver(f"{listener.url}/v1/webhooks/stripe", received, answers)
    listener.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, str]:
    """A certificate for pictures.example and for nothing else, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pictures.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pictures.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = signed.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "server.pem"
    file.write_bytes(private + pem)
    return file, pem.decode()
