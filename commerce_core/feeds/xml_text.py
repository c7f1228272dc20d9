"""XML, written piece by piece."""

import re
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# XML 1.0, production 2: the other characters cannot stand in a document, not even as references.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, text: str) -> str:
    """An element that holds text."""
    return f"<{name}>{escape(_NO_CHARACTER.sub('', text))}</{name}>"
