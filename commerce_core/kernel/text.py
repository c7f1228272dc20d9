"""Text that a database, a mail header and a page can all carry."""

import re
import unicodedata

from commerce_core.kernel.errors import FieldError

_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f\x7f<>\"(),:;\\\[\]]+@([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def text_error(pointer: str, value: str, *, limit: int, least: int = 0, lines: bool = False) -> FieldError | None:
    """What is wrong with `value`, or None: too short, too long (in characters), or characters that cannot be kept."""
    if (_FORBIDDEN if lines else _CONTROL).search(value) or _FORBIDDEN.search(value):
        return FieldError(pointer, "forbidden-character", "Holds a character that cannot be stored.")
    if len(value) > limit:
        return FieldError(pointer, "too-long", f"May hold at most {limit} characters.")
    if len(value.strip()) < least:
        return FieldError(pointer, "too-short", f"Must hold at least {least} characters.")
    return None


def email_error(pointer: str, value: str) -> FieldError | None:
    """What is wrong with an e-mail address, or None. Stricter than RFC 5321: no quoted local parts, a real domain."""
    if len(value) > 254 or not _EMAIL.fullmatch(value) or ".." in value or value.startswith("."):
        return FieldError(pointer, "invalid-email", "Is not an e-mail address.")
    return None


def normalise_email(value: str) -> str:
    """The form by which two spellings of one address are recognised as the same: composed and lower case."""
    return unicodedata.normalize("NFC", value.strip()).lower()


def masked_email(value: str) -> str:
    """An address for a log: enough to recognise one's own, too little to write to. Tells nothing of what is none."""
    if email_error("", value):
        return "(not an address)"
    local, _, domain = normalise_email(value).rpartition("@")
    return f"{local[0]}***@{domain}"
