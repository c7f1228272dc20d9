"""Where carriers tell how far a parcel is: for those of this table a number is enough."""

import re
from urllib.parse import quote

_PAGES = {
    "chronopost": "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={number}",
    "colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "dhl": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={number}",
    "dpd": "https://tracking.dpd.de/status/en_US/parcel/{number}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={number}",
    "laposte": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "royalmail": "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
    "ups": "https://www.ups.com/track?tracknum={number}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
}


def tracking_page(carrier: str, number: str) -> str | None:
    """The page about a parcel; None for a carrier we do not know, or without a number.

    However a name is spelt: `La Poste` is `la-poste`.
    """
    page = _PAGES.get(re.sub(r"[\W_]", "", carrier).lower())
    return page.format(number=quote(number, safe="")) if page and number else None
