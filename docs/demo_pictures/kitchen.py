"""Everything for the kitchen and the table."""

from functools import partial

from canvas import Canvas, Gradient, arc, bend, dark, light, mirrored, rectangle, turned, volume

OAK, BEECH, WALNUT = "#c8945a", "#dcb482", "#6f4a34"
STEEL, BRASS, COPPER = "#b9c0c7", "#c9a04f", "#c9764b"
CREAM, GLASS, LEAF = "#f4ede0", "#bfe0dc", "#5f8a62"


def steam(c: Canvas, x: float, y: float) -> None:
    """Two threads of something hot."""
    for dx, rise in ((-22, 84), (20, 104)):
        points = bend(
            [(x + dx, y), (x + dx + 16, y - rise / 3), (x + dx - 12, y - rise * 0.66), (x + dx + 8, y - rise)]
        )
        c.line(points, 9, "#ffffff", alpha=0.55)


def leaf(c: Canvas, x: float, y: float, length: float, degrees: float, colour: str = LEAF) -> None:
    """One leaf, growing from (x, y), pointing up when `degrees` is 0."""
    half = [(0, y - length), (length * 0.2, y - length * 0.6), (length * 0.17, y - length * 0.25), (0, y)]
    outline = turned(bend(mirrored(half, x), closed=True), degrees, (x, y))
    c.shape(outline, Gradient(light(colour, 0.12), dark(colour, 0.12)))
    c.line(turned([(x, y), (x, y - length * 0.85)], degrees, (x, y)), 2.5, light(colour, 0.35), alpha=0.7)


def mug(c: Canvas, glaze: str) -> None:
    """A round mug with an unglazed foot."""
    c.ground(390, 650, 150)
    c.line(bend([(510, 400), (590, 398), (622, 465), (590, 540), (500, 560)]), 36, volume(dark(glaze, 0.06)))
    body = mirrored([*bend([(158, 330), (160, 450), (152, 560), (126, 640)]), (110, 652)], 380)
    c.solid(body, glaze)
    with c.inside(body):
        c.shape(rectangle(200, 612, 560, 660), volume("#b98d68"))
        c.line(arc(380, 360, 168, 26, 0, 180), 5, light(glaze, 0.5), alpha=0.5)
    c.ellipse(380, 330, 158, 30, light(glaze, 0.3))
    c.ellipse(380, 333, 142, 23, Gradient("#5a3a2a", "#7a523a"))
    steam(c, 380, 300)


def espresso_cups(c: Canvas) -> None:
    """Two small cups on saucers, one behind the other."""
    for x, y, glaze in ((500, 590, "#d8b894"), (300, 660, "#e9d6b8")):
        c.ground(x, y + 4, 150)
        c.solid(mirrored(bend([(150, y - 26), (128, y - 8), (70, y + 4)]), x), dark(glaze, 0.05))
        c.ellipse(x, y - 26, 150, 24, light(glaze, 0.25))
        c.ellipse(x, y - 24, 92, 13, dark(glaze, 0.12))
        c.line(bend([(x + 84, y - 130), (x + 130, y - 134), (x + 132, y - 80), (x + 72, y - 66)]), 17, volume(glaze))
        c.solid(mirrored(bend([(96, y - 160), (94, y - 100), (74, y - 44), (52, y - 26)]), x), glaze)
        c.ellipse(x, y - 160, 96, 19, light(glaze, 0.35))
        c.ellipse(x, y - 158, 84, 14, "#4c3024")
        c.ellipse(x - 8, y - 159, 52, 7, "#a0714a", alpha=0.8)


def serving_bowl(c: Canvas) -> None:
    """A wide bowl with speckles."""
    c.ground(400, 655, 130)
    bowl = mirrored([*bend([(262, 440), (244, 530), (180, 610), (112, 640)]), (112, 656)])
    c.solid(bowl, "#e6dcc8")
    with c.inside(bowl):
        for n in range(70):  # Spread evenly by the golden angle: chance would differ from run to run.
            x, y = 140 + (n * 137.508) % 520, 446 + (n * 61.8) % 210
            c.ellipse(x, y, 2 + n % 3, 2 + n % 2, "#8a7559", alpha=0.55)
    c.ellipse(400, 440, 262, 56, "#f5eee0")
    c.ellipse(400, 446, 240, 44, Gradient("#cdbfa4", "#e3d8c3"))
    for x, colour in ((310, "#d9683f"), (392, "#e0a03a"), (470, "#d9683f")):
        c.ellipse(x, 424, 50, 46, volume(colour))
        leaf(c, x + 4, 384, 34, 60 if x < 400 else -50)
    c.line(arc(400, 440, 262, 56, 0, 180), 12, "#f5eee0")


