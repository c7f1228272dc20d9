"""Jars, bottles, bags and tins."""

from canvas import Canvas, Gradient, Points, arc, bend, dark, light, mirrored, rectangle, turned, volume
from kitchen import BEECH, BRASS, CREAM, OAK, leaf


def label(c: Canvas, outline: Points, paper: str, ink: str) -> None:
    """A paper label with a few lines of something printed."""
    c.shape(outline, Gradient(light(paper, 0.3), dark(paper, 0.08)))
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    middle, width, top, height = (min(xs) + max(xs)) / 2, max(xs) - min(xs), min(ys), max(ys) - min(ys)
    c.line([(middle - width * 0.24, top + height * 0.66), (middle + width * 0.24, top + height * 0.66)], 6, ink)
    c.line(
        [(middle - width * 0.14, top + height * 0.8), (middle + width * 0.14, top + height * 0.8)], 4, ink, alpha=0.6
    )


def honey(c: Canvas) -> None:
    """A jar of honey and a dipper."""
    c.ground(380, 655, 140)
    jar = rectangle(236, 330, 524, 654, 46)
    c.solid(jar, "#e3a02e")
    with c.inside(jar):
        c.shape(rectangle(230, 320, 530, 386), "#f7dfa6", alpha=0.85)
        c.line([(262, 410), (262, 600)], 13, "#fff1c9", alpha=0.7)
    label(c, rectangle(280, 430, 480, 590, 10), CREAM, "#8a5a1c")
    c.shape(bend(arc(380, 486, 30, 26)[:-1], closed=True), "#e3a02e")
    for x in (366, 380, 394):
        c.line([(x, 466), (x, 506)], 5, "#5a3d16")
    c.shape(rectangle(250, 272, 510, 334, 14), volume("#efe2c6"))
    c.line([(250, 316), (510, 316)], 5, dark("#efe2c6", 0.2))
    c.line([(690, 330), (606, 590)], 15, volume(BEECH))
    for n in range(5):
        c.line([(572 - n * 2, 580 + n * 17), (632 - n * 2, 598 + n * 15)], 15, volume(OAK))


def olive_oil(c: Canvas) -> None:
    """A dark bottle with a branch on its label."""
    c.ground(400, 655, 96)
    green = "#41543a"
    body = mirrored([(34, 190), (34, 300), *bend([(40, 330), (96, 390), (100, 430)]), (100, 640), (90, 654)])
    c.solid(body, green)
    c.line([(322, 440), (322, 620)], 12, "#ffffff", alpha=0.25)
    c.shape(rectangle(362, 138, 438, 212, 8), volume("#2e2b28"))
    paper = rectangle(306, 434, 494, 612, 4)
    label(c, paper, CREAM, green)
    c.line(bend([(340, 540), (400, 506), (460, 460)]), 4, green)
    for x, y, degrees in ((366, 526, -10), (400, 506, 100), (430, 484, -8), (448, 470, 96)):
        leaf(c, x, y, 42, degrees, "#75915f")
    c.ellipse(398, 528, 12, 15, "#5c6b34")
    for x in (560, 610):
        c.ground(x, 662, 22)
        c.ellipse(x, 644, 24, 20, volume("#77853f"))


def coffee(c: Canvas) -> None:
    """A folded paper bag with a round label, and beans."""
    c.ground(390, 655, 150)
    kraft = "#b98a5e"
    bag = [(246, 250), (534, 250), (552, 640), (540, 654), (240, 654), (228, 640)]
    c.solid(bag, kraft)
    c.shape([(246, 250), (300, 310), (286, 654), (240, 654), (228, 640)], dark(kraft, 0.3), alpha=0.25)
    c.shape(rectangle(238, 196, 542, 262, 8), volume(light(kraft, 0.1)))
    c.line([(238, 258), (542, 258)], 4, dark(kraft, 0.4), alpha=0.6)
    for x in (252, 528):
        c.shape(rectangle(x - 18, 210, x + 18, 244, 6), "#3d4a52")
    c.ellipse(400, 440, 98, 98, CREAM)
    c.line(arc(400, 440, 86, 86), 4, "#8c3f2b")
    c.shape([(330, 486), (384, 386), (412, 436), (432, 404), (474, 486)], "#8c3f2b")
    c.shape([(384, 386), (362, 427), (384, 418), (402, 430), (406, 426)], CREAM)
    for x, y, degrees in ((600, 650, 30), (648, 662, -40), (676, 640, 10), (182, 658, 60)):
        c.shape(turned(arc(x, y, 26, 18), degrees, (x, y)), volume("#5b3624"))
        c.line(turned(bend([(x - 22, y), (x - 6, y - 4), (x + 6, y + 4), (x + 22, y)]), degrees, (x, y)), 4, "#33201a")


def tea_tin(c: Canvas) -> None:
    """A round tin with a band."""
    c.ground(400, 655, 132)
    tin = "#2f5450"
    c.solid(mirrored([(136, 330), (136, 640), *bend([(130, 652), (90, 656)])]), tin)
    c.shape(rectangle(264, 420, 536, 570), Gradient("#e4c070", "#a97f2f"))
    c.shape(rectangle(264, 432, 536, 558), Gradient(light(CREAM, 0.2), dark(CREAM, 0.12)))
    for degrees in (-42, 0, 42):
        leaf(c, 400, 534, 78, degrees, tin)
    c.solid(mirrored([(142, 250), (142, 336)]), dark(tin, 0.1))
    c.ellipse(400, 250, 142, 28, light(tin, 0.18))
    c.ellipse(400, 250, 118, 21, light(tin, 0.08))
    c.ellipse(400, 238, 24, 16, volume(BRASS))
