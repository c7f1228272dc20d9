"""How goods and services are taxed: the word that catalogue, shipping and taxes share."""

from enum import StrEnum


class TaxClass(StrEnum):
    """Which of a country's rates counts. What is exempt carries no tax anywhere; zero is a rate, and it is 0 %."""

    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"
    EXEMPT = "exempt"