def dinner_plate(c: Canvas, glaze: str) -> None:
    """A plate from above, with fork and knife."""
    c.drop(arc(400, 400, 235, 235))
    c.ellipse(400, 400, 235, 235, Gradient(light(glaze, 0.25), dark(glaze, 0.06), vertical=True))
    c.line(arc(400, 400, 230, 230), 7, dark(glaze, 0.3), alpha=0.7)
    c.ellipse(400, 400, 158, 158, Gradient(dark(glaze, 0.1), light(glaze, 0.3), vertical=True))
    c.ellipse(400, 400, 150, 150, glaze)
    handle = rectangle(86, 410, 104, 620, 9)
    c.drop(handle, dx=6, dy=8)
    c.shape(handle, volume(STEEL))
    c.shape(bend([(66, 290), (70, 380), (95, 420), (120, 380), (124, 290)]), volume(STEEL))
    for x in (66, 85.5, 105, 124):
        c.line([(x, 210), (x, 310)], 8, light(STEEL, 0.2))
    knife = [*bend([(692, 200), (726, 260), (728, 400)]), (714, 410), (714, 612), (694, 612)]
    c.drop(knife, dx=6, dy=8)
    c.shape(knife, volume(STEEL))


def carafe(c: Canvas) -> None:
    """A carafe half full, and its tumbler."""
    c.ground(350, 655, 110)
    c.ground(580, 655, 62)
    body = mirrored([*bend([(50, 190), (46, 290), (60, 350), (126, 460), (132, 570), (104, 652)])], 350)
    c.shape(body, Gradient(light(GLASS, 0.5), GLASS), alpha=0.75)
    with c.inside(body):
        c.shape(rectangle(200, 440, 500, 660), Gradient("#8fc9c9", "#5fa6ad"), alpha=0.75)
        c.ellipse(350, 440, 122, 15, "#c4e8e6")
        c.line([(262, 470), (254, 590)], 14, "#ffffff", alpha=0.55)
    c.ellipse(350, 190, 51, 11, light(GLASS, 0.6))
    c.line(arc(350, 190, 50, 10), 4, "#ffffff", alpha=0.9)
    tumbler = [(512, 480), (648, 480), (634, 652), (526, 652)]
    c.shape(tumbler, Gradient(light(GLASS, 0.6), GLASS), alpha=0.8)
    with c.inside(tumbler):
        c.shape(rectangle(500, 540, 660, 660), Gradient("#8fc9c9", "#5fa6ad"), alpha=0.7)
        c.line([(534, 500), (542, 630)], 9, "#ffffff", alpha=0.6)
    c.line(arc(580, 480, 68, 10), 4, "#ffffff", alpha=0.9)


def teapot(c: Canvas) -> None:
    """A round pot with a bamboo handle."""
    glaze = "#8fa3b3"
    c.ground(400, 655, 160)
    c.line(bend([(232, 410), (250, 240), (400, 180), (550, 240), (568, 410)]), 20, Gradient("#d6a968", "#a97a3f"))
    c.shape(bend([(250, 560), (180, 530), (140, 400), (106, 376), (150, 366), (190, 400), (270, 470)]), volume(glaze))
    body = mirrored(bend([(70, 385), (170, 430), (198, 530), (150, 625), (96, 652)]))
    c.solid(body, glaze)
    with c.inside(body):
        c.shape(rectangle(180, 590, 620, 660), dark(glaze, 0.3), alpha=0.35)
    c.solid(mirrored(bend([(12, 352), (66, 372), (84, 396)])), light(glaze, 0.08))
    c.ellipse(400, 346, 22, 20, volume("#d6a968"))


def cutting_board(c: Canvas) -> None:
    """A board with a handle, leaning on the wall, and two tomatoes."""
    board = [*rectangle(240, 270, 560, 650, 34)]
    neck = rectangle(350, 130, 450, 330, 48)
    c.drop(board)
    c.ground(400, 654, 165)
    c.shape(neck, volume(OAK))
    c.shape(board, volume(OAK))
    for outline in (board, neck):
        with c.inside(outline):
            for n, x in enumerate(range(262, 560, 38)):
                grain = bend([(x, 120), (x + 10 - n * 3, 300), (x - 8 + n * 2, 480), (x + 4, 660)])
                c.line(grain, 4, dark(OAK, 0.3), alpha=0.4)
    c.ellipse(400, 180, 20, 20, "#d9ebe6")
    c.line(bend([(388, 176), (366, 120), (400, 92), (434, 120), (412, 176)]), 8, WALNUT)
    for x, r in ((600, 62), (690, 46)):
        c.ground(x, 662, r * 0.8)
        c.ellipse(x, 664 - r, r, r * 0.92, volume("#d3553f"))
        for degrees in (-70, 0, 70):
            leaf(c, x, 664 - r * 1.84, 26, degrees)


def kettle(c: Canvas) -> None:
    """A gooseneck kettle."""
    c.ground(420, 655, 150)
    spout = bend([(300, 600), (205, 590), (205, 470), (190, 360), (130, 330)])
    c.line(spout, 26, Gradient(light(COPPER, 0.1), dark(COPPER, 0.1)))
    c.line(bend([(500, 372), (600, 330), (672, 380), (664, 480), (560, 560)]), 28, volume(WALNUT))
    body = mirrored([*bend([(112, 330), (136, 480), (158, 620)]), (150, 652)], 420)
    c.solid(body, COPPER)
    with c.inside(body):
        c.line([(312, 360), (290, 620)], 18, "#ffe2cc", alpha=0.6)
    c.solid(mirrored(bend([(20, 292), (92, 310), (116, 334)]), 420), light(COPPER, 0.08))
    c.ellipse(420, 276, 26, 24, volume(WALNUT))


