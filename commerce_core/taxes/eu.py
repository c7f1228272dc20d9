"""Rates of value added tax in the European Union, to begin with. Whoever runs a shop checks them before selling.

Standard rates of the 27 members, and the reduced rate of those that have exactly one: where there are several, which
one counts depends on the goods, and only the shop knows those. Compiled from public overviews of January 2026; each
row names the law that sets the rate and the day from which it has counted. Regions with rates of their own (Madeira,
the Azores, Corsica, Greek islands, and what lies outside of the Union's VAT territory) are not in here.
"""

from datetime import date
from decimal import Decimal
from functools import cache

from commerce_core.kernel.tax_class import TaxClass
from commerce_core.taxes.drafts import NewTaxRate

# Country, rate in percent, first day, law.
_STANDARD = """
AT | 20   | 1984-01-01 | Umsatzsteuergesetz 1994, § 10 (1)
BE | 21   | 1996-01-01 | Arrêté royal n° 20 du 20 juillet 1970, art. 1
BG | 20   | 1999-01-01 | Закон за данък върху добавената стойност, чл. 66
CY | 19   | 2014-01-13 | Ο περί ΦΠΑ Νόμος 95(I)/2000, άρθρο 17
CZ | 21   | 2013-01-01 | Zákon č. 235/2004 Sb., § 47
DE | 19   | 2021-01-01 | Umsatzsteuergesetz, § 12 (1)
DK | 25   | 1992-01-01 | Momsloven, § 33
EE | 24   | 2025-07-01 | Käibemaksuseadus, § 15
ES | 21   | 2012-09-01 | Ley 37/1992, art. 90
FI | 25.5 | 2024-09-01 | Arvonlisäverolaki 1501/1993, 84 §
FR | 20   | 2014-01-01 | Code général des impôts, art. 278
GR | 24   | 2016-06-01 | Κώδικας ΦΠΑ
HR | 25   | 2012-03-01 | Zakon o porezu na dodanu vrijednost, čl. 38
HU | 27   | 2012-01-01 | 2007. évi CXXVII. törvény, 82. §
IE | 23   | 2021-03-01 | Value-Added Tax Consolidation Act 2010, s. 46
IT | 22   | 2013-10-01 | D.P.R. 633/1972, art. 16
LT | 21   | 2009-09-01 | Pridėtinės vertės mokesčio įstatymas, 19 str.
LU | 17   | 2024-01-01 | Loi TVA du 12 février 1979, art. 39
LV | 21   | 2012-07-01 | Pievienotās vērtības nodokļa likums, 41. pants
MT | 18   | 2004-01-01 | Value Added Tax Act, Cap. 406
NL | 21   | 2012-10-01 | Wet op de omzetbelasting 1968, art. 9
PL | 23   | 2011-01-01 | Ustawa o podatku od towarów i usług, art. 41
PT | 23   | 2011-01-01 | Código do IVA, art. 18.º
RO | 21   | 2025-08-01 | Codul fiscal, art. 291
SE | 25   | 1990-07-01 | Mervärdesskattelag (2023:200), 9 kap.
SI | 22   | 2013-07-01 | Zakon o davku na dodano vrednost, 41. člen
SK | 23   | 2025-01-01 | Zákon č. 222/2004 Z. z., § 27
"""
_REDUCED = """
BG | 9    | 2011-04-01 | Закон за данък върху добавената стойност, чл. 66
CZ | 12   | 2024-01-01 | Zákon č. 235/2004 Sb., § 47
DE | 7    | 2021-01-01 | Umsatzsteuergesetz, § 12 (2)
NL | 9    | 2019-01-01 | Wet op de omzetbelasting 1968, art. 9
RO | 11   | 2025-08-01 | Codul fiscal, art. 291
"""
_COMPILED = "compiled 2026-01, check before use"


@cache
def eu_rates() -> tuple[NewTaxRate, ...]:
    """The table."""
    tables = ((TaxClass.STANDARD, _STANDARD), (TaxClass.REDUCED, _REDUCED))
    return tuple(_row(tax_class, line) for tax_class, table in tables for line in table.strip().splitlines())


def _row(tax_class: TaxClass, line: str) -> NewTaxRate:
    country, rate, first_day, law = (part.strip() for part in line.split("|"))
    return NewTaxRate(country, tax_class, Decimal(rate), date.fromisoformat(first_day), source=f"{law}; {_COMPILED}")
