"""How often somebody may ask: in this process, with others over Redis, and while Redis is away."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import define, evolve, field, frozen
from falcon.testing import Result, TestClient
from limits import RateLimitItemPerMinute

from adapters_http.app import assemble, create_app, routes
from adapters_http.counters import Counters, LocalStorage
from adapters_http.endpoint import Gate, responders
from adapters_http.logs import request_logger
from adapters_http.operation import Answer, operation, operation_of
from adapters_http.policies import ALLOWANCES, Allowance, Policy
from adapters_http.rate_limit import Limit, RateLimits, network_of
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce
from tests.http.conftest import LogLines
from tests.http.redis_server import RedisServer
from tests.rows import Rows

MINUTE = 28_000_000 * 60.0  # the beginning of one


@define
class Watch:
    """A clock that is set."""

    now: float = MINUTE + 15

    def __call__(self) -> float:
        return self.now


@frozen
class Typed:
    """An address to write to."""

    email: str


class Thing:
    @operation("Look", answers={200: None})
    def on_get(self) -> Answer:
        return Answer()

    @operation("Knock", answers={200: None}, policy=Policy.LOGIN)
    def on_post(self) -> Answer:
        return Answer()

    @operation("Write", answers={200: None}, policy=Policy.RESET)
    def on_put(self, body: Typed) -> Answer:
        return Answer()

    @operation("Ask for the bill", answers={200: None}, policy=Policy.NONE)
    def on_delete(self) -> Answer:
        return Answer()


TABLE = {policy: Allowance(RateLimitItemPerMinute(6), share_alone=3) for policy in Policy} | {
    Policy.BROWSE: Allowance(RateLimitItemPerMinute(6)),
    Policy.RESET: Allowance(RateLimitItemPerMinute(90), RateLimitItemPerMinute(6), share_alone=3),
}


@define
class World:
    """One process of a shop with small limits."""

    shop: Commerce
    lines: LogLines
    redis_url: str | None = None
    table: Mapping[Policy, Allowance] = field(factory=lambda: TABLE)
    watch: Watch = field(factory=Watch)
    proxies: int = 1

    def client(self) -> TestClient:
        log = request_logger("debug", self.lines.stream)
        limits = RateLimits(Counters(self.redis_url, log, self.watch), Decimal(1), log, self.watch, self.table)
        gate = Gate(self.shop.operators, self.shop.accounts, self.shop.idempotency, self.proxies, log, limits)
        return TestClient(assemble({"/thing": Thing()}, gate))


@pytest.fixture
def world(shop: Commerce, log_lines: LogLines) -> World:
    return World(shop, log_lines)


def ask(client: TestClient, method: str = "GET", address: str = "192.0.2.1", **options: object) -> Result:
    return client.simulate_request(method, "/thing", headers={"X-Forwarded-For": address}, **options)  # type: ignore[arg-type]


def statuses(client: TestClient, times: int, method: str = "GET", address: str = "192.0.2.1") -> list[int]:
    return [ask(client, method, address).status_code for _ in range(times)]


def test_whoever_asks_too_often_is_told_when_to_come_back(world: World, log_lines: LogLines) -> None:
    client = world.client()

    first = ask(client)
    assert first.headers["ratelimit-policy"] == '"browse";q=6;w=60'
    assert first.headers["ratelimit"] == '"browse";r=5;t=46'
    assert statuses(client, 5) == [200] * 5
    refused = ask(client)
    assert (refused.status_code, refused.json["code"], refused.headers["retry-after"]) == (429, "rate-limited", "46")
    assert (refused.json["policy"], refused.json["seconds"]) == ("browse", 46)
    assert refused.headers["ratelimit"] == '"browse";r=0;t=46'
    assert statuses(client, 3) == [429] * 3
    assert [line["policy"] for line in log_lines.of("rate limited")] == ["browse"]  # once a window

    assert statuses(client, 1, address="192.0.2.2") == [200]
    assert statuses(client, 1, method="DELETE") == [200]
    world.watch.now = MINUTE + 60
    assert statuses(client, 1) == [200]


def test_a_client_cannot_choose_its_address(world: World) -> None:
    world.proxies = 0
    client = world.client()

    assert [ask(client, address=f"192.0.2.{n}").status_code for n in range(7)] == [200] * 6 + [429]


def test_a_household_counts_as_one() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert len(network_of("x" * 5_000)) == 32


def test_an_address_that_is_written_to_has_a_limit_of_its_own(world: World) -> None:
    client = world.client()

    answers = [ask(client, "PUT", f"192.0.2.{n}", json={"email": "Kim@example.com "}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]  # a third of six without Redis
    assert answers[0].headers["ratelimit"] == '"reset";r=29;t=46, "reset-identity";r=1;t=46'
    assert answers[2].json["policy"] == "reset-identity"
    assert ask(client, "PUT", json={"email": "lee@example.com"}).status_code == 200


def test_units_of_goods_are_counted_by_address(shop: Commerce, make: Builders, rows: Rows, log_lines: LogLines) -> None:
    variant = make.variant(stock=10_000)
    settings = evolve(shop.settings, rate_limits=Decimal("0.1"), cart_max_units=10_000)  # 300 units
    client = TestClient(create_app(evolve(shop, settings=settings), request_logger("debug", log_lines.stream)))

    def add(quantity: int) -> Result:
        cart = client.simulate_post("/v1/store/cart", json={}).json["id"]
        item = {"variant_id": str(variant), "quantity": quantity}
        return client.simulate_post(f"/v1/store/cart/{cart}/items", json=item)

    assert [add(150).status_code, add(150).status_code] == [201, 201]
    refused = add(1)
    assert (refused.status_code, refused.json["policy"]) == (429, "cart-units")
    assert rows("SELECT reserved_qty FROM inventory_items") == [(300,)]


def test_every_operation_has_a_policy_and_sensitive_ones_theirs(shop: Commerce) -> None:
    found: dict[Policy, set[str]] = {}
    for template, resource in routes(shop).items():
        for method, responder in responders(resource).items():
            found.setdefault(operation_of(responder).policy, set()).add(f"{method} {template}")

    assert set(found) == set(Policy)
    assert set(ALLOWANCES) == set(Policy) - {Policy.NONE}
    public = {"/health/live", "/health/ready", "/docs", "/docs/{name}", "/openapi.json", "/media/{name}"}
    assert found[Policy.NONE] == {f"get {template}" for template in public}
    assert found[Policy.LOGIN] == {
        "post /v1/admin/auth/login", "post /v1/admin/auth/password",
        "post /v1/store/auth/login", "post /v1/store/me/password",
    }  # fmt: skip
    assert found[Policy.RESET] == {
        "post /v1/admin/auth/password-reset", "post /v1/store/auth/password-reset",
        "post /v1/store/customers", "post /v1/store/me/email",
    }  # fmt: skip
    assert found[Policy.TOKEN] == {
        "post /v1/admin/auth/password-reset/confirm", "post /v1/admin/auth/accept-invitation",
        "post /v1/store/auth/password-reset/confirm", "post /v1/store/auth/verify-email",
        "post /v1/store/auth/change-email/confirm",
    }  # fmt: skip
    assert found[Policy.CHECKOUT] == {
        "post /v1/store/checkout",
        "post /v1/store/checkout/confirm",
        "post /v1/store/orders/{order_id}/pay",
    }
    assert found[Policy.WEBHOOKS] == {"post /v1/webhooks/stripe"}
    assert found[Policy.CART] == {
        "post /v1/store/cart", "patch /v1/store/cart/{cart_id}", "post /v1/store/cart/{cart_id}/items",
        "patch /v1/store/cart/{cart_id}/items/{item_id}", "delete /v1/store/cart/{cart_id}/items/{item_id}",
        "post /v1/store/cart/{cart_id}/discount", "delete /v1/store/cart/{cart_id}/discount",
    }  # fmt: skip


def test_counts_of_the_process_are_few_and_end_with_their_window() -> None:
    watch = Watch()
    storage = LocalStorage(watch, most=10)

    assert [storage.incr("a", 60, 2), storage.incr("a", 60), storage.incr("a", 3600)] == [2, 3, 1]
    assert (storage.get("a"), storage.get_expiry("a"), storage.check()) == (4, (MINUTE // 3600 + 1) * 3600, True)
    watch.now = MINUTE + 60
    assert (storage.incr("a", 60), storage.get("b")) == (1, 0)
    for n in range(10):
        storage.incr(f"k{n}", 60)
    assert storage.incr("a", 60) == 1  # Among too many the oldest are forgotten.
    storage.clear("a")
    assert storage.reset() <= 11
    assert storage.get("a") == 0


def test_a_factor_makes_limits_larger_and_never_nothing() -> None:
    item = RateLimitItemPerMinute(30)

    assert Limit.of("x", item, Decimal("2.5"), 3) == Limit("x", 75, 25, 60)
    assert Limit.of("x", item, Decimal("0.001"), 3) == Limit("x", 1, 1, 60)


# --- Redis ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    try:
        yield server
    finally:
        server.kill()


OTHER_PROCESS = """
import sys, structlog
from adapters_http.counters import Counters
for _ in range(4):
    print(Counters(sys.argv[1], structlog.get_logger()).add(sys.argv[2], 60, 1))
