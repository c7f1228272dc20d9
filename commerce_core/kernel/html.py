"""HTML that is safe to serve, by the only constructor there is."""

import html
import re

import nh3
from attrs import frozen

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption",
    "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}}
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr|/dd|/dt)[^>]*>", re.IGNORECASE)


@frozen
class SafeHtml:
    """Sanitised markup. Build it with `SafeHtml.sanitize`; what is stored is what is served."""

    markup: str

    @classmethod
    def sanitize(cls, markup: str) -> "SafeHtml":
        """Keep what the allow-list names, drop the rest (scripts, styles, event handlers, odd addresses)."""
        return cls(
            nh3.clean(markup, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}).strip()
        )

    def text(self) -> str:
        """The same as plain text, for search, feeds and mail."""
        plain = html.unescape(nh3.clean(_BREAK.sub(" ", self.markup), tags=set()))
        return " ".join(plain.split())
