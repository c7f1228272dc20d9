"""Argon2id as the shop's password hash."""

from concurrent.futures import ThreadPoolExecutor

from attrs import evolve

from commerce_core.gateways.argon2 import Argon2Hasher

QUICK = Argon2Hasher(memory_kib=64, iterations=1)


def test_a_password_is_hashed_with_the_recommended_parameters() -> None:
    assert Argon2Hasher().hash("correct horse battery").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_accepts_its_password_and_no_other() -> None:
    kept = QUICK.hash("correct horse battery")

    assert QUICK.verify(kept, "correct horse battery")
    assert not QUICK.verify(kept, "correct horse batterz")
    assert kept != QUICK.hash("correct horse battery")


def test_one_password_typed_on_two_keyboards_is_accepted() -> None:
    assert QUICK.verify(QUICK.hash("caf\u00e9 with milk"), "cafe\u0301 with milk")


def test_without_a_hash_or_with_a_broken_one_every_password_is_wrong() -> None:
    assert not QUICK.verify(None, "correct horse battery")
    assert not QUICK.verify("not a hash", "correct horse battery")


def test_text_that_is_no_text_is_simply_wrong() -> None:
    assert not QUICK.verify(QUICK.hash("correct horse battery"), "\ud800\x00")


def test_a_hash_is_outdated_when_the_parameters_have_changed() -> None:
    kept = QUICK.hash("correct horse battery")

    assert not QUICK.outdated(kept)
    assert evolve(QUICK, iterations=2).outdated(kept)


def test_many_may_ask_at_once() -> None:
    kept = QUICK.hash("correct horse battery")

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(lambda _: QUICK.verify(kept, "correct horse battery"), range(64)))
