"""Lamps and candles, cloth, and things that grow."""

from canvas import Canvas, Gradient, arc, bend, dark, light, mirrored, rectangle, turned, volume
from kitchen import BRASS, CREAM, LEAF, OAK, leaf

WARM = "#ffd58a"
IRON = "#34383f"


def flame(c: Canvas, x: float, y: float, height: float = 70) -> None:
    """A flame whose foot is at (x, y), and its light."""
    c.glow(x, y - height / 2, height * 1.6, WARM, alpha=0.5)
    for share, colour in ((1, "#f6a441"), (0.62, "#ffe9b0")):
        tall, wide = height * share, height * 0.26 * share
        c.shape(
            bend(mirrored([(0, y - tall), (wide, y - tall * 0.35), (wide * 0.8, y - 4), (0, y)], x), closed=True),
            colour,
        )


def table_lamp(c: Canvas, shade: str) -> None:
    """A cone of linen over brass and oak."""
    c.glow(400, 420, 280, WARM, alpha=0.55)
    c.ground(400, 655, 120)
    c.shape(rectangle(391, 380, 409, 640), volume(BRASS))
    c.solid(mirrored([(112, 628), *bend([(116, 640), (104, 656)])]), OAK)
    c.ellipse(400, 628, 112, 16, light(OAK, 0.2))
    cone = mirrored([(92, 170), (190, 420)])
    c.solid(cone, shade)
    with c.inside(cone):
        c.glow(400, 420, 120, "#fff0c9", alpha=0.75)
        for x in range(220, 600, 24):
            c.line([(400 + (x - 400) * 0.5, 165), (x, 425)], 1.5, dark(shade, 0.4), alpha=0.3)
    c.line(arc(400, 418, 188, 14, 0, 180), 7, light(shade, 0.5))
    c.line([(470, 424), (470, 486)], 3, BRASS)
    c.ellipse(470, 492, 8, 8, BRASS)


def pendant(c: Canvas) -> None:
    """A dome over a table, its light falling in a cone."""
    c.shape([(210, 372), (590, 372), (730, 800), (70, 800)], Gradient("#ffe2a4", "#8a7f86", vertical=True), alpha=0.4)
    c.line([(400, 0), (400, 160)], 8, IRON)
    c.shape(rectangle(376, 140, 424, 196, 10), volume(BRASS))
    c.ellipse(400, 372, 60, 52, "#fff3cf")
    c.solid([*arc(400, 372, 214, 192, 180, 360)], "#c86b4a")
    c.line(arc(400, 372, 212, 12, 0, 180), 8, "#fff3dc")
    c.line(bend([(234, 330), (262, 256), (320, 212)]), 13, "#ffffff", alpha=0.3)
    c.ground(400, 668, 130)
    c.solid(mirrored(bend([(140, 606), (112, 650), (60, 666)])), CREAM)
    c.ellipse(400, 606, 140, 20, light(CREAM, 0.4))
    for x, colour in ((352, "#d9a03f"), (404, "#c9573f"), (452, "#d9a03f")):
        c.ellipse(x, 586, 36, 34, volume(colour))


def jar_candle(c: Canvas) -> None:
    """A candle in amber glass, and a sprig of pine."""
    amber = "#b5672a"
    c.ground(400, 655, 140)
    flame(c, 400, 372, 84)
    glass = rectangle(266, 330, 534, 656, 34)
    c.shape(glass, Gradient("#d68a45", "#8c4a1e"), alpha=0.92)
    with c.inside(glass):
        c.shape(rectangle(260, 400, 540, 660), Gradient("#f0d9b0", "#c69a68"), alpha=0.5)
        c.glow(400, 400, 100, "#ffe0a0", alpha=0.7)
        c.line([(292, 356), (292, 630)], 13, "#fff0d8", alpha=0.5)
    c.line([(400, 404), (400, 364)], 5, IRON)
    flame(c, 400, 374, 70)
    paper = rectangle(316, 468, 484, 604, 6)
    c.shape(paper, Gradient("#fbf5e8", "#e6dac4"))
    c.shape([(400, 482), (436, 532), (418, 530), (444, 566), (356, 566), (382, 530), (364, 532)], "#3f6650")
    c.line([(400, 566), (400, 580)], 7, amber)
    c.line([(562, 668), (700, 640)], 6, "#6d5138")
    for n in range(8):
        for degrees in (-30, 118):
            leaf(c, 570 + n * 17, 666 - n * 3.4, 44, degrees + 20, "#4a7359")


def tapers(c: Canvas, wax: str) -> None:
    """Three slim candles in brass holders."""
    for x, top in ((270, 300), (400, 210), (530, 270)):
        c.ground(x, 655, 56)
        c.line([(x, top), (x, top - 18)], 4, IRON)
        flame(c, x, top - 8, 64)
        c.shape(mirrored([(9, top), (19, 610)], x), volume(wax))
        c.solid(mirrored([(27, 572), *bend([(24, 606), (30, 630), (60, 642)]), (60, 656)], x), BRASS)


