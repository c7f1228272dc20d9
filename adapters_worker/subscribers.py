"""Functions of the operator that want to hear of events: found by the setting `SUBSCRIBERS`."""

import importlib
from collections.abc import Callable

from attrs import frozen

from commerce_core.kernel.errors import Invalid
from commerce_core.wiring import Commerce


@frozen
class SubscribersUnusable(Invalid):
    """The worker does not start without them: what happens meanwhile would pass them by."""

    code = "subscribers-unusable"
    detail = "SUBSCRIBERS names {name}, which cannot be called: {reason}"
    name: str
    reason: str


def subscribe(shop: Commerce) -> None:
    """Call each function of the setting with the shop, so that it can say `shop.on(...)`.

    Raises `SubscribersUnusable` when one is not there; what it raises itself goes through.
    """
    for name in (shop.settings.subscribers or "").split(","):
        if name.strip():
            _found(name.strip())(shop)


def _found(name: str) -> Callable[[Commerce], object]:
    module, _, function = name.partition(":")
    try:
        found: Callable[[Commerce], object] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise SubscribersUnusable(name, str(error)) from error
    return found
