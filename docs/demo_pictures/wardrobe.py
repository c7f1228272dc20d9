"""Things to wear and to carry."""

from canvas import Canvas, Gradient, Point, arc, bend, dark, light, mirrored, rectangle, turned, volume
from kitchen import BRASS, CREAM
from paper import INK

LEATHER = "#8a5a3a"


def _shirt(sleeve: float) -> list[Point]:
    """The outline of a shirt lying flat; `sleeve` is how far down the arms reach."""
    wide = 236 if sleeve < 400 else 272
    half = [(62, 176), (128, 196), (128, 196), (176, 216), (wide, sleeve), (wide, sleeve)]
    half += [(wide - 74, sleeve + 34), (wide - 74, sleeve + 34), (134, 318), (134, 318), (138, 640), (138, 640)]
    return mirrored(bend(half, steps=8))


def t_shirt(c: Canvas, cotton: str) -> None:
    """A T-shirt lying flat."""
    outline = _shirt(336)
    c.drop(outline)
    c.shape(outline, Gradient(light(cotton, 0.12), dark(cotton, 0.12)))
    with c.inside(outline):
        for side in (-1, 1):
            c.line(
                bend([(400 + side * 128, 196), (400 + side * 122, 260), (400 + side * 134, 320)]),
                4,
                dark(cotton, 0.4),
                alpha=0.45,
            )
            c.line(
                bend([(400 + side * 134, 420), (400 + side * 96, 500), (400 + side * 120, 640)]),
                12,
                dark(cotton, 0.5),
                alpha=0.1,
            )
        c.line([(250, 622), (550, 622)], 4, dark(cotton, 0.4), alpha=0.4)
        c.ellipse(400, 168, 76, 58, dark(cotton, 0.25))
        c.line(arc(400, 168, 76, 58, 0, 180), 15, light(cotton, 0.2))
        c.shape(rectangle(386, 190, 414, 208), "#c9573f")


def striped_top(c: Canvas) -> None:
    """A Breton shirt with long sleeves."""
    outline = _shirt(560)
    c.drop(outline)
    c.shape(outline, Gradient("#fdfaf3", "#e4ddcf"))
    body = rectangle(266, 180, 534, 650)
    with c.inside(outline):
        with c.inside(body):
            for y in range(268, 640, 34):
                c.line([(240, y), (560, y)], 14, INK)
        for side in (-1, 1):
            for n in range(9):
                y = 290 + n * 34
                x = 400 + side * (178 + n * 9)
                c.line([(x - 54, y + side * 12), (x + 54, y - side * 12)], 13, INK)
            c.line(bend([(400 + side * 128, 196), (400 + side * 126, 260), (400 + side * 134, 330)]), 8, "#cfc6b6")
        c.ellipse(400, 166, 96, 40, "#cfc6b6")
        c.line(arc(400, 166, 98, 42, 0, 180), 12, "#fffdf8")


def beanie(c: Canvas, wool: str) -> None:
    """A ribbed beanie with a turned-up brim."""
    crown = mirrored(bend([(30, 196), (150, 250), (196, 400), (200, 500)]))
    brim = rectangle(184, 462, 616, 602, 46)
    c.drop(crown)
    c.drop(brim)
    c.solid(crown, wool)
    with c.inside(crown):
        for n in range(-6, 7):
            c.line(bend([(400 + n * 5, 196), (400 + n * 25, 300), (400 + n * 34, 500)]), 5, dark(wool, 0.45), alpha=0.4)
    c.shape(brim, volume(light(wool, 0.06)))
    with c.inside(brim):
        for x in range(200, 616, 26):
            c.line([(x, 470), (x, 596)], 7, dark(wool, 0.45), alpha=0.4)
        c.line([(190, 466), (610, 466)], 10, dark(wool, 0.5), alpha=0.25)
    c.shape(rectangle(470, 512, 548, 560, 5), "#efe2c6")
    c.line([(486, 536), (532, 536)], 6, LEATHER)


def apron(c: Canvas, linen: str) -> None:
    """An apron on a hook."""
    c.line(bend([(310, 250), (350, 120), (400, 84), (450, 120), (490, 250)]), 15, dark(linen, 0.12))
    c.ellipse(400, 86, 15, 15, volume(BRASS))
    for side in (-1, 1):
        c.line(bend([(400 + side * 180, 400), (400 + side * 246, 420), (400 + side * 232, 540)]), 11, dark(linen, 0.12))
    half = [(96, 232), (96, 232), (108, 310), (186, 396), (186, 396), (196, 560), (192, 690), (192, 690)]
    outline = mirrored(bend(half))
    c.drop(outline)
    c.shape(outline, Gradient(light(linen, 0.16), dark(linen, 0.14)))
    c.line([(304, 250), (496, 250)], 5, dark(linen, 0.4), alpha=0.5)
    pocket = rectangle(300, 450, 500, 590, 14)
    c.shape(pocket, Gradient(light(linen, 0.22), dark(linen, 0.06)))
    c.line([*pocket, pocket[0]], 4, dark(linen, 0.4), alpha=0.5)
    c.line([(400, 450), (400, 590)], 4, dark(linen, 0.4), alpha=0.4)
    c.line([(440, 500), (440, 400)], 13, volume("#dcb482"))
    c.ellipse(440, 386, 22, 34, volume("#dcb482"))
    c.shape(rectangle(412, 470, 480, 588), Gradient(light(linen, 0.16), dark(linen, 0.02)))


