"""The shapes of what is answered: every field as Stripe names it in the API version we emulate."""

from collections.abc import Mapping

from commerce_core.testing.stripe.cards import Decline, TestMethod, billing_details
from commerce_core.testing.stripe.faults import JsonObject
from commerce_core.testing.stripe.store import new_id, timestamp

# What a browser may see of an intent.
_PUBLIC = (
    "id", "object", "amount", "amount_details", "automatic_payment_methods", "canceled_at", "cancellation_reason",
    "capture_method", "client_secret", "confirmation_method", "created", "currency", "description",
    "last_payment_error", "livemode", "next_action", "payment_method", "payment_method_configuration_details",
    "payment_method_types", "processing", "receipt_email", "setup_future_usage", "shipping", "source", "status",
)  # fmt: skip

_DAYS_TO_ANSWER = 9
_EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def payment_intent(amount: int, currency: str, given: Mapping[str, object]) -> JsonObject:
    """A new intent that waits for a payment method; `given` overrides what the request set."""
    id_ = new_id("pi")
    intent: JsonObject = {
        "id": id_,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": new_id(f"{id_}_secret", 25),
        "confirmation_method": "automatic",
        "created": timestamp(),
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    return intent | dict(given)


def public_view(intent: JsonObject) -> JsonObject:
    """The same intent as a browser sees it: without metadata, charge and what was received."""
    return {name: intent[name] for name in _PUBLIC}


def charge(
    intent: JsonObject, method: TestMethod, payment_method: str, status: str, declined: Decline | None
) -> JsonObject:
    """One attempt to take the money: `succeeded`, `pending` or `failed`."""
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if status == "succeeded" else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": new_id("txn") if status == "succeeded" else None,
        "billing_details": billing_details(),
        "calculated_statement_descriptor": None,
        "captured": status != "failed",
        "created": timestamp(),
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": declined.code if declined else None,
        "failure_message": declined.message if declined else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "declined_by_network" if declined else "approved_by_network",
            "reason": declined.decline_code if declined else None,
            "seller_message": "The bank declined the payment." if declined else "Payment complete.",
            "type": "issuer_declined" if declined else "authorized",
        },
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": payment_method,
        "payment_method_details": {"type": method.type, method.type: method.details()},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }


def refund(of: JsonObject, amount: int, given: Mapping[str, object]) -> JsonObject:
    """Money that goes back from a charge; `given` overrides what the request set, and its status."""
    kind = of["payment_method_details"]["type"]
    details: JsonObject = {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    made: JsonObject = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "charge": of["id"],
        "created": timestamp(),
        "currency": of["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"type": kind} | ({"card": details} if kind == "card" else {}),
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "payment_method": of["payment_method"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    return made | dict(given)


def dispute(of: JsonObject, reason: str, status: str) -> JsonObject:
    """A bank that wants a charge back, or asks about it when `status` is a warning."""
    warning = status.startswith("warning")
    card = {"brand": "visa", "case_type": "inquiry" if warning else "chargeback", "network_reason_code": "10.4"}
    return {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": of["amount"],
        "balance_transactions": [],
        "charge": of["id"],
        "created": timestamp(),
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": timestamp() + _DAYS_TO_ANSWER * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "manual",
        },
        "is_charge_refundable": warning,
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "payment_method_details": {"type": "card", "card": card | {"network": "visa"}},
        "reason": reason,
        "status": status,
    }


def event(type_: str, subject: JsonObject, origin: JsonObject, api_version: str) -> JsonObject:
    """What happened, with the subject as it is at this moment."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": api_version,
        "created": timestamp(),
        "data": {"object": subject},
        "livemode": False,
        "pending_webhooks": 0,
        "request": origin,
        "type": type_,
    }
