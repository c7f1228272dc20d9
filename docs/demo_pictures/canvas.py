"""A canvas of 800 by 800 units: shapes with soft light, drawn three times as large and made smaller at the end."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import define, field, frozen
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

SIZE = 800
SCALE = 3  # Supersampling, for smooth edges.
NIGHT = "#22263a"  # What shadows are mixed from: never plain black.

Point = tuple[float, float]
Points = Sequence[Point]


@frozen
class Gradient:
    """Paint that changes from left to right, or from top to bottom."""

    first: str
    second: str
    vertical: bool = False


Paint = str | Gradient


@frozen
class Scene:
    """What stands behind a product: two tones of wall, a disc of light, and the table top."""

    top: str
    bottom: str
    disc: str
    floor: str


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `other` in `colour`."""
    pairs = zip(ImageColor.getrgb(colour), ImageColor.getrgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def light(colour: str, share: float = 0.25) -> str:
    """The colour nearer to the window."""
    return mix(colour, "#ffffff", share)


def dark(colour: str, share: float = 0.2) -> str:
    """The colour in the shade."""
    return mix(colour, NIGHT, share)


def volume(colour: str) -> Gradient:
    """Light from the left over something round."""
    return Gradient(light(colour, 0.18), dark(colour, 0.16))


def bend(points: Points, *, closed: bool = False, steps: int = 14) -> list[Point]:
    """A smooth curve through the points (Catmull-Rom). A point given twice is a corner."""
    ring = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(ring, ring[1:], ring[2:], ring[3:], strict=False):
        for step in range(steps if b != c else 0):  # Between a corner's two points there is nothing to bend.
            t = step / steps
            curve.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return curve if closed else [*curve, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def arc(cx: float, cy: float, rx: float, ry: float, start: float = 0, end: float = 360) -> list[Point]:
    """Points on an ellipse; degrees run clockwise from three o'clock."""
    angles = (math.radians(start + (end - start) * step / 60) for step in range(61))
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]


def mirrored(half: Points, cx: float = 400) -> list[Point]:
    """A symmetric outline from its right half, given as (distance from the axis, height) from top to bottom."""
    return [(cx + dx, y) for dx, y in half] + [(cx - dx, y) for dx, y in reversed(half)]


def turned(points: Points, degrees: float, about: Point = (400, 400)) -> list[Point]:
    """The points turned clockwise."""
    sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    x, y = about
    return [(x + (px - x) * cos - (py - y) * sin, y + (px - x) * sin + (py - y) * cos) for px, py in points]


def rectangle(x0: float, y0: float, x1: float, y1: float, radius: float = 0) -> list[Point]:
    """A rectangle, its corners rounded by `radius`."""
    if not radius:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    corners = [(x1 - radius, y0 + radius, -90), (x1 - radius, y1 - radius, 0)]
    corners += [(x0 + radius, y1 - radius, 90), (x0 + radius, y0 + radius, 180)]
    return [point for x, y, start in corners for point in arc(x, y, radius, radius, start, start + 90)]


@define
class Canvas:
    """Takes shapes, later ones over earlier ones."""

    image: Image.Image
    clip: Image.Image | None = field(default=None)

    @classmethod
    def of(cls, scene: Scene, *, floor: bool) -> "Canvas":
        """The empty scene, with a table to stand on or only a wall to hang before."""
        canvas = cls(Image.new("RGB", (SIZE * SCALE, SIZE * SCALE)))
        canvas.shape(rectangle(0, 0, SIZE, SIZE), Gradient(scene.top, scene.bottom, vertical=True))
        canvas.ellipse(400, 372 if floor else 400, 300, 300, scene.disc, alpha=0.75)
        if floor:
            canvas.shape(rectangle(0, 612, SIZE, SIZE), Gradient(scene.floor, dark(scene.floor, 0.1), vertical=True))
        return canvas

    def shape(self, outline: Points, paint: Paint, *, alpha: float = 1) -> None:
        """Fill an outline."""
        mask = self._mask()
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in outline], fill=255)
        self._apply(mask, paint, alpha)

    def solid(self, outline: Points, colour: str) -> None:
        """Fill the outline of something round: light on the left, a soft shade along the right."""
        self.shape(outline, volume(colour))
        right, left = max(x for x, _ in outline), min(x for x, _ in outline)
        with self.inside(outline):
            edge = left + (right - left) * 0.78
            self.shape(rectangle(edge, 0, right, SIZE), dark(colour, 0.5), alpha=0.16)
            self.shape(rectangle(left, 0, left + (right - left) * 0.08, SIZE), "#ffffff", alpha=0.16)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, paint: Paint, *, alpha: float = 1) -> None:
        """Fill an ellipse."""
        self.shape(arc(cx, cy, rx, ry), paint, alpha=alpha)

    def line(self, points: Points, width: float, paint: Paint, *, alpha: float = 1) -> None:
        """A stroke with round ends and joints."""
        mask = self._mask()
        pen = ImageDraw.Draw(mask)
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        pen.line(scaled, fill=255, width=round(width * SCALE), joint="curve")
        radius = width * SCALE / 2
        for x, y in (scaled[0], scaled[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        self._apply(mask, paint, alpha)

    def ground(self, cx: float, y: float, rx: float) -> None:
        """The shadow of something that stands: dark where it touches, fading to the right."""
        self._blurred(arc(cx + rx * 0.22, y, rx * 1.2, 16 + rx * 0.06), 12, 0.26)
        self._blurred(arc(cx, y, rx, 8), 5, 0.4)

    def drop(self, outline: Points, *, dx: float = 12, dy: float = 20) -> None:
        """The shadow of something flat that lies or hangs before the wall."""
        self._blurred([(x + dx, y + dy) for x, y in outline], 12, 0.26)

    def glow(self, cx: float, cy: float, radius: float, colour: str, *, alpha: float = 0.5) -> None:
        """Light that spreads evenly and ends nowhere."""
        self._blurred(arc(cx, cy, radius, radius), radius * 0.42, alpha, colour)

    @contextmanager
    def inside(self, outline: Points) -> Iterator[None]:
        """Whatever is drawn in this block stays inside the outline."""
        before, mask = self.clip, self._mask()
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in outline], fill=255)
        self.clip = mask if before is None else ImageChops.multiply(before, mask)
        yield
        self.clip = before

    def picture(self) -> Image.Image:
        """The finished picture."""
        return self.image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)

    def _mask(self) -> Image.Image:
        return Image.new("L", self.image.size, 0)

    def _blurred(self, outline: Points, blur: float, alpha: float, colour: str = NIGHT) -> None:
        # Softened at a third of the size, where it costs a ninth: nothing about a blur needs sharp edges.
        small = Image.new("L", (SIZE, SIZE), 0)
        ImageDraw.Draw(small).polygon(list(outline), fill=255)
        small = small.filter(ImageFilter.GaussianBlur(blur))
        self._apply(small.resize(self.image.size, Image.Resampling.BICUBIC), colour, alpha)

    def _apply(self, mask: Image.Image, paint: Paint, alpha: float) -> None:
        box = mask.getbbox()
        if box is None:
            return
        mask = mask.crop(box)
        if self.clip is not None:
            mask = ImageChops.multiply(mask, self.clip.crop(box))
        if alpha < 1:
            mask = mask.point([round(value * alpha) for value in range(256)])
        if isinstance(paint, Gradient):
            slope = Image.linear_gradient("L") if paint.vertical else Image.linear_gradient("L").rotate(90)
            first, second = (Image.new("RGB", mask.size, colour) for colour in (paint.first, paint.second))
            fill = Image.composite(second, first, slope.resize(mask.size, Image.Resampling.BILINEAR))
        else:
            fill = Image.new("RGB", mask.size, paint)
        self.image.paste(fill, box, mask)
