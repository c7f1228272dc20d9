"""Documents as PDF files: one column of facts, a table that may run over pages, and what it comes to."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from attrs import frozen

from commerce_core.gateways.pdf_countries import with_country
from commerce_core.gateways.pdf_sheet import BOLD, BOTTOM, LEFT, MILLIMETRE, RIGHT, TOP, Sheet, fitted, leading
from commerce_core.gateways.pdf_words import WORDS, Words
from commerce_core.gateways.templates import written
from commerce_core.invoices.model import Buyer, Document, DocumentKind, PaperLine, TaxShare
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money, total
from commerce_core.kernel.transaction import must_be_outside_transaction

_SMALL, _NORMAL, _LARGE = 7.5, 8.5, 17.0
_MIDDLE = LEFT + 96 * MILLIMETRE  # where the right half begins
_ENDS = [LEFT + end * MILLIMETRE for end in (68, 80, 106, 126, 142)] + [RIGHT]  # of the table's columns
_DESCRIPTION = 66 * MILLIMETRE
_GAP = 4.0  # between two rows
_CARRY = leading(_NORMAL) + _GAP
_NEXT = TOP - 3 * leading(_NORMAL)  # where the table goes on, on the pages after the first


@frozen
class Row:
    """A line of the table, cut to fit."""

    line: PaperLine
    title: list[str]

    @classmethod
    def of(cls, line: PaperLine) -> "Row":
        """The line in the room there is."""
        named = f"{line.title} · {line.sku}" if line.sku else line.title
        return cls(line, fitted(named, _DESCRIPTION, _NORMAL))

    @property
    def height(self) -> float:
        """How much of a page it takes."""
        return len(self.title) * leading(_NORMAL) + _GAP


class PdfDocuments:
    """The port `Typesetter`: A4, in the document's own language, with selectable text."""

    def pdf(self, document: Document) -> bytes:
        """The document as a PDF file: the same bytes each time."""
        must_be_outside_transaction()
        paper = document.paper
        name = f"{WORDS[paper.language].titles[document.kind]} {document.number}"
        sheet = Sheet(title=name, author=paper.seller.legal_name or paper.seller.name, language=paper.language.value)
        _Press(document, sheet, name).print()
        return sheet.content()


