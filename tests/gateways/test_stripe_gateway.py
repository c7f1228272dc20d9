"""What the gateway makes of Stripe's bad days, seen against the emulator."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from commerce_core.gateways.stripe import StripeGateway
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayMisconfigured, GatewayRefused, GatewayUnavailable
from commerce_core.testing.stripe_server import StripeServer
from tests.gateways.payment_worlds import SECRET, request_for

TWENTY = Money(1999, "EUR")


def gateway_to(url: str, *, key: str = "sk_test_shop", timeout: float = 10.0) -> StripeGateway:
    return StripeGateway(key, (SECRET,), "pk_test_shop", url, timeout)


def test_one_failure_is_overcome_and_creates_one_intent(server: StripeServer) -> None:
    gateway, request = gateway_to(server.url), request_for(TWENTY)
    server.chaos.fail_next(1)

    assert gateway.create_intent(request) == gateway.create_intent(request)


def test_a_failure_that_lasts_means_that_nothing_is_known(server: StripeServer) -> None:
    gateway = gateway_to(server.url)
    server.chaos.fail_next(2)

    with pytest.raises(GatewayUnavailable):
        gateway.create_intent(request_for(TWENTY))
    assert server.chaos.failures == 0


def test_a_stored_failure_stays_with_its_key_but_not_with_the_next(server: StripeServer) -> None:
    gateway, request = gateway_to(server.url), request_for(TWENTY, "order-1-attempt-1")
    server.chaos.fail_next(1, stored=True)

    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            gateway.create_intent(request)
    assert gateway.create_intent(request_for(TWENTY, "order-1-attempt-2"))


def test_wrong_keys_are_the_operator_s_problem(server: StripeServer) -> None:
    with pytest.raises(GatewayMisconfigured):
        gateway_to(server.url, key="sk_live_wrong").create_intent(request_for(TWENTY))


def test_an_amount_below_stripe_s_minimum_is_refused_with_stripe_s_words(server: StripeServer) -> None:
    with pytest.raises(GatewayRefused, match="Amount must be at least"):
        gateway_to(server.url).create_intent(request_for(Money(1, "EUR")))


def test_a_slow_stripe_is_given_up_within_the_budget(server: StripeServer) -> None:
    server.chaos.latency = 30.0

    with pytest.raises(GatewayUnavailable):
        gateway_to(server.url, timeout=1.0).create_intent(request_for(TWENTY))


def test_nobody_there_means_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(GatewayUnavailable):
        gateway_to(f"http://127.0.0.1:{port}").retrieve_intent("pi_1")


def test_threads_share_one_gateway_and_one_key_makes_one_intent(server: StripeServer) -> None:
    gateway, request = gateway_to(server.url), request_for(TWENTY)

    with ThreadPoolExecutor(8) as pool:
        made = {intent.id for intent in pool.map(lambda _: gateway.create_intent(request), range(16))}

    assert len(made) == 1


def test_secrets_do_not_show() -> None:
    assert "sk_test" not in repr(gateway_to("http://localhost"))
    assert SECRET not in repr(gateway_to("http://localhost"))


def test_the_sdk_is_imported_by_the_first_call_only() -> None:
    code = (
        "import sys; from commerce_core.gateways.stripe import StripeGateway; "
        "StripeGateway('sk_test_x', ('whsec_x',)); assert 'stripe' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
