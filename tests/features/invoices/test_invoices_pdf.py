"""The paper itself: selectable, adding up, the same bytes each time, in the buyer's language and alphabet."""

import io
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import pairwise
from uuid import UUID

import pytest
from attrs import evolve
from pypdf import PageObject, PdfReader

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.emails.model import Locale
from commerce_core.gateways.pdf import PdfDocuments
from commerce_core.gateways.pdf_countries import named, with_country
from commerce_core.gateways.pdf_sheet import MILLIMETRE, fitted, width
from commerce_core.gateways.templates import written
from commerce_core.invoices.model import (
    Buyer,
    Document,
    DocumentKind,
    Exemption,
    Paper,
    PaperLine,
    Reference,
    Seller,
    Settlement,
    TaxShare,
)
from commerce_core.kernel.address import COUNTRIES, Address
from commerce_core.kernel.money import Money
from commerce_core.taxes.model import EU_COUNTRIES
from tests.features.payments.conftest import Till

FRENCH, ENGLISH = Locale.FR, Locale.EN


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def line(number: int, title: str = "Mug", quantity: int = 2, net: int = 3332, tax: int = 666) -> PaperLine:
    return PaperLine(
        f"{title} {number}", f"MUG-{number:03d}", quantity, "16.6583", eur(0), "VAT FR", "20.00",
        reverse_charge=False, net=eur(net), tax=eur(tax),
    )  # fmt: skip


def paper(lines: Sequence[PaperLine], language: Locale, **changes: object) -> Paper:
    net, tax = sum(line.net.amount for line in lines), sum(line.tax.amount for line in lines)
    said = Paper(
        language, "1001", date(2026, 11, 21), date(2026, 11, 22),
        Seller(
            "Atelier Lumen", "FR", ("12 rue des Lilas", "75011 Paris", "FR"), "Lumen", "SARL", "552 100 554",
            "FR40303265045",
        ),
        Buyer("camille@example.com", Address("Camille Durand", "3 quai", "Lyon", "FR", postal_code="69001")),
        tuple(lines),
        (TaxShare("VAT FR", "20.00", reverse_charge=False, net=eur(net), tax=eur(tax)),),
        eur(net), eur(tax), eur(net + tax),
        payments=(Settlement("stripe", eur(net + tax)),),
    )  # fmt: skip
    return evolve(said, **changes)


def document(said: Paper, kind: DocumentKind = DocumentKind.INVOICE, takes_back: Reference | None = None) -> Document:
    return Document(
        UUID(int=1), kind, "FA-2026-000007", "FA-2026-", 7, date(2026, 11, 22),
        datetime(2026, 11, 22, tzinfo=UTC), UUID(int=2), None, takes_back, said,
    )  # fmt: skip


def pages(content: bytes) -> list[str]:
    """What can be selected on each page; a space is a space, however it may break."""
    return [page.extract_text().replace("\xa0", " ") for page in PdfReader(io.BytesIO(content)).pages]


def amount(money: Money, language: Locale) -> str:
    return written(money, language.value).replace("\xa0", " ")


def places(page: PageObject) -> list[tuple[float, float]]:
    """Where texts begin on a page."""
    found: list[tuple[float, float]] = []

    def visit(said: str, _matrix: object, at: Sequence[float], _font: object, _size: float) -> None:
        if said.strip():
            found.append((at[4], at[5]))

    page.extract_text(visitor_text=visit)
    return found


def text(said: Document) -> str:
    return "\n".join(pages(PdfDocuments().pdf(said)))


def test_what_can_be_selected_in_it_is_what_the_order_says_to_the_cent(shop: Commerce, till: Till, paid) -> None:
    till.work()
    order = till.order(paid)
    [listed] = shop.invoices.of_order(SYSTEM, order.id).items
    told = "\n".join(pages(shop.invoices.pdf(SYSTEM, listed.id).content)).splitlines()
    amounts = [order.total, order.tax_total, order.total - order.tax_total]
    amounts += [tax.amount for tax in order.tax_lines]
    assert {amount(money, ENGLISH) for money in amounts} <= {line.strip() for line in told}
    sums = dict(pairwise(told))
    assert sums["Total"] == amount(order.total, ENGLISH)
    assert sums["Due"] == "€0.00"
    expected = (
        listed.number,
        "VAT number FR40303265045",
        "Atelier Lumen",
        *order.shipping_address.lines()[:-1],
        "France",
    )
    assert {*expected, order.reference} <= set(told)


@pytest.mark.parametrize("language", [FRENCH, ENGLISH])
def test_forty_lines_stand_on_two_pages_with_the_sum_carried_from_one_to_the_other(language: Locale) -> None:
    content = PdfDocuments().pdf(document(paper([line(number) for number in range(1, 41)], language)))
    first, second = pages(content)
    carried, brought, column = {
        FRENCH: ("À reporter", "Report de la page précédente", "Désignation"),
        ENGLISH: ("Carried forward", "Brought forward", "Description"),
    }[language]
    on_first = len(re.findall(r"MUG-\d+", first))
    assert 20 < on_first < 40
    assert on_first + len(re.findall(r"MUG-\d+", second)) == 40
    so_far = amount(eur(3332 * on_first), language)
    assert so_far in first.partition(carried)[2]
    assert so_far in second.partition(brought)[2]
    for page in (first, second):
        assert column in page
        assert "FA-2026-000007" in page
    assert amount(eur(40 * 3998), language) in second


