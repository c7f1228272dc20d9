"""Names, codes and lines without the white space around them: nobody means it, and files and forms lose it anyway.

Converters, one for each way in which a draft can say a text.
"""

from commerce_core.kernel.unset import Unset


def text(said: str) -> str:
    """Of a text there has to be."""
    return said.strip()


def change(said: str | Unset) -> str | Unset:
    """Of a text that may become another."""
    return said if isinstance(said, Unset) else said.strip()


def change_or_none(said: str | Unset | None) -> str | Unset | None:
    """Of a text that may become another, or none."""
    return said.strip() if isinstance(said, str) else said


def texts(said: tuple[str, ...]) -> tuple[str, ...]:
    """Of each of several."""
    return tuple(one.strip() for one in said)


def changed_texts(said: tuple[str, ...] | Unset) -> tuple[str, ...] | Unset:
    """Of each of several that may become others."""
    return said if isinstance(said, Unset) else texts(said)
