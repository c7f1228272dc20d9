"""Commands under a key, whatever interrupts them."""

import pytest

from adapters_cli.once import once
from commerce_core.access.model import SYSTEM
from commerce_core.kernel.idempotency import IdempotencyAnswerLost
from commerce_core.merchant.model import Merchant, MerchantChanges
from commerce_core.wiring import Commerce as Shop


def test_what_took_effect_and_was_interrupted_before_its_answer_never_runs_again(shop: Shop) -> None:
    times = []

    def rename() -> Merchant:
        times.append(shop.merchant.change(SYSTEM, MerchantChanges(name="Atelier Lumen")))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(shop, "key", "rename", None, rename, Merchant)
    with pytest.raises(IdempotencyAnswerLost):
        once(shop, "key", "rename", None, rename, Merchant)
    assert len(times) == 1


def test_what_was_interrupted_before_it_took_effect_may_be_done_again(shop: Shop) -> None:
    def interrupted() -> Merchant:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(shop, "key", "rename", None, interrupted, Merchant)
    assert once(shop, "key", "rename", None, lambda: shop.merchant.show(SYSTEM), Merchant) == shop.merchant.show(SYSTEM)
