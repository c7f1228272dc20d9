"""Secrets: made, derived, hashed and sealed. Nothing here is stored in plain text."""

import base64
import hashlib
import hmac
import secrets

from attrs import field, frozen
from cryptography.fernet import Fernet


def new_token() -> str:
    """A bearer secret of 256 random bits, safe in a header or an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What the database keeps of a bearer secret. Enough for high-entropy tokens; passwords go to argon2."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@frozen
class SecretKey:
    """The shop's `COMMERCE_SECRET`, from which each purpose derives a key of its own."""

    value: str = field(repr=False)

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self.value.encode(), purpose.encode(), "sha256")

    def sign(self, purpose: str, subject: str) -> str:
        """A token that proves we made it for `subject`: the same every time, never stored."""
        mac = hmac.digest(self._derived(purpose), subject.encode("utf-8", "surrogatepass"), "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def verifies(self, purpose: str, subject: str, token: str) -> bool:
        """Whether `token` is ours for `subject`, compared in constant time."""
        return hmac.compare_digest(self.sign(purpose, subject).encode(), token.encode("utf-8", "surrogatepass"))

    def issue(self, purpose: str, subject: str) -> str:
        """A token that says what it opens, for an address in a mail: the subject and our signature. Never stored."""
        return f"{subject}.{self.sign(purpose, subject)}"

    def subject_of(self, purpose: str, token: str) -> str | None:
        """What a token of `issue` opens; None when we did not make it for this purpose."""
        subject, _, signature = token.rpartition(".")
        return subject if self.verifies(purpose, subject, signature) else None

    def seal(self, purpose: str, content: bytes) -> bytes:
        """Encrypt and authenticate (Fernet: AES-128-CBC with HMAC-SHA256)."""
        return self._box(purpose).encrypt(content)

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """Decrypt what `seal` made. Raises `cryptography.fernet.InvalidToken` for anything else."""
        return self._box(purpose).decrypt(sealed)

    def _box(self, purpose: str) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derived(purpose)))
