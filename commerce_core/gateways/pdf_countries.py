"""Countries by the names that the European Union gives them (Interinstitutional style guide, annex A5).

Those that shops of the Union write to most; another one stands on paper by its code, which posts everywhere understand.
"""

from commerce_core.emails.model import Locale

# Code: in English, in French. Parts of France have codes of their own.
_NAMES = {
    "AD": ("Andorra", "Andorre"),
    "AT": ("Austria", "Autriche"),
    "BE": ("Belgium", "Belgique"),
    "BG": ("Bulgaria", "Bulgarie"),
    "BL": ("Saint Barthélemy", "Saint-Barthélemy"),
    "CA": ("Canada", "Canada"),
    "CH": ("Switzerland", "Suisse"),
    "CY": ("Cyprus", "Chypre"),
    "CZ": ("Czechia", "Tchéquie"),
    "DE": ("Germany", "Allemagne"),
    "DK": ("Denmark", "Danemark"),
    "EE": ("Estonia", "Estonie"),
    "ES": ("Spain", "Espagne"),
    "FI": ("Finland", "Finlande"),
    "FR": ("France", "France"),
    "GB": ("United Kingdom", "Royaume-Uni"),
    "GF": ("French Guiana", "Guyane"),
    "GP": ("Guadeloupe", "Guadeloupe"),
    "GR": ("Greece", "Grèce"),
    "HR": ("Croatia", "Croatie"),
    "HU": ("Hungary", "Hongrie"),
    "IE": ("Ireland", "Irlande"),
    "IS": ("Iceland", "Islande"),
    "IT": ("Italy", "Italie"),
    "LI": ("Liechtenstein", "Liechtenstein"),
    "LT": ("Lithuania", "Lituanie"),
    "LU": ("Luxembourg", "Luxembourg"),
    "LV": ("Latvia", "Lettonie"),
    "MC": ("Monaco", "Monaco"),
    "MF": ("Saint Martin", "Saint-Martin"),
    "MQ": ("Martinique", "Martinique"),
    "MT": ("Malta", "Malte"),
    "NC": ("New Caledonia", "Nouvelle-Calédonie"),
    "NL": ("Netherlands", "Pays-Bas"),
    "NO": ("Norway", "Norvège"),
    "PF": ("French Polynesia", "Polynésie française"),
    "PL": ("Poland", "Pologne"),
    "PM": ("Saint Pierre and Miquelon", "Saint-Pierre-et-Miquelon"),
    "PT": ("Portugal", "Portugal"),
    "RE": ("Réunion", "La Réunion"),
    "RO": ("Romania", "Roumanie"),
    "SE": ("Sweden", "Suède"),
    "SI": ("Slovenia", "Slovénie"),
    "SK": ("Slovakia", "Slovaquie"),
    "US": ("United States", "États-Unis"),
    "WF": ("Wallis and Futuna", "Wallis-et-Futuna"),
    "YT": ("Mayotte", "Mayotte"),
}
_PLACE = {Locale.EN: 0, Locale.FR: 1}


def named(code: str, language: Locale) -> str:
    """A country by its name, or by its code where we have none."""
    return _NAMES[code][_PLACE[language]] if code in _NAMES else code


def with_country(lines: tuple[str, ...], code: str, language: Locale) -> tuple[str, ...]:
    """An address that ends in its country's code, as people read it."""
    return (*lines[:-1], named(code, language)) if lines[-1:] == (code,) else lines
