"""Notebooks, and what lies on a desk."""

from functools import partial

from canvas import Canvas, Gradient, Point, arc, bend, dark, light, mirrored, rectangle, turned, volume
from kitchen import BRASS, COPPER, OAK, STEEL, leaf

INK = "#2f3a52"
PAPER = "#fbf7ee"


def notebook(c: Canvas, cloth: str) -> None:
    """A closed book with an elastic band, a ribbon and a pencil."""
    pages, cover = (turned(rectangle(232 + d, 150 + d, 548 + d, 620 + d, 16), -8) for d in (10, 0))
    c.drop(cover, dx=20, dy=28)
    c.line(turned([(340, 600), (340, 676)], -8), 13, "#d9a441")
    c.shape(pages, PAPER)
    c.shape(cover, Gradient(light(cloth, 0.12), dark(cloth, 0.14)))
    with c.inside(cover):
        c.shape(turned(rectangle(200, 100, 270, 680), -8), dark(cloth, 0.4), alpha=0.35)
    c.shape(turned(rectangle(320, 240, 480, 320, 5), -8), PAPER)
    c.line(turned([(346, 268), (454, 268)], -8), 6, cloth)
    c.line(turned([(346, 292), (420, 292)], -8), 4, cloth, alpha=0.6)
    c.line(turned([(514, 150), (514, 628)], -8), 12, dark(cloth, 0.5))
    pencil(c, (640, 650), 12, "#d9a441", length=400)


def pencil(c: Canvas, foot: Point, degrees: float, lacquer: str, *, length: float = 380) -> None:
    """A hexagonal pencil standing on `foot`, its point up."""
    x, y = foot
    top = y - length
    turn = partial(turned, degrees=degrees, about=foot)
    c.drop(turn(rectangle(x - 17, top, x + 17, y)), dx=8, dy=10)
    for left, right, colour in ((-17, -6, light(lacquer, 0.2)), (-6, 6, lacquer), (6, 17, dark(lacquer, 0.2))):
        c.shape(turn(rectangle(x + left, top + 50, x + right, y)), colour)
    c.shape(turn([(x - 17, top + 54), (x - 4, top), (x + 4, top), (x + 17, top + 54)]), volume("#e6c79c"))
    c.shape(turn([(x - 6, top + 16), (x, top - 8), (x + 6, top + 16)]), dark(lacquer, 0.5))
    c.shape(turn(rectangle(x - 17, y - 26, x + 17, y)), volume(BRASS))


def sketchbook(c: Canvas) -> None:
    """An open book with a drawing of hills."""
    spread = rectangle(96, 216, 704, 580, 10)
    c.drop(rectangle(86, 210, 714, 592, 14))
    c.shape(rectangle(86, 210, 714, 592, 14), "#6d7f8c")
    for x0, x1 in ((98, 400), (400, 702)):
        paint = Gradient(PAPER, "#e9e1d0") if x0 < 400 else Gradient("#e3dac8", PAPER)
        c.shape(rectangle(x0, 220, x1, 578, 6), paint)
    with c.inside(spread):
        c.ellipse(548, 330, 44, 44, "#eab25e")
        for points, colour in (
            ([(400, 430), (480, 350), (560, 410), (640, 340), (702, 400)], "#a9bcc4"),
            ([(400, 480), (470, 420), (560, 470), (650, 410), (702, 450)], "#7f9d94"),
            ([(400, 520), (500, 470), (600, 516), (702, 480)], "#4f7568"),
        ):
            c.shape([*bend(points), (690, 552), (412, 552)], colour, alpha=0.9)
        for y, end in ((300, 340), (330, 300), (360, 352), (390, 280)):
            c.line([(140, y), (end, y)], 4, INK, alpha=0.35)
        c.line(bend([(150, 520), (200, 450), (240, 510), (290, 440), (350, 520)]), 4, INK, alpha=0.6)
    c.line([(400, 220), (400, 578)], 5, dark(PAPER, 0.3), alpha=0.5)
    pencil(c, (250, 690), 66, "#c9573f", length=330)


