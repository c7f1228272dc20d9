"""People with an account, and a look at what is kept about carts."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from commerce_core.access.model import Actor, ActorKind
from tests.rows import Rows


@pytest.fixture
def new_customer(rows: Rows) -> Callable[[], Actor]:
    """Somebody who has logged in."""

    def made() -> Actor:
        customer_id: UUID = uuid4()
        email = f"{customer_id}@example.com"
        rows(
            "INSERT INTO customers (id, email, email_key, locale, search_text) VALUES (%s, %s, %s, 'fr', %s)",
            customer_id, email, email, email,
        )  # fmt: skip
        return Actor(ActorKind.CUSTOMER, customer_id, email)

    return made


@pytest.fixture
def customer(new_customer: Callable[[], Actor]) -> Actor:
    """One of them."""
    return new_customer()