def lantern(c: Canvas) -> None:
    """A metal lantern with four panes."""
    c.ground(400, 655, 150)
    c.line(arc(400, 190, 50, 56, 150, 390), 11, IRON)
    c.shape([(366, 214), (434, 214), (540, 300), (260, 300)], volume(IRON))
    c.shape(rectangle(268, 300, 532, 640), Gradient("#ffe9bd", "#d9a566"), alpha=0.6)
    c.solid(rectangle(352, 500, 448, 632), CREAM)
    c.ellipse(400, 500, 48, 9, light(CREAM, 0.5))
    c.line([(400, 500), (400, 482)], 5, IRON)
    flame(c, 400, 490, 92)
    for x in (268, 394, 520):
        c.shape(rectangle(x, 296, x + 13, 640), volume(IRON))
    c.shape(rectangle(252, 290, 548, 312, 5), volume(light(IRON, 0.1)))
    c.shape(rectangle(252, 630, 548, 656, 5), volume(IRON))
    c.line([(300, 330), (300, 590)], 8, "#ffffff", alpha=0.4)


def cushion(c: Canvas, linen: str) -> None:
    """A soft square, dented in the middle."""
    sides = [(190, 190), (400, 216), (610, 190), (586, 400), (614, 612), (400, 588), (188, 612), (214, 400)]
    corners = [point for point in sides for _ in range(1 + (point[0] != 400 and point[1] != 400))]
    outline = bend(corners, closed=True)
    c.drop(outline)
    c.shape(outline, Gradient(light(linen, 0.2), dark(linen, 0.18)))
    with c.inside(outline):
        for n in range(17):
            c.line([(180 + n * 27, 180), (180 + n * 27, 620)], 1.5, dark(linen, 0.4), alpha=0.22)
            c.line([(180, 180 + n * 27), (620, 180 + n * 27)], 1.5, light(linen, 0.5), alpha=0.22)
        c.shape(bend([(630, 190), (560, 330), (560, 500), (630, 620)]), dark(linen, 0.5), alpha=0.25)
    for x, y, bx, by in ((206, 206, 300, 280), (594, 206, 500, 280), (206, 594, 300, 520), (594, 594, 500, 520)):
        c.line(bend([(x, y), ((x + bx) / 2 + 8, (y + by) / 2), (bx, by)]), 4, dark(linen, 0.4), alpha=0.4)


def throw(c: Canvas, wool: str) -> None:
    """A folded blanket with fringes on a stool."""
    for x in (250, 550):
        c.ground(x, 700, 26)
        c.shape(
            [(x - 14, 560), (x + 14, 560), (x + (24 if x > 400 else -2), 702), (x - (-2 if x > 400 else 24), 702)],
            volume(OAK),
        )
    c.shape(rectangle(190, 536, 610, 572, 14), volume(OAK))
    for n, y in enumerate((470, 404, 338)):
        shade = dark(wool, 0.06 * (2 - n))
        c.shape(rectangle(206 + n * 8, y, 594 - n * 8, y + 72, 34), Gradient(light(shade, 0.16), dark(shade, 0.12)))
        c.line([(236 + n * 8, y + 62), (566 - n * 8, y + 62)], 4, dark(wool, 0.4), alpha=0.35)
    front = [(330, 340), (500, 340), (508, 620), (322, 620)]
    c.drop(front, dx=8, dy=6)
    c.shape(front, Gradient(light(wool, 0.24), dark(wool, 0.06)))
    with c.inside(front):
        for y in (400, 424, 560):
            c.line([(310, y), (520, y)], 9, dark(wool, 0.35), alpha=0.55)
    for x in range(328, 508, 15):
        c.line([(x, 620), (x - 1, 656)], 6, light(wool, 0.1))


def towel(c: Canvas, cloth: str) -> None:
    """A waffle towel on a peg rail."""
    rail = rectangle(120, 170, 680, 214, 12)
    c.drop(rail)
    c.shape(rail, volume(OAK))
    sheet = [*bend([(290, 226), (400, 190), (510, 226)]), (556, 640), (244, 640)]
    c.drop(sheet)
    c.shape(sheet, Gradient(light(cloth, 0.3), dark(cloth, 0.08)))
    with c.inside(sheet):
        for n in range(20):
            c.line([(240 + n * 17, 180), (240 + n * 17, 590)], 2.5, dark(cloth, 0.35), alpha=0.3)
            c.line([(230, 215 + n * 19), (570, 215 + n * 19)], 2.5, dark(cloth, 0.35), alpha=0.3)
        c.shape(rectangle(230, 580, 570, 650), light(cloth, 0.1))
        for y in (592, 612):
            c.line([(230, y), (570, y)], 6, "#c9764b", alpha=0.8)
        for x0, x1 in ((366, 340), (440, 472)):
            c.line(bend([(x0, 200), ((x0 + x1) / 2, 380), (x1, 640)]), 14, dark(cloth, 0.5), alpha=0.12)
    for x in (180, 400, 620):
        c.ellipse(x, 192, 19, 19, volume(dark(OAK, 0.15)))
        c.ellipse(x - 4, 188, 9, 9, light(OAK, 0.3))