def planner(c: Canvas) -> None:
    """A planner with a grid of days, one of them circled."""
    book = rectangle(220, 150, 580, 640, 20)
    c.drop(book, dx=18, dy=26)
    c.shape(book, Gradient("#e8a48c", "#cf7f6a"))
    c.shape(rectangle(250, 250, 550, 600, 10), PAPER)
    for row in range(5):
        for column in range(5):
            x, y = 266 + column * 56, 270 + row * 64
            tint = "#efc1ae" if column == 4 else "#e9e4d8"
            c.shape(rectangle(x, y, x + 44, y + 50, 6), tint)
            if (row * 5 + column) % 4 == 1:
                c.line([(x + 8, y + 38), (x + 34, y + 38)], 5, INK, alpha=0.5)
    c.line(arc(400, 424, 38, 34), 6, "#c9473f")
    c.line([(300, 196), (500, 196)], 13, PAPER)
    c.line([(350, 222), (450, 222)], 7, PAPER, alpha=0.7)
    for x in range(260, 560, 40):
        c.line([(x, 132), (x, 172)], 9, STEEL)
        c.ellipse(x, 172, 7, 7, dark("#cf7f6a", 0.4))


def pencils(c: Canvas) -> None:
    """A fan of pencils in a box."""
    for n, lacquer in enumerate(("#c9573f", "#d9a441", "#5f8a62", "#3f6b8a", "#7a5a8c", INK)):
        pencil(c, (282 + n * 47, 620), -15 + n * 6, lacquer, length=430 - abs(n - 2.5) * 12)
    box = rectangle(226, 440, 574, 676, 10)
    c.drop(box)
    c.shape(box, Gradient("#f0dfc0", "#d8bd8f"))
    c.line(arc(400, 440, 60, 40, 0, 180), 6, dark("#d8bd8f", 0.2))
    c.shape(arc(400, 440, 58, 38, 0, 180), "#b79a6a")
    c.line([(300, 560), (500, 560)], 10, "#8c3f2b")
    c.line([(340, 592), (460, 592)], 6, "#8c3f2b", alpha=0.6)


def fountain_pen(c: Canvas) -> None:
    """An uncapped pen and the line it has drawn."""
    sheet = turned(rectangle(170, 180, 560, 660, 6), 6)
    c.drop(sheet)
    c.shape(sheet, PAPER)
    writing = bend([(230, 300), (260, 250), (280, 320), (320, 260), (340, 316), (380, 270), (400, 310), (450, 280)])
    c.line(writing, 6, INK)
    c.line(bend([(226, 400), (300, 384), (350, 410), (392, 398)]), 6, INK)
    turn = partial(turned, degrees=42, about=(400, 400))
    barrel = turn(rectangle(378, 30, 424, 300, 20))
    for outline in (barrel, turn(rectangle(382, 290, 420, 360))):
        c.drop(outline, dx=16, dy=26)
    c.shape(barrel, volume(BRASS))
    c.line(turn([(389, 60), (389, 280)]), 7, "#fff3cf", alpha=0.7)
    c.shape(turn(rectangle(376, 284, 426, 300, 4)), dark(BRASS, 0.35))
    c.shape(turn([(382, 300), (420, 300), (416, 366), (386, 366)]), INK)
    c.shape(turn([(386, 364), (416, 364), (414, 392), (401, 436), (388, 392)]), Gradient("#f2e2b4", "#b8923f"))
    c.line(turn([(401, 394), (401, 430)]), 2.5, INK)
    cap = turned(rectangle(560, 470, 606, 640, 20), 18, (580, 560))
    c.drop(cap)
    c.shape(cap, volume(BRASS))
    c.line(turned([(598, 486), (598, 590)], 18, (580, 560)), 8, dark(BRASS, 0.3))


def desk_clock(c: Canvas) -> None:
    """A round clock at ten past ten."""
    c.ground(400, 668, 130)
    c.solid(mirrored([(76, 606), (124, 670)]), OAK)
    c.ellipse(400, 402, 232, 232, Gradient("#e7eaed", "#8f9aa6"))
    c.ellipse(400, 402, 208, 208, Gradient("#fffdf8", "#ece6da", vertical=True))
    for hour in range(12):
        thick, start = (11, 216) if hour % 3 == 0 else (5, 222)
        c.line(turned([(400, start + 2), (400, 244)], hour * 30, (400, 402)), thick, INK)
    c.line(turned([(400, 424), (400, 300)], 304, (400, 402)), 14, INK)
    c.line(turned([(400, 432), (400, 254)], 58, (400, 402)), 10, INK)
    c.line(turned([(400, 450), (400, 240)], 200, (400, 402)), 4, "#c9573f")
    c.ellipse(400, 402, 14, 14, "#c9573f")
    c.line(arc(400, 402, 192, 192, 200, 250), 13, "#ffffff", alpha=0.7)


