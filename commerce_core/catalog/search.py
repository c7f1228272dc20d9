"""Words as they are looked for: without accents and case, with their beginnings, and nearly spelt right."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum

from attrs import frozen

# Of the Latin, Greek and Cyrillic scripts. Marks of other scripts make another letter, so they stay.
_ACCENT = re.compile("[\u0300-\u036f]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "’": "'"})
_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'(?<!\S)(-?)(?:"([^"]*)"?|([^\s"]+))|"([^"]*)"?|([^\s"]+)')

MAX_GUESSED = 8  # words of one search; who types more has not misspelt a product
LEAST_GUESSED = 3  # letters; of shorter words almost every other is nearly one
MOST_GUESSED = 40  # letters; what is longer is no word of a language


class SearchLanguage(StrEnum):
    """The languages whose plurals and endings PostgreSQL knows. `simple` knows none and fits every language."""

    SIMPLE = "simple"
    ARABIC = "arabic"
    ARMENIAN = "armenian"
    BASQUE = "basque"
    CATALAN = "catalan"
    DANISH = "danish"
    DUTCH = "dutch"
    ENGLISH = "english"
    FINNISH = "finnish"
    FRENCH = "french"
    GERMAN = "german"
    GREEK = "greek"
    HINDI = "hindi"
    HUNGARIAN = "hungarian"
    INDONESIAN = "indonesian"
    IRISH = "irish"
    ITALIAN = "italian"
    LITHUANIAN = "lithuanian"
    NEPALI = "nepali"
    NORWEGIAN = "norwegian"
    PORTUGUESE = "portuguese"
    ROMANIAN = "romanian"
    RUSSIAN = "russian"
    SERBIAN = "serbian"
    SPANISH = "spanish"
    SWEDISH = "swedish"
    TAMIL = "tamil"
    TURKISH = "turkish"
    YIDDISH = "yiddish"


def folded(text: str) -> str:
    """The words of a text, in lower case and without accents, one space between them. Folding twice changes nothing."""
    return " ".join(_WORD.findall(unaccented(text)))


def unaccented(text: str) -> str:
    """A text in lower case and without accents, its signs and spaces as they are."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _ACCENT.sub("", decomposed)).translate(_LETTERS)


def trigrams(word: str) -> tuple[str, ...]:
    """Each three letters in a row of a folded word, sorted; its beginning counts twice, as in PostgreSQL's pg_trgm."""
    padded = f"  {word} "
    return tuple(sorted({padded[n : n + 3] for n in range(len(padded) - 2)}))


@frozen
class SearchDocument:
    """What a product is found by, folded. `words` are those that a misspelling is compared with."""

    title: str
    tags: str
    vendor: str
    description: str
    words: tuple[str, ...]


def search_document(title: str, tags: Sequence[str], vendor: str | None, description_text: str) -> SearchDocument:
    """Fold what is said about a product."""
    names = (folded(title), " ".join(folded(tag) for tag in tags), folded(vendor or ""))
    words = {word for name in names for word in name.split() if LEAST_GUESSED <= len(word) <= MOST_GUESSED}
    return SearchDocument(*names, folded(description_text), tuple(sorted(words)))


@frozen
class SearchWords:
    """A search as it was typed, folded. It keeps what PostgreSQL's `websearch_to_tsquery` knows: "…", `-` and `or`.

    `unfinished` says that the last word may be the beginning of one; `guessed` are those that may be misspelt, none
    where somebody says precisely what is meant.
    """

    text: str
    unfinished: bool
    guessed: tuple[str, ...]

    @classmethod
    def of(cls, typed: str) -> "SearchWords":
        """Read what a shopper typed. Every text is a search; one without a letter or digit finds nothing."""
        terms = list(_terms(unaccented(typed)))
        plain = [not term.startswith(("-", '"')) and term != "or" for term in terms]
        words = [word for term in terms for word in term.split() if len(word) >= LEAST_GUESSED] if all(plain) else []
        return cls(
            " ".join(terms), unfinished=bool(plain) and plain[-1], guessed=tuple(dict.fromkeys(words))[:MAX_GUESSED]
        )


def _terms(plain: str) -> Iterator[str]:
    """Words, `"phrases"` and what is not wanted, `-"words"`; a word with a hyphen in it is several."""
    for found in _TERM.finditer(plain):
        unwanted, quoted = found[1], found[2] if found[2] is not None else found[4]
        words = " ".join(_WORD.findall(quoted if quoted is not None else found[3] or found[5]))
        if words and (unwanted or quoted is not None):
            yield f'{unwanted or ""}"{words}"'
        elif words:
            yield words
