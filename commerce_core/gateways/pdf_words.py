"""What stands on an invoice beside what it says, in the languages we write."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from commerce_core.emails.model import Locale
from commerce_core.invoices.model import DocumentKind, Exemption


@frozen
class Words:
    """One language. Where there are braces, something is filled in."""

    titles: Mapping[DocumentKind, str]
    takes_back: Mapping[DocumentKind, str]
    number: str
    issued_on: str
    paid_on: str
    order: str
    billed_to: str
    delivered_to: str
    vat_number: str
    company_number: str
    columns: tuple[str, ...]
    brought: str
    carried: str
    rate: str
    base: str
    tax: str
    net_total: str
    tax_total: str
    total: str
    paid: str
    due: str
    discounts: str
    payment: str
    providers: Mapping[str, str]
    page: str
    reversed_tax: str
    exemptions: Mapping[Exemption, str]
    months: tuple[str, ...]
    decimal: str

    def day(self, day: date) -> str:
        """A day as it cannot be misread."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}"

    def figure(self, plain: str) -> str:
        """A number with the language's own decimal sign."""
        return plain.replace(".", self.decimal)


_FRENCH = Words(
    titles={
        DocumentKind.INVOICE: "Facture",
        DocumentKind.CREDIT_NOTE: "Avoir",
        DocumentKind.REVERSAL: "Facture rectificative",
    },
    takes_back={
        DocumentKind.CREDIT_NOTE: "Avoir sur la facture {} du {}",
        DocumentKind.REVERSAL: "Annule l'avoir {} du {}, dont le remboursement n'a pas abouti",
    },
    number="Numéro",
    issued_on="Date d'émission",
    paid_on="Date de paiement",
    order="Commande",
    billed_to="Facturé à",
    delivered_to="Livré à",
    vat_number="N° de TVA",
    company_number="N° d'entreprise",
    columns=("Désignation", "Qté", "Prix unitaire HT", "Remise HT", "TVA", "Montant HT"),
    brought="Report de la page précédente",
    carried="À reporter",
    rate="Taux",
    base="Base HT",
    tax="TVA",
    net_total="Total HT",
    tax_total="TVA",
    total="Total TTC",
    paid="Payé",
    due="Reste à payer",
    discounts="Remises : {}",
    payment="Paiement : {}",
    providers={"stripe": "carte", "manual": "virement"},
    page="Page {} sur {}",
    reversed_tax="autoliq.",
    exemptions={
        Exemption.REVERSE_CHARGE: (
            "Autoliquidation : TVA due par le preneur (articles 138 et 196 de la directive 2006/112/CE)."
        ),
        Exemption.EXPORT: "Exonération de TVA : exportation hors de l'Union (article 146 de la directive 2006/112/CE).",
        Exemption.OTHER: "Sans TVA.",
    },
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    decimal=",",
)  # fmt: skip

_ENGLISH = Words(
    titles={
        DocumentKind.INVOICE: "Invoice",
        DocumentKind.CREDIT_NOTE: "Credit note",
        DocumentKind.REVERSAL: "Corrective invoice",
    },
    takes_back={
        DocumentKind.CREDIT_NOTE: "Credit for invoice {} of {}",
        DocumentKind.REVERSAL: "Cancels credit note {} of {}, whose refund did not succeed",
    },
    number="Number",
    issued_on="Date of issue",
    paid_on="Date of payment",
    order="Order",
    billed_to="Billed to",
    delivered_to="Delivered to",
    vat_number="VAT number",
    company_number="Company number",
    columns=("Description", "Qty", "Unit price, excl. tax", "Discount", "Tax", "Amount, excl. tax"),
    brought="Brought forward",
    carried="Carried forward",
    rate="Rate",
    base="Taxable amount",
    tax="Tax",
    net_total="Total, excl. tax",
    tax_total="Tax",
    total="Total",
    paid="Paid",
    due="Due",
    discounts="Discounts: {}",
    payment="Payment: {}",
    providers={"stripe": "card", "manual": "bank transfer"},
    page="Page {} of {}",
    reversed_tax="reverse",
    exemptions={
        Exemption.REVERSE_CHARGE: (
            "Reverse charge: VAT is due by the customer (articles 138 and 196 of Directive 2006/112/EC)."
        ),
        Exemption.EXPORT: "Exempt from VAT: export from the Union (article 146 of Directive 2006/112/EC).",
        Exemption.OTHER: "No tax charged.",
    },
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    decimal=".",
)  # fmt: skip

WORDS: Mapping[Locale, Words] = {Locale.FR: _FRENCH, Locale.EN: _ENGLISH}