def scissors(c: Canvas) -> None:
    """Open scissors and a thread."""
    c.line(bend([(120, 300), (200, 220), (290, 300), (240, 390), (150, 340), (220, 160), (330, 130)]), 5, "#c9573f")
    for side in (-1, 1):
        turn = partial(turned, degrees=side * 17, about=(400, 400))
        inner = 400 - side * 4
        blade = turn([(inner, 400), (inner, 110), *bend([(400 + side * 22, 190), (400 + side * 28, 400)])])
        shank = turn([(400 - side * 22, 380), (400 + side * 20, 380), (400 - side * 16, 520), (400 - side * 42, 520)])
        ring = turn(arc(400 - side * 44, 596, 66, 88))
        c.drop(blade)
        c.shape(blade, Gradient("#f1f4f6", "#9aa5b0"))
        c.shape(shank, volume(COPPER))
        c.line([(x + 10, y + 16) for x, y in ring], 26, INK, alpha=0.15)
        c.line(ring, 27, volume(COPPER))
    c.ellipse(400, 400, 17, 17, volume(BRASS))
    c.line([(392, 400), (408, 400)], 4, dark(BRASS, 0.5))


def cards(c: Canvas) -> None:
    """Three cards, fanned out, each with a leaf."""
    for degrees, paper, ink in ((-20, "#e7c9b5", "#a4573f"), (16, "#cfdcc8", "#4f7558"), (-2, PAPER, "#3f6a78")):
        turn = partial(turned, degrees=degrees, about=(400, 640))
        card = turn(rectangle(270, 190, 530, 590, 8))
        c.drop(card)
        c.shape(card, Gradient(light(paper, 0.3), paper))
        c.line(turn([*rectangle(288, 208, 512, 572, 4), (512, 212)]), 2.5, ink, alpha=0.5)
        ((x, y),) = turn([(400, 500)])
        ((sx, sy),) = turn([(400, 546)])
        c.line([(sx, sy), (x, y)], 5, ink)
        for side, length in ((-52, 120), (52, 120), (-26, 180), (26, 180), (0, 224)):
            leaf(c, x, y, length, degrees + side, ink)


def guide(c: Canvas) -> None:
    """A tablet with the cover of a cook book."""
    body = turned(rectangle(236, 120, 564, 650, 34), 5)
    c.drop(body, dx=18, dy=26)
    c.shape(body, Gradient("#4a4f5c", "#2c303b"))
    screen = turned(rectangle(258, 146, 542, 624, 14), 5)
    c.shape(screen, Gradient("#f5dfc3", "#eac49e", vertical=True))
    with c.inside(screen):
        c.line(turned([(300, 204), (500, 204)], 5), 20, "#8c3f2b")
        c.line(turned([(336, 240), (464, 240)], 5), 20, "#8c3f2b")
        c.line(turned([(360, 276), (440, 276)], 5), 6, "#8c3f2b", alpha=0.6)
        c.ellipse(392, 450, 118, 118, "#dca77f")
        c.shape(turned(mirrored([(100, 420), (100, 510), *bend([(94, 532), (76, 540)])], 400), 5), volume("#3f6a68"))
        c.shape(turned(rectangle(288, 404, 512, 424, 9), 5), "#2b4a49")
        c.shape(turned(mirrored(bend([(14, 362), (70, 378), (98, 404)]), 400), 5), volume("#4f7d7a"))
        c.ellipse(405, 356, 16, 13, volume(OAK))
        for x in (360, 400, 440):
            c.line(bend([(x, 330), (x + 9, 316), (x - 5, 302)]), 6, "#ffffff", alpha=0.8)
    c.line(turned([(282, 170), (282, 470)], 5), 10, "#ffffff", alpha=0.2)
