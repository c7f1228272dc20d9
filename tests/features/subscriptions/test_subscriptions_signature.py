"""Signatures are those of the Standard Webhooks specification, so that its libraries can check them."""

import base64
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.fernet import InvalidToken

from commerce_core.kernel.token import SecretKey
from commerce_core.subscriptions.signature import new_secret, sealed, signed, unsealed

# The example with which the specification's own libraries are tested.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification_comes_out() -> None:
    assert signed(ID, AT, BODY, [SECRET]) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_two_secrets_make_two_signatures_with_a_space_between() -> None:
    first, second = signed(ID, AT, BODY, [new_secret(), SECRET])["webhook-signature"].split(" ")
    assert first != second == SIGNATURE


def test_a_secret_is_long_enough_and_never_the_same() -> None:
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()


def test_a_sealed_secret_opens_with_the_shops_key_in_its_own_row_and_nowhere_else() -> None:
    key, row = SecretKey("a" * 32), uuid4()
    kept = sealed(key, row, SECRET)
    assert SECRET.encode() not in kept
    assert unsealed(key, row, kept) == SECRET
    for other_key, other_row in ((SecretKey("b" * 32), row), (key, uuid4())):
        with pytest.raises(InvalidToken):
            unsealed(other_key, other_row, kept)