@pytest.mark.parametrize("count", range(1, 90, 8))
def test_however_many_lines_there_are_each_stands_there_once_and_above_the_foot(count: int) -> None:
    lines = [line(number, "A long name of something " * (number % 4 + 1)) for number in range(1, count + 1)]
    content = PdfDocuments().pdf(document(paper(lines, ENGLISH, footer="Terms of payment. " * 30)))
    for page in PdfReader(io.BytesIO(content)).pages:
        heights = sorted(y for _, y in places(page))
        assert heights[0] == heights[1] < heights[2] - 20  # The two texts of the foot are alone down there.
    told = "\n".join(pages(content))
    assert sorted(re.findall(r"MUG-\d+", told)) == [f"MUG-{number:03d}" for number in range(1, count + 1)]


def test_the_same_document_gives_the_same_bytes_and_another_one_others() -> None:
    said = document(paper([line(1)], FRENCH))
    assert PdfDocuments().pdf(said) == PdfDocuments().pdf(said)
    assert PdfDocuments().pdf(said) != PdfDocuments().pdf(evolve(said, number="FA-2026-000008"))


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns all the time, so that what is not safe shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_documents_that_are_printed_at_once_do_not_mix_up_their_letters(restless: None) -> None:
    names = ["Ελένη Παπαδοπούλου", "Иван Щукин", "Łukasz Żółć", "Dvořák Ěščř", "Éèêë Àâä ÎïÔöÛüÇç", "Ñandú Çağ İıŞ"]
    said = [document(paper([line(1, name)], ENGLISH)) for name in names * 8]
    alone = [PdfDocuments().pdf(one) for one in said]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(PdfDocuments().pdf, said)) == alone


def test_greek_cyrillic_and_accents_can_be_read_and_selected() -> None:
    names = ["Ελένη Παπαδοπούλου", "Иван Петрович Щукин", "Łukasz Żółć", "Dvořák Ěščř", "Ñandú Çağ İıŞ"]
    said = paper([line(number, name) for number, name in enumerate(names, 1)], ENGLISH)
    told = text(document(said))
    assert all(name in told for name in names)
    assert not {"\ufffd", "\x00"} & set(told)


def test_names_that_are_longer_than_their_place_are_broken_and_none_of_it_is_lost() -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 4
    address = Address(word[:190], f"{word[:99]} 12", "Wien", "AT", company="Gesellschaft mit beschränkter Haftung " * 4)
    said = paper([line(1, word)], FRENCH, buyer=Buyer("a@example.com", address, address, "ATU12345678"))
    told = re.sub(r"\s", "", text(document(said)))
    assert f"{word}1·MUG-001" in told
    assert told.count(word[:190]) == 3  # The article, and the buyer twice.
    assert all(width(row, 8.5) <= 68 * MILLIMETRE for row in fitted(f"{word} 1 · MUG-001", 68 * MILLIMETRE, 8.5))


def test_a_credit_note_names_the_invoice_it_takes_back_and_a_reversal_the_credit_note() -> None:
    taken = Reference(UUID(int=3), "FA-2026-000001", date(2026, 3, 1))
    told = " ".join(text(document(paper([line(1)], FRENCH), DocumentKind.CREDIT_NOTE, taken)).split())
    assert "Avoir sur la facture FA-2026-000001 du 1 mars 2026" in told
    assert "Reste à payer" not in told
    told = " ".join(text(document(paper([line(1)], ENGLISH), DocumentKind.REVERSAL, taken)).split())
    assert "Cancels credit note FA-2026-000001 of 1 March 2026" in told


@pytest.mark.parametrize(
    ("exemption", "law", "said"),
    [
        (Exemption.REVERSE_CHARGE, None, "Autoliquidation"),
        (Exemption.EXPORT, None, "article 146 de la directive 2006/112/CE"),
        (Exemption.OTHER, "TVA non applicable, article 293 B du CGI", "TVA non applicable, article 293 B du CGI"),
    ],
)
def test_where_there_is_no_tax_it_says_by_which_law(exemption: Exemption, law: str | None, said: str) -> None:
    untaxed = evolve(line(1), rate="0.00", reverse_charge=exemption is Exemption.REVERSE_CHARGE, tax=eur(0))
    told = text(document(paper([untaxed], FRENCH, exemptions=(exemption,), exemption_text=law)))
    assert said in told


def test_countries_stand_by_their_names_and_by_their_codes_where_we_have_none() -> None:
    assert [named("DE", language) for language in (ENGLISH, FRENCH)] == ["Germany", "Allemagne"]
    known = {code for code in COUNTRIES if named(code, ENGLISH) != code}
    assert known > set(EU_COUNTRIES)
    assert with_country(("3 quai", "JP"), "JP", FRENCH) == ("3 quai", "JP")
    assert with_country(("3 quai", "SE"), "SE", FRENCH) == ("3 quai", "Suède")
    assert with_country((), "SE", FRENCH) == ()
