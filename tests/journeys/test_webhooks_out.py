"""Webhooks to a receiver that fails, is silent, breaks off, is killed and comes back, from a worker that is killed.

In the end every event was heard. What was heard twice was the same event, word by word.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from attrs import define, evolve, field

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.events import ProductChanged
from commerce_core.postgres.work import PostgresBegin
from commerce_core.subscriptions.drafts import NewSubscription
from tests.journeys.conftest import CHECKOUT, free_port, until

IMPATIENT, REAL = "tests.journeys.impatient", "adapters_worker"


@define
class Story:
    """Both ends and the shop between them."""

    shop: Commerce
    database_url: str
    folder: Path
    worker: str
    hangs: float
    port: int = field(factory=free_port)
    secret: str = ""
    subscription_id: UUID = field(factory=uuid4)
    _running: dict[str, subprocess.Popen[bytes]] = field(factory=dict)
    _seed: int = 7

    def subscribe(self) -> None:
        made = self.shop.subscriptions.create(SYSTEM, NewSubscription(f"http://127.0.0.1:{self.port}/hooks"))
        self.secret, self.subscription_id = made.secret, made.subscription.id

    def start_receiver(self) -> None:
        self._seed += 1
        words = (self.port, self.folder / "heard", self.secret, self.hangs, self._seed)
        self._start("receiver", "tests.journeys.bad_receiver", *map(str, words))

    def start_worker(self) -> None:
        self._start("worker", self.worker)

    def kill(self, name: str) -> None:
        process = self._running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def happen(self, things: int, times: int) -> None:
        """So many things change so many times."""
        begin, ids = PostgresBegin(self.shop.database), [uuid4() for _ in range(things)]
        for number in range(times):
            with begin() as work:
                for thing in ids:
                    work.outbox.append(ProductChanged(thing, number + 1))

    def heard(self) -> list[tuple[str, str, int, str, bool]]:
        """Id, aggregate, sequence, sum of the body and whether it was signed, as often as it came."""
        file = self.folder / "heard"
        return [tuple(json.loads(line)) for line in file.read_text("utf-8").splitlines()] if file.exists() else []

    def told(self, events: int) -> bool:
        """Whether so many were heard, and nothing waits. What a dead worker was handing on waits half a minute."""
        waiting = self.shop.subscriptions.find(SYSTEM, self.subscription_id).pending
        return not waiting and len({event_id for event_id, *_ in self.heard()}) >= events

    def _start(self, name: str, module: str, *words: str) -> None:
        environ = os.environ | {
            "DATABASE_URL": self.database_url,
            "COMMERCE_DATA_DIR": str(self.folder),
            "COMMERCE_SECRET": str(self.shop.settings.secret),
            "SUBSCRIPTIONS_INNER": "true",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", module, *words], env=environ, cwd=CHECKOUT, stdout=log, stderr=log
            )

    def end(self) -> None:
        for name in list(self._running):
            self.kill(name)


Told = Callable[[str, float], Story]


@pytest.fixture
def told(database_url: str, settings: Settings, tmp_path: Path) -> Iterator[Told]:
    stories: list[Story] = []
    with open_shop(database_url, settings=evolve(settings, subscriptions_inner=True)) as shop:

        def tell(worker: str, hangs: float) -> Story:
            story = Story(shop, database_url, tmp_path, worker, hangs)
            stories.append(story)
            story.subscribe()
            return story

        yield tell
        for story in stories:
            story.end()


def all_was_heard(story: Story, things: int, times: int) -> Counter[str]:
    """How often each event was heard; every one was, and its repeats were the same."""
    heard = story.heard()
    bodies, sequences = defaultdict(set), defaultdict(set)
    for event_id, aggregate, sequence, body, signed in heard:
        assert signed
        bodies[event_id].add(body)
        sequences[aggregate].add(sequence)
    assert len(bodies) == things * times
    assert all(len(found) == 1 for found in bodies.values())
    assert len(sequences) == things
    assert all(found == set(range(1, times + 1)) for found in sequences.values())
    found = story.shop.subscriptions.find(SYSTEM, story.subscription_id)
    assert (found.pending, found.dead) == (0, 0)
    return Counter(event_id for event_id, *_ in heard)


def test_a_bad_receiver_hears_everything_from_a_worker_that_is_killed(told: Told) -> None:
    story = told(IMPATIENT, 3.0)
    story.happen(things=15, times=4)
    story.start_receiver()
    story.start_worker()

    until(lambda: len(story.heard()) > 10, within=40)
    story.kill("worker")
    story.start_worker()
    until(lambda: len(story.heard()) > 25, within=40)
    story.kill("receiver")
    until(lambda: story.shop.subscriptions.find(SYSTEM, story.subscription_id).failures >= 3, within=20)
    story.happen(things=15, times=4)  # While nobody is there.
    story.start_receiver()
    until(lambda: story.told(120), within=100)

    all_was_heard(story, things=30, times=4)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_thousand_webhooks_reach_a_bad_receiver_from_the_real_worker(told: Told) -> None:
    story = told(REAL, 15.0)
    story.happen(things=100, times=5)
    story.start_receiver()
    story.start_worker()
    begun = time.monotonic()

    for part in range(1, 4):
        until(lambda: len(story.heard()) > 100 * part, within=240)  # noqa: B023 - called at once
        story.kill("worker")
        story.start_worker()
    story.kill("receiver")
    story.happen(things=100, times=5)
    until(lambda: story.shop.subscriptions.find(SYSTEM, story.subscription_id).failures >= 3, within=60)
    story.start_receiver()
    until(lambda: story.told(1000), within=600)

    often = all_was_heard(story, things=200, times=5)
    repeats = sum(often.values()) - len(often)
    assert repeats < 150  # Broken off 40 times, and what four deaths had under way.
    print(f"1000 webhooks, {repeats} repeats, {time.monotonic() - begun:.0f} s")
