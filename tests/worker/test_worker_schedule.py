"""What the worker does by the clock and when it is woken, in one process."""

import asyncio
import queue as queue_
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from croniter import croniter

import adapters_worker.app
from adapters_worker.app import build, register, shop_of_the_worker
from adapters_worker.couriers import Couriers
from adapters_worker.schedule import Periodic, periodic_jobs
from adapters_worker.tasks import Drain
from commerce_core.access.model import SYSTEM
from commerce_core.emails.model import Locale, OrderConfirmation, QueuedMail
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.media.model import RemoteImageStatus
from commerce_core.postgres.work import PostgresBegin
from commerce_core.settings import Settings
from commerce_core.wiring import Commerce, open_shop

NOTHING = Money(0, "EUR")
ORDER = OrderConfirmation("1001", "Zoé", (), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, True, ())


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Commerce]:
    with open_shop(database_url, settings=Settings(data_dir=str(tmp_path))) as opened:
        yield opened


def queue(shop: Commerce, count: int) -> None:
    with PostgresBegin(shop.database)() as work:
        for number in range(count):
            work.emails.queue(QueuedMail(f"order_confirmation:{number}", "zoe@example.com", Locale.FR, ORDER))


def test_every_periodic_job_runs_and_running_it_again_does_no_harm(shop: Commerce) -> None:
    jobs = periodic_jobs(shop, Drain(shop), Couriers(shop))

    assert len({job.name for job in jobs}) == len(jobs)
    for job in jobs * 2:
        assert croniter.is_valid(job.cron), job
        job.run()


def test_pictures_from_elsewhere_are_fetched_until_none_is_due(shop: Commerce) -> None:
    rows = [f"mug-{n},Mug,10.00,http://127.0.0.1:9/{n}.png" for n in range(3)]  # Where nothing is ever fetched from.
    shop.imports.import_products(SYSTEM, ["Handle,Title,Variant Price,Image Src\n", *(f"{row}\n" for row in rows)])
    [fetch] = [job for job in periodic_jobs(shop, Drain(shop), Couriers(shop)) if job.name == "fetch_remote_images"]

    fetch.run()

    dead = shop.remote_images.list_remote_images(SYSTEM, RemoteImageStatus.DEAD, PageRequest())
    assert dead.total == 3


def test_every_periodic_job_is_known_to_the_worker(shop: Commerce) -> None:
    app = build(shop)

    assert {job.name for job in periodic_jobs(shop, Drain(shop), Couriers(shop))} < set(app.tasks)
    assert "drain" in app.tasks


def test_every_line_of_the_schedule_has_a_thread_and_the_doorbell_another(shop: Commerce) -> None:
    app = build(shop)
    lines = {job.line for job in periodic_jobs(shop, Drain(shop), Couriers(shop))}

    assert app.worker_defaults["concurrency"] >= len(lines) + 2
    assert shop_of_the_worker(shop.settings).settings.threads == app.worker_defaults["concurrency"]
    assert app.tasks["drain"].lock is None  # Or a slow mail server would hold up the next wake-up.


def test_jobs_of_one_line_run_one_after_the_other_and_leave_the_other_lines_alone(shop: Commerce) -> None:
    app = build(shop)
    begun: queue_.Queue[str] = queue_.Queue()
    go_on = threading.Event()

    def begin(name: str) -> None:
        begun.put(name)
        go_on.wait(20)

    for name, line in (("slow", "provider"), ("slow_too", "provider"), ("other", "stock")):
        register(app, Periodic(name, "0 0 1 1 *", line, partial(begin, name)))

    async def work() -> list[str]:
        async with app.open_async():
            worker = asyncio.create_task(app.run_worker_async(install_signal_handlers=False))
            for name in ("slow", "slow_too", "other"):
                await app.tasks[name].defer_async(timestamp=0)
            first = {await asyncio.to_thread(begun.get, timeout=20) for _ in range(2)}
            assert first == {"slow", "other"}
            await app.tasks["slow"].defer_async(timestamp=0)  # Waits behind itself.
            with pytest.raises(queue_.Empty):
                await asyncio.to_thread(begun.get, timeout=2.5)  # Two polls of the worker.
            go_on.set()
            then = [await asyncio.to_thread(begun.get, timeout=20) for _ in range(2)]
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            return then

    assert asyncio.run(work()) == ["slow_too", "slow"]


def test_one_drain_sends_everything_that_is_due(shop: Commerce, tmp_path: Path) -> None:
    queue(shop, 12)

    Drain(shop)()

    assert len(list((tmp_path / "mail").iterdir())) == 12


def test_a_drain_that_is_told_to_stop_leaves_the_rest(shop: Commerce, tmp_path: Path) -> None:
    queue(shop, 12)
    asked = iter([False, True, True])

    Drain(shop)(lambda: next(asked))

    assert len(list((tmp_path / "mail").iterdir())) == 5


def test_a_second_ring_does_not_take_a_second_thread(shop: Commerce) -> None:
    drain = Drain(shop)
    inside, go_on = threading.Event(), threading.Event()

    def hold() -> bool:
        inside.set()
        return not go_on.wait(timeout=10)

    first = threading.Thread(target=drain, args=(hold,))
    first.start()
    assert inside.wait(timeout=10)
    drain()  # Returns at once, though the first is held.
    assert first.is_alive()
    go_on.set()
    first.join(timeout=10)
    assert not first.is_alive()


def test_the_module_has_an_app_and_nothing_else_by_magic() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = adapters_worker.app.nothing