def socks(c: Canvas, wool: str) -> None:
    """A pair of socks, one over the other."""
    accent = "#c9764b"
    half = [(250, 150), (250, 150), (390, 150), (390, 150), (386, 400), (420, 480), (530, 560), (548, 630), (500, 664)]
    half += [(420, 646), (300, 560), (250, 480), (256, 400)]
    shape = bend(half, closed=True)
    for dx, dy in ((84, -16), (-16, 22)):
        outline = [(x + dx, y + dy) for x, y in shape]
        c.drop(outline)
        c.shape(outline, Gradient(light(wool, 0.2), dark(wool, 0.14)))
        with c.inside(outline):
            c.ellipse(270 + dx, 520 + dy, 72, 72, accent)
            c.ellipse(560 + dx, 640 + dy, 92, 92, accent)
            c.shape(rectangle(220 + dx, 140 + dy, 420 + dx, 232 + dy), dark(wool, 0.12))
            for x in range(256, 400, 16):
                c.line([(x + dx, 150 + dy), (x + dx, 226 + dy)], 4, light(wool, 0.3), alpha=0.6)
            for y in (262, 286):
                c.line([(220 + dx, y + dy), (420 + dx, y + dy)], 9, accent)


def tote_bag(c: Canvas, canvas: str, print_: str) -> None:
    """A bag with long handles and a printed sun."""
    bag = [(218, 300), (582, 300), (604, 664), (196, 664)]
    c.line(bend([(300, 320), (306, 160), (400, 96), (494, 160), (500, 320)]), 22, dark(canvas, 0.16))
    c.drop(bag)
    c.shape(bag, Gradient(light(canvas, 0.14), dark(canvas, 0.12)))
    with c.inside(bag):
        c.line([(200, 326), (600, 326)], 4, dark(canvas, 0.35), alpha=0.5)
        c.ellipse(400, 510, 74, 74, print_)
        for n in range(12):
            c.line(turned([(400, 412), (400, 386)], n * 30, (400, 510)), 11, print_)
        c.line(bend([(240, 320), (262, 480), (232, 664)]), 16, dark(canvas, 0.5), alpha=0.1)
    front = bend([(318, 352), (322, 220), (400, 150), (478, 220), (482, 352)])
    c.line(front, 22, volume(canvas))
    for x in (318, 482):
        c.shape(rectangle(x - 15, 318, x + 15, 366, 3), dark(canvas, 0.1))
        c.line([(x - 9, 326), (x + 9, 358)], 3, print_, alpha=0.8)
        c.line([(x + 9, 326), (x - 9, 358)], 3, print_, alpha=0.8)


def backpack(c: Canvas, cloth: str) -> None:
    """A backpack with a flap and two leather straps."""
    c.ground(400, 668, 170)
    c.line(bend([(350, 190), (356, 128), (444, 128), (450, 190)]), 17, LEATHER)
    body = rectangle(222, 180, 578, 666, 84)
    for x0, x1 in ((176, 250), (550, 624)):
        c.shape(rectangle(x0, 440, x1, 640, 26), volume(dark(cloth, 0.15)))
    c.solid(body, cloth)
    pocket = rectangle(270, 470, 530, 640, 26)
    c.shape(pocket, Gradient(light(cloth, 0.12), dark(cloth, 0.06)))
    c.line([*pocket, pocket[0]], 4, dark(cloth, 0.45), alpha=0.5)
    flap = [
        *arc(318, 276, 96, 96, 180, 270),
        *arc(482, 276, 96, 96, 270, 360),
        *bend([(578, 410), (540, 446), (260, 446), (222, 410)]),
    ]
    c.drop(flap, dx=4, dy=10)
    c.shape(flap, Gradient(light(cloth, 0.16), dark(cloth, 0.1)))
    for x in (320, 480):
        c.shape(rectangle(x - 16, 330, x + 16, 540, 8), volume(LEATHER))
        c.shape(rectangle(x - 23, 474, x + 23, 512, 6), volume(BRASS))
        c.shape(rectangle(x - 12, 484, x + 12, 502, 3), dark(LEATHER, 0.3))
    c.shape(rectangle(364, 250, 436, 298, 6), CREAM)
    c.line([(380, 274), (420, 274)], 5, LEATHER)
