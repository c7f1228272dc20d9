"""What must not be read in a log, taken out of texts that somebody else wrote: tracebacks and the lines of libraries.

Our own lines hold nothing of the kind. Names of people have no form by which they could be found: what PostgreSQL
repeats of a row goes as a whole, and our exceptions do not name anybody.
"""

import re

_SECRETS = "password|passwd|secret|token|cookie|signature|api_?key"
_MASKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        # PostgreSQL's details quote rows. Until an empty line, which ends the text of an error in a traceback.
        (r"(?s)\bDETAIL: .*?(?=\n\n|\Z)", "DETAIL: ***"),
        (r"\b([a-z][a-z0-9+]*://)[^\s'\"]*@", r"\1***@"),  # Greedy: a password may have an @ of its own.
        (r"(?i)\b(bearer|basic) +[\w.~+/=-]{8,}", r"\1 ***"),
        (rf"(?i)\b([\w-]*(?:{_SECRETS})['\"]?\s*[=:]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s'\",;&)]+)", r"\1***"),
        (r"(?<![\w-])[\w-]{43}(?![\w-])", "***"),  # a token of ours
        (r"\b((?:sk|rk|pk)_(?:test|live)_|whsec_|pi_\w+_secret_)\w+", r"\1***"),
        (r"\b(\w)[\w.+'-]*@([\w-]+(?:\.[\w-]+)+)", r"\1***@\2"),
        (r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])", "***"),  # As long as the number of a card.
    )
)  # fmt: skip


def masked(text: str) -> str:
    """The text without addresses, passwords, tokens, keys, numbers of cards and rows of the database."""
    for mask, instead in _MASKS:
        text = mask.sub(instead, text)
    return text
