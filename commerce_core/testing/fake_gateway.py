"""A payment provider in the same process, for the tests of a shop: `open_shop(url, gateway=FakeGateway())`."""

from commerce_core.gateways.fake import FakeGateway

__all__ = ["FakeGateway"]
