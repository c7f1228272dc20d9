"""Stripe's test payment methods and what their banks say.

Source: https://docs.stripe.com/testing
"""

from attrs import evolve, frozen

from commerce_core.testing.stripe.faults import JsonObject, invalid
from commerce_core.testing.stripe.parameters import Params, nested, required, text
from commerce_core.testing.stripe.store import new_id, timestamp


@frozen
class Decline:
    """Why a bank refuses."""

    code: str
    decline_code: str
    message: str


_DECLINED = Decline("card_declined", "generic_decline", "Your card was declined.")
_INSUFFICIENT = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
_LOST = Decline("card_declined", "lost_card", "Your card was declined.")
_STOLEN = Decline("card_declined", "stolen_card", "Your card was declined.")
_EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
_PROCESSING = Decline(
    "processing_error", "processing_error", "An error occurred while processing your card. Try again."
)
_DEBIT_FAILED = Decline(
    "payment_intent_payment_attempt_failed", "generic_decline", "The bank account could not be debited."
)


@frozen
class TestMethod:
    """A payment method and its fate: refused, to be authenticated first, settled days later, refunded or disputed."""

    __test__ = False  # Not a test, whatever pytest reads into the name.

    type: str = "card"
    brand: str = "visa"
    last4: str = "4242"
    decline: Decline | None = None
    authenticates: bool = False
    settles_later: bool = False
    refunds_wait: bool = False
    disputed: str | None = None  # Why its owner's bank wants the money back at once.

    def as_object(self) -> JsonObject:
        """A fresh PaymentMethod of this kind, in Stripe's shape."""
        return {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(),
            "created": timestamp(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": self.type,
            self.type: self.details(),
        }

    def details(self) -> JsonObject:
        """What a charge and the method itself say about the instrument."""
        if self.type == "sepa_debit":
            return {"bank_code": "37040044", "branch_code": "", "country": "DE", "last4": self.last4}
        return {
            "brand": self.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "exp_month": 12,
            "exp_year": 2040,
            "funding": "credit",
            "last4": self.last4,
            "wallet": None,
        }


def billing_details() -> JsonObject:
    """Nobody's address."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}


_VISA = TestMethod()
_SEPA = TestMethod(type="sepa_debit", last4="3000", settles_later=True)

METHODS = {
    "pm_card_visa": _VISA,
    "pm_card_visa_debit": evolve(_VISA, last4="5556"),
    "pm_card_mastercard": evolve(_VISA, brand="mastercard", last4="4444"),
    "pm_card_amex": evolve(_VISA, brand="amex", last4="0005"),
    "pm_card_fr": evolve(_VISA, last4="0003"),
    "pm_card_authenticationRequired": evolve(_VISA, last4="3184", authenticates=True),
    "pm_card_threeDSecure2Required": evolve(_VISA, last4="3220", authenticates=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": evolve(
        _VISA, last4="9995", authenticates=True, decline=_INSUFFICIENT
    ),
    "pm_card_visa_chargeDeclined": evolve(_VISA, last4="0002", decline=_DECLINED),
    "pm_card_chargeDeclined": evolve(_VISA, last4="0002", decline=_DECLINED),
    "pm_card_chargeDeclinedInsufficientFunds": evolve(_VISA, last4="9995", decline=_INSUFFICIENT),
    "pm_card_visa_chargeDeclinedInsufficientFunds": evolve(_VISA, last4="9995", decline=_INSUFFICIENT),
    "pm_card_visa_chargeDeclinedLostCard": evolve(_VISA, last4="9987", decline=_LOST),
    "pm_card_visa_chargeDeclinedStolenCard": evolve(_VISA, last4="9979", decline=_STOLEN),
    "pm_card_chargeDeclinedExpiredCard": evolve(_VISA, last4="0069", decline=_EXPIRED),
    "pm_card_chargeDeclinedIncorrectCvc": evolve(_VISA, last4="0127", decline=_CVC),
    "pm_card_chargeDeclinedProcessingError": evolve(_VISA, last4="0119", decline=_PROCESSING),
    "pm_card_pendingRefund": evolve(_VISA, last4="7726", refunds_wait=True),
    "pm_card_refundFail": evolve(_VISA, last4="5126"),  # Succeeds, and fails when `/_control` says so.
    "pm_card_createDispute": evolve(_VISA, last4="0259", disputed="fraudulent"),
    "pm_card_createDisputeProductNotReceived": evolve(_VISA, last4="2685", disputed="product_not_received"),
    "pm_card_createDisputeInquiry": evolve(_VISA, last4="1976", disputed="general"),
    "DE89370400440532013000": _SEPA,
    "DE62370400440532013001": evolve(_SEPA, last4="3001", decline=_DEBIT_FAILED),
}


def chosen(params: Params) -> str | None:
    """The name in `METHODS` of what a request names, by `payment_method` or by an IBAN. Raises `ApiError`."""
    data = nested(params, "payment_method_data")
    if data is None:
        name = text(params, "payment_method")
        if name is not None and name not in METHODS:
            raise invalid(f"No such PaymentMethod: '{name}'", param="payment_method", code="resource_missing")
        return name
    if data.get("type") != "sepa_debit":
        raise invalid(
            "This emulator takes `sepa_debit` here, and cards by their test ids.", param="payment_method_data[type]"
        )
    iban = required(nested(data, "sepa_debit") or {}, "iban").replace(" ", "").upper()
    if iban not in METHODS:
        raise invalid(
            "The IBAN you provided is invalid.", param="payment_method_data[sepa_debit][iban]", code="invalid_iban"
        )
    return iban