class _Press:
    """One document on its way to paper."""

    def __init__(self, document: Document, sheet: Sheet, name: str) -> None:
        self._document, self._paper, self._sheet, self._name = document, document.paper, sheet, name
        self._words: Words = WORDS[document.paper.language]

    def print(self) -> None:
        """Every page of it."""
        y = self._head()
        notes = list(self._notes())
        rows = [Row.of(line) for line in self._paper.lines]
        pages = _paged(rows, y - self._heading, _NEXT - self._heading, self._end(notes))
        sums = list(accumulate((_net(page, self._paper.net.currency) for page in pages), Money.__add__))
        for place, page in enumerate(pages):
            if place:
                self._sheet.next_page()
                y = self._next_head()
            y = self._table_head(y)
            if place:
                y = self._carry(y, self._words.brought, sums[place - 1])
            for row in page:
                y = self._row(y, row)
            if place + 1 < len(pages):
                self._carry(y, self._words.carried, sums[place])
            else:
                self._close(y, notes)
            self._foot(place + 1, len(pages))

    # --- above the table ----------------------------------------------------------------------------------------------

    def _head(self) -> float:
        """Who sells, what this is, who buys. Returns where the table may begin."""
        left = self._block(LEFT, TOP - 4, list(self._seller()), _MIDDLE - LEFT - 12)
        right = self._facts(TOP - leading(_LARGE) + 6)
        y = min(left, right) - 14
        buyer, words = self._paper.buyer, self._words
        billed = self._party(LEFT, y, words.billed_to, self._billed(buyer), _MIDDLE - LEFT - 12)
        delivered = y
        if buyer.delivered_to:
            delivered = self._party(_MIDDLE, y, words.delivered_to, self._place(buyer.delivered_to), RIGHT - _MIDDLE)
        return min(billed, delivered) - 16

    def _seller(self) -> Iterator[tuple[str, bool]]:
        seller, words = self._paper.seller, self._words
        yield seller.name, True
        company = " ".join(part for part in (seller.legal_name, seller.legal_form) if part)
        told = (
            company if company != seller.name else "",
            *with_country(seller.address, seller.country, self._paper.language),
            f"{words.company_number} {seller.company_number}" if seller.company_number else "",
            f"{words.vat_number} {seller.vat_number}" if seller.vat_number else "",
            seller.email or "",
            seller.phone or "",
        )
        yield from ((line, False) for line in told if line)

    def _facts(self, y: float) -> float:
        document, words = self._document, self._words
        room = RIGHT - _MIDDLE
        self._sheet.text(_MIDDLE, y, words.titles[document.kind], _LARGE, bold=True)
        y -= leading(_LARGE)
        facts = [
            (words.number, document.number),
            (words.issued_on, words.day(document.issued_on)),
            (words.order, self._paper.order_reference),
        ]
        if document.kind is DocumentKind.INVOICE:
            facts.append((words.paid_on, words.day(self._paper.paid_on)))
        for name, fact in facts:
            self._sheet.text(_MIDDLE, y, name, _NORMAL, grey=True)
            for line in fitted(fact, room / 2, _NORMAL):
                self._sheet.text(_MIDDLE + room / 2, y, line, _NORMAL)
                y -= leading(_NORMAL)
        if document.refers_to:
            told = words.takes_back[document.kind].format(
                document.refers_to.number, words.day(document.refers_to.issued_on)
            )
            y = self._block(_MIDDLE, y, [(told, True)], room)
        return y

    def _billed(self, buyer: Buyer) -> list[str]:
        number = [f"{self._words.vat_number} {buyer.vat_number}"] if buyer.vat_number else []
        return [*(self._place(buyer.address) if buyer.address else ()), *number, buyer.email]

    def _place(self, address: Address) -> tuple[str, ...]:
        return with_country(address.lines(), address.country, self._paper.language)

    def _party(self, x: float, y: float, title: str, lines: Iterable[str], room: float) -> float:
        self._sheet.text(x, y, title, _SMALL, grey=True)
        return self._block(x, y - leading(_NORMAL), [(line, False) for line in lines], room)

    def _block(self, x: float, y: float, lines: Sequence[tuple[str, bool]], room: float) -> float:
        """Lines one below the other, cut to fit; returns where the next one would stand."""
        for text, bold in lines:
            for line in fitted(text, room, _NORMAL, BOLD) if bold else fitted(text, room, _NORMAL):
                self._sheet.text(x, y, line, _NORMAL, bold=bold)
                y -= leading(_NORMAL)
        return y

    def _next_head(self) -> float:
        self._sheet.text(LEFT, TOP - 4, self._name, _NORMAL, bold=True)
        self._sheet.flush_right(RIGHT, TOP - 4, self._paper.seller.name, _NORMAL, grey=True)
        return _NEXT

    # --- the table ----------------------------------------------------------------------------------------------------

    @property
    def _heading(self) -> float:
        return max(len(lines) for lines in self._columns) * leading(_SMALL) + 2 * _GAP

    @property
    def _columns(self) -> list[list[str]]:
        starts = [LEFT, *_ENDS[:-1]]
        return [
            fitted(name, end - start - 4, _SMALL, BOLD)
            for name, start, end in zip(self._words.columns, starts, _ENDS, strict=True)
        ]

    def _table_head(self, y: float) -> float:
        for place, lines in enumerate(self._columns):
            for below, line in enumerate(lines):
                here = y - below * leading(_SMALL)
                if place:
                    self._sheet.flush_right(_ENDS[place], here, line, _SMALL, bold=True)
                else:
                    self._sheet.text(LEFT, here, line, _SMALL, bold=True)
        y -= self._heading - leading(_SMALL)
        self._sheet.rule(y + _GAP)
        return y - leading(_NORMAL) + _GAP

    def _row(self, y: float, row: Row) -> float:
        line = row.line
        rate = self._words.reversed_tax if line.reverse_charge else f"{self._words.figure(line.rate)} %"
        cells = (
            f"{line.quantity}" if line.quantity else "",
            self._words.figure(line.unit_net),
            self._money(line.discount) if line.discount else "",
            rate,
            self._money(line.net),
        )
        for end, cell in zip(_ENDS[1:], cells, strict=True):
            self._sheet.flush_right(end, y, cell, _NORMAL)
        for text in row.title:
            self._sheet.text(LEFT, y, text, _NORMAL)
            y -= leading(_NORMAL)
        return y - _GAP

    def _carry(self, y: float, told: str, so_far: Money) -> float:
        self._sheet.text(LEFT, y, told, _NORMAL, grey=True)
        self._sheet.flush_right(RIGHT, y, self._money(so_far), _NORMAL, grey=True)
        return y - _CARRY

    # --- below the table ----------------------------------------------------------------------------------------------

    def _notes(self) -> Iterator[str]:
        """What is said below the sums, cut to fit."""
        paper, words = self._paper, self._words
        told = []
        for exemption in paper.exemptions:
            by_law = paper.exemption_text if exemption.value == "other" else None
            told.append(by_law or words.exemptions[exemption])
        if paper.discounts:
            told.append(words.discounts.format(", ".join(paper.discounts)))
        paid = [f"{words.providers.get(p.provider, p.provider)}, {self._money(p.amount)}" for p in paper.payments]
        if paid:
            told.append(words.payment.format(" + ".join(paid)))
        if paper.footer:
            told.append(paper.footer)
        for text in told:
            yield from fitted(text, RIGHT - LEFT, _SMALL)

    def _sums(self) -> list[tuple[str, Money, bool]]:
        paper, words = self._paper, self._words
        sums = [
            (words.net_total, paper.net, False),
            (words.tax_total, paper.tax, False),
            (words.total, paper.total, True),
        ]
        if self._document.kind is DocumentKind.INVOICE:  # Only what was paid is invoiced.
            sums += [(words.paid, paper.total, False), (words.due, Money.zero(paper.total.currency), False)]
        return sums

    def _end(self, notes: Sequence[str]) -> float:
        """How much of a page the end takes."""
        rows = max(len(self._sums()), len(self._paper.taxes) + 1)
        return 3 * _GAP + (rows + 1) * (leading(_NORMAL) + 2) + (len(notes) + 1) * leading(_SMALL)

    def _close(self, y: float, notes: Sequence[str]) -> None:
        self._sheet.rule(y + leading(_NORMAL) - _GAP)
        y -= 2 * _GAP
        below = min(self._tax_table(y), self._sum_table(y))
        y = below - leading(_SMALL)
        for note in notes:
            self._sheet.text(LEFT, y, note, _SMALL)
            y -= leading(_SMALL)

    def _tax_table(self, y: float) -> float:
        words, step = self._words, leading(_NORMAL) + 2
        ends = [LEFT + end * MILLIMETRE for end in (58, 84)]
        self._sheet.text(LEFT, y, words.rate, _SMALL, bold=True)
        for end, name in zip(ends, (words.base, words.tax), strict=True):
            self._sheet.flush_right(end, y, name, _SMALL, bold=True)
        for share in self._paper.taxes:
            y -= step
            self._sheet.text(LEFT, y, self._share(share), _NORMAL)
            for end, amount in zip(ends, (share.net, share.tax), strict=True):
                self._sheet.flush_right(end, y, self._money(amount), _NORMAL)
        return y - step

    def _share(self, share: TaxShare) -> str:
        if share.reverse_charge:
            return self._words.reversed_tax
        name = fitted(share.title, 18 * MILLIMETRE, _NORMAL)[0]
        return f"{name} {self._words.figure(share.rate)} %".strip()

    def _sum_table(self, y: float) -> float:
        for name, amount, bold in self._sums():
            self._sheet.text(_MIDDLE + 12, y, name, _NORMAL, bold=bold)
            self._sheet.flush_right(RIGHT, y, self._money(amount), _NORMAL, bold=bold)
            y -= leading(_NORMAL) + 2
        return y

    def _foot(self, page: int, pages: int) -> None:
        self._sheet.text(LEFT, BOTTOM - 24, self._document.number, _SMALL, grey=True)
        self._sheet.flush_right(RIGHT, BOTTOM - 24, self._words.page.format(page, pages), _SMALL, grey=True)

    def _money(self, amount: Money) -> str:
        return written(amount, self._paper.language.value)


def _paged(rows: Sequence[Row], first: float, others: float, end: float) -> list[list[Row]]:
    """The rows of each page: as many as fit above what is carried forward, and on the last one above the end.

    `first` and `others` are where rows may begin, on the first page and on those after it.
    """
    pages: list[list[Row]] = [[]]
    y = first
    for row in rows:
        if y - row.height - _CARRY < BOTTOM and pages[-1]:
            pages.append([])
            y = others - _CARRY
        pages[-1].append(row)
        y -= row.height
    if y - end < BOTTOM:
        pages.append([])
    return pages


def _net(rows: Sequence[Row], currency: str) -> Money:
    return total([row.line.net for row in rows], currency)
