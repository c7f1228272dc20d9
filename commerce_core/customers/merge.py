"""Two rows that were one person."""

from commerce_core.customers.model import Customer
from commerce_core.customers.ports import CustomersWork


def merged(work: CustomersWork, source: Customer, target: Customer) -> Customer:
    """The target with everything of the source, which keeps nothing but where to look. Both are locked."""
    work.customers.hand_over(source, target)
    work.customers.leave_email(target.id, source.email_key)
    work.customers.save(source.merged_into(target.id))  # First: it gives its address up.
    after = target.absorbing(source)
    work.customers.save(after)
    return after