def chefs_knife(c: Canvas) -> None:
    """A knife on the diagonal, and a lemon cut in half."""
    blade = turned([*bend([(90, 392), (160, 432), (280, 470), (470, 476)]), (470, 380)], -32)
    handle = turned(rectangle(470, 380, 708, 436, 22), -32)
    for outline in (blade, handle):
        c.drop(outline)
    c.shape(blade, Gradient("#eef1f4", "#9aa5b0"))
    with c.inside(blade):
        c.shape(turned([*bend([(90, 415), (160, 450), (280, 482), (470, 484)]), (470, 440)], -32), "#ffffff", alpha=0.6)
    c.shape(turned(rectangle(458, 378, 486, 478, 6), -32), volume(STEEL))
    c.shape(handle, volume(WALNUT))
    for x in (530, 590, 650):
        (spot,) = turned([(x, 408)], -32)
        c.ellipse(*spot, 8, 8, BRASS)
    c.drop(arc(560, 580, 92, 92))
    c.ellipse(560, 580, 92, 92, "#e9b93c")
    c.ellipse(560, 580, 80, 80, "#fbf3d2")
    for degrees in range(0, 360, 45):
        wedge = turned([(560, 572), *bend([(538, 516), (560, 508), (582, 516)])], degrees, (560, 580))
        c.shape(wedge, "#f2cd55")


def spoon_trio(c: Canvas) -> None:
    """Three spoons in a stoneware crock."""
    c.ground(400, 655, 120)
    for degrees, kind in ((-17, "spoon"), (17, "spatula"), (0, "slotted")):
        turn = partial(turned, degrees=degrees, about=(400, 600))
        wood = volume((BEECH, OAK, "#d2a36c")[(degrees + 17) // 17])
        c.shape(turn(rectangle(389, 250, 411, 620, 10)), wood)
        if kind == "spatula":
            c.shape(
                turn(
                    bend(
                        [(352, 116), (352, 116), (448, 96), (448, 96), (440, 220), (411, 290), (389, 290), (360, 220)],
                        closed=True,
                    )
                ),
                wood,
            )
        else:
            c.shape(turn(arc(400, 190, 58, 84)), wood)
        if kind == "slotted":
            for x in (376, 400, 424):
                c.line(turn([(x, 160), (x, 222)]), 9, dark(OAK, 0.45))
        elif kind == "spoon":
            c.shape(turn(arc(400, 186, 42, 64)), dark(OAK, 0.2), alpha=0.5)
    crock = mirrored([*bend([(118, 430), (126, 520), (120, 620)]), (106, 652)])
    c.solid(crock, "#7fa09b")
    with c.inside(crock):
        c.shape(rectangle(260, 470, 540, 496), CREAM, alpha=0.85)
    c.line(arc(400, 432, 114, 16, 0, 180), 9, light("#7fa09b", 0.4))


def saucepan(c: Canvas, enamel: str) -> None:
    """A pan with a lid and a long handle."""
    c.ground(360, 655, 190)
    handle = [(545, 500), *bend([(560, 488), (700, 452), (742, 458), (744, 486), (700, 490)]), (545, 540)]
    c.shape(handle, volume(enamel))
    c.ellipse(722, 472, 9, 8, dark(enamel, 0.45))
    pan = mirrored([(198, 462), (198, 600), *bend([(192, 632), (166, 652)])], 360)
    c.solid(pan, enamel)
    rim = "#2f3c48"
    c.shape(rectangle(156, 450, 564, 470, 9), rim)
    lid = mirrored([*bend([(20, 372), (120, 396), (188, 450)]), (188, 452)], 360)
    c.solid(lid, light(enamel, 0.1))
    c.shape(rectangle(350, 350, 370, 380), rim)
    c.ellipse(360, 338, 34, 26, volume(OAK))


def pepper_mill(c: Canvas) -> None:
    """A turned mill, and the pepper that missed it."""
    c.ground(400, 655, 92)
    lower = [(66, 330), (60, 360), (40, 430), (62, 500), (86, 560), (92, 610), (92, 610), (88, 652), (88, 652)]
    c.solid(mirrored(bend(lower)), WALNUT)
    c.shape(rectangle(330, 322, 470, 340, 8), volume(BRASS))
    c.solid(mirrored(bend([(26, 182), (70, 220), (76, 270), (58, 322)])), WALNUT)
    c.ellipse(400, 166, 26, 24, volume(STEEL))
    c.line([(356, 560), (352, 630)], 10, "#ffffff", alpha=0.2)
    for x, y in ((540, 650), (572, 668), (610, 652), (250, 664), (214, 650), (650, 672)):
        c.ellipse(x, y, 10, 9, volume("#3c3230"))