"""


def test_processes_count_together(world: World, redis: RedisServer) -> None:
    world.redis_url = redis.url
    client = world.client()
    assert statuses(client, 2) == [200, 200]

    key = f"browse:192.0.2.1:{int(world.watch.now // 60)}"
    said = subprocess.run([sys.executable, "-c", OTHER_PROCESS, redis.url, key], capture_output=True, check=True)

    assert said.stdout.decode().splitlines() == [f"({n}, True)" for n in (3, 4, 5, 6)]
    assert statuses(client, 1) == [429]


def test_a_killed_redis_costs_nobody_an_answer_and_logins_stay_limited(
    world: World, redis: RedisServer, log_lines: LogLines
) -> None:
    world.redis_url = redis.url
    client = world.client()
    assert ask(client, "POST").headers["ratelimit-policy"] == '"login";q=6;w=60'

    redis.kill()
    began = time.monotonic()
    assert statuses(client, 7) == [200] * 6 + [429]
    assert time.monotonic() - began < 1
    assert statuses(client, 3, "POST") == [200, 200, 429]  # a third, in this process
    [lost] = log_lines.of("redis is away, each process counts requests for itself")
    assert lost["level"] == "warning"

    redis.start()
    deadline = time.monotonic() + 20
    while ask(client, "POST", "192.0.2.9").headers["ratelimit-policy"] != '"login";q=6;w=60':
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(log_lines.of("redis is back, all processes count requests together")) == 1
    assert statuses(client, 7, "POST", "192.0.2.10") == [200] * 6 + [429]


def test_a_redis_that_does_not_answer_costs_one_request_its_patience_and_the_next_nothing(
    world: World, redis: RedisServer
) -> None:
    log = request_logger("debug", world.lines.stream)
    counters = Counters(redis.url, log, world.watch)
    assert counters.add("a", 60, 1) == (1, True)
    redis.pause()
    try:
        began = time.monotonic()
        assert counters.add("a", 60, 1) == (1, False)
        first = time.monotonic() - began
        assert [counters.add("a", 60, 1) for _ in range(100)] == [(n, False) for n in range(2, 102)]
        others = time.monotonic() - began - first
    finally:
        redis.go_on()
    assert 0.04 < first < 0.2  # 50 ms, and what a busy machine adds
    assert others < 0.05