def plant_pot(c: Canvas) -> None:
    """A terracotta pot with a leafy plant."""
    clay = "#c8714a"
    c.ground(400, 655, 130)
    for degrees, length in ((-62, 210), (62, 210), (-36, 270), (36, 270), (-14, 320), (16, 330)):
        leaf(c, 400, 440, length, degrees, LEAF if length % 20 else "#4f7d5d")
    c.solid(mirrored([(130, 470), (100, 636), (94, 640)]), clay)
    c.shape(rectangle(256, 410, 544, 478, 10), volume(light(clay, 0.08)))
    c.shape(rectangle(270, 478, 530, 492), dark(clay, 0.4), alpha=0.4)
    c.solid(mirrored([(146, 632), (134, 658)]), dark(clay, 0.06))


def olive_tree(c: Canvas) -> None:
    """A small tree with a loose round crown."""
    c.ground(400, 655, 110)
    c.line(bend([(400, 500), (390, 430), (408, 370), (396, 300)]), 20, volume("#8b735c"))
    for x, y, r in ((330, 290, 84), (470, 280, 90), (400, 210, 96), (400, 310, 92)):
        c.ellipse(x, y, r, r * 0.86, Gradient("#9fb48b", "#66805e"))
    for n in range(58):
        spot = 270 + (n * 137.508) % 262, 150 + (n * 71.3) % 220
        leaf(c, *spot, 30, (n * 47) % 180 - 90, ("#86a077", "#5f7d5c", "#b3c49d")[n % 3])
    for olive in ((330, 330), (452, 340), (500, 268), (372, 240), (300, 270)):
        c.ellipse(*olive, 9, 11, "#4b4a3a")
    c.solid(mirrored([(112, 486), *bend([(112, 560), (86, 650)]), (80, 656)]), "#f1efe9")
    c.ellipse(400, 486, 112, 18, "#dcd8cf")
    c.ellipse(400, 488, 98, 13, "#5b4a3c")


def watering_can(c: Canvas) -> None:
    """A can with a long spout and a wide handle."""
    c.ground(430, 655, 140)
    c.line(bend([(350, 590), (270, 520), (180, 370), (106, 294)]), 22, volume(BRASS))
    c.shape(turned(mirrored([(16, 292), (30, 262), (30, 252)], 112), -52, (112, 296)), volume(light(BRASS, 0.1)))
    c.line(bend([(380, 400), (420, 260), (560, 250), (640, 370), (548, 560)]), 17, volume(dark(BRASS, 0.06)))
    body = mirrored([*bend([(104, 420), (128, 520), (140, 630)]), (136, 654)], 440)
    c.solid(body, BRASS)
    with c.inside(body):
        c.line([(346, 440), (326, 620)], 15, "#fff0c4", alpha=0.6)
        c.line(arc(440, 618, 142, 14, 0, 180), 4, dark(BRASS, 0.4), alpha=0.6)
    c.ellipse(440, 420, 104, 20, light(BRASS, 0.3))
    c.ellipse(448, 422, 84, 14, dark(BRASS, 0.35))


def bud_vase(c: Canvas, glaze: str) -> None:
    """A slim vase with one stem."""
    c.ground(400, 655, 84)
    c.line(bend([(400, 380), (404, 280), (436, 190)]), 7, "#5f7d4e")
    leaf(c, 402, 340, 92, -48)
    leaf(c, 410, 262, 76, 66)
    for degrees in range(-80, 100, 32):
        petal = turned(arc(438, 136, 20, 48), degrees + 14, (438, 180))
        c.shape(petal, Gradient("#f3c6b4", "#dd8e78"))
    c.ellipse(437, 182, 26, 20, volume("#c9675a"))
    outline = [(34, 372), (26, 410), (34, 450), (96, 530), (98, 590), (68, 655), (68, 655)]
    vase = mirrored(bend(outline))
    c.solid(vase, glaze)
    with c.inside(vase):
        c.shape(rectangle(290, 600, 510, 660), dark("#b98d68", 0.05), alpha=0.85)
    c.ellipse(400, 372, 34, 8, dark(glaze, 0.35))
