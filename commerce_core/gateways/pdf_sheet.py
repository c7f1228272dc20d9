"""Paper to write on: fonts, lines that fit their place, and pages. The only place that knows reportlab."""

import io
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from commerce_core.invoices.errors import PrinterMissing

_FOLDER = Path(__file__).parent / "pdf_fonts"
PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MILLIMETRE = 72 / 25.4
WIDTH, HEIGHT = 210 * MILLIMETRE, 297 * MILLIMETRE  # A4
LEFT, RIGHT = 18 * MILLIMETRE, WIDTH - 18 * MILLIMETRE
TOP, BOTTOM = HEIGHT - 16 * MILLIMETRE, 22 * MILLIMETRE
_LEADING = 1.32  # of a font's size
_GREY = 0.42
_TURN = threading.Lock()  # A font's file is read at one place at a time: two documents at once would mix up letters.


def _reportlab() -> Any:
    """The package with our fonts, loaded on first use: a process that prints nothing does without it."""
    with _TURN:
        return _loaded()


@cache
def _loaded() -> Any:
    try:
        from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
        from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415
    except ModuleNotFoundError:
        raise PrinterMissing from None
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FOLDER / f"{name}.ttf")))
    return pdfmetrics


def width(text: str, size: float, font: str = PLAIN) -> float:
    """How wide a text is, in points."""
    measured: float = _reportlab().stringWidth(text, font, size)
    return measured


def leading(size: float) -> float:
    """How far a line is below the one before it."""
    return size * _LEADING


def fitted(text: str, room: float, size: float, font: str = PLAIN) -> list[str]:
    """A text as lines that fit into `room`: broken between words, and within one that is wider than the room."""
    lines = [""]
    for word in unicodedata.normalize("NFC", text).split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, font) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for sign in word:
            if lines[-1] and width(lines[-1] + sign, size, font) > room:
                lines.append("")
            lines[-1] += sign
    return lines


class Sheet:
    """A document page by page. Coordinates are points from the lower left corner.

    Its bytes depend on what is written and on the release of reportlab alone: it knows no time, and is not compressed,
    which every build of zlib does in its own way.
    """

    def __init__(self, *, title: str, author: str, language: str) -> None:
        _reportlab()
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=0, lang=language)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("commerce-core")

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, grey: bool = False) -> None:
        """One line of text that begins at x."""
        self._ink(size, bold=bold, grey=grey)
        self._canvas.drawString(x, y, unicodedata.normalize("NFC", text))

    def flush_right(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, grey: bool = False
    ) -> None:
        """One line of text that ends at x."""
        self._ink(size, bold=bold, grey=grey)
        self._canvas.drawRightString(x, y, unicodedata.normalize("NFC", text))

    def rule(self, y: float, *, left: float = LEFT, right: float = RIGHT, thick: float = 0.5) -> None:
        """A horizontal line."""
        self._canvas.setLineWidth(thick)
        self._canvas.setStrokeGray(_GREY)
        self._canvas.line(left, y, right, y)

    def next_page(self) -> None:
        """Begin another page."""
        self._canvas.showPage()

    def content(self) -> bytes:
        """The file. Nothing can be written after it."""
        with _TURN:
            self._canvas.save()
        return self._file.getvalue()

    def _ink(self, size: float, *, bold: bool, grey: bool) -> None:
        self._canvas.setFont(BOLD if bold else PLAIN, size)
        self._canvas.setFillGray(_GREY if grey else 0)
