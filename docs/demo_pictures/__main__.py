"""Draws the pictures of the demo shop again: `python docs/demo_pictures`.

Nothing is left to chance, so that an unchanged drawing is an unchanged file (with the same Pillow).
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import home
import kitchen
import pantry
import paper
import wardrobe
from attrs import frozen
from canvas import Canvas, Scene

IMAGES = Path(__file__).parents[2] / "adapters_cli" / "demo_shop" / "images"

CUPS = Scene("#f7e6d6", "#efcfb5", "#fbf3ea", "#d9a98a")
TOOLS = Scene("#d3e6e2", "#aed0cb", "#e9f4f1", "#7ea8a5")
PANTRY = Scene("#fbeec6", "#f3d68c", "#fdf7e2", "#cf9f52")
DUSK = Scene("#3f4a66", "#5d5f7f", "#6d7394", "#2f344c")
CLOTH = Scene("#f3d9d3", "#e5b9b0", "#fbeeea", "#c48d84")
GREEN = Scene("#dfe9d4", "#bcd0ab", "#f1f6ea", "#8fa97e")
LILAC = Scene("#e2ddf0", "#c5bbe0", "#f2eff9", "#9c90c2")
SLATE = Scene("#dbe3ec", "#b4c5d6", "#eff4f8", "#8298ad")
BLUSH = Scene("#f6dccb", "#ecbca0", "#fcf0e6", "#cc8f73")
SAND = Scene("#ece2cf", "#d8c5a3", "#f8f2e6", "#b59a6e")
SKY = Scene("#d4e8f2", "#a5cbe0", "#ecf6fb", "#7ba5bf")


@frozen
class Picture:
    """What to draw before which scene, standing on a table or before the wall."""

    scene: Scene
    draw: Callable[[Canvas], None]
    floor: bool = True


PICTURES = {
    "fjord-stoneware-mug": Picture(CUPS, partial(kitchen.mug, glaze="#f2ebdd")),
    "fjord-stoneware-mug-moss": Picture(CUPS, partial(kitchen.mug, glaze="#7d8f63")),
    "fjord-stoneware-mug-ink": Picture(CUPS, partial(kitchen.mug, glaze="#3b4a6b")),
    "espresso-cups-set-of-two": Picture(CUPS, kitchen.espresso_cups),
    "lagom-serving-bowl": Picture(CUPS, kitchen.serving_bowl),
    "nord-dinner-plate": Picture(CUPS, partial(kitchen.dinner_plate, glaze="#f4eee2"), floor=False),
    "nord-dinner-plate-sage": Picture(CUPS, partial(kitchen.dinner_plate, glaze="#a8b89a"), floor=False),
    "oree-glass-carafe": Picture(CUPS, kitchen.carafe),
    "brume-teapot": Picture(CUPS, kitchen.teapot),
    "oak-cutting-board": Picture(TOOLS, kitchen.cutting_board),
    "pour-over-kettle": Picture(TOOLS, kitchen.kettle),
    "aube-chefs-knife": Picture(TOOLS, kitchen.chefs_knife, floor=False),
    "beech-spoon-trio": Picture(TOOLS, kitchen.spoon_trio),
    "enamel-saucepan": Picture(TOOLS, partial(kitchen.saucepan, enamel="#f2e6cd")),
    "enamel-saucepan-petrol": Picture(TOOLS, partial(kitchen.saucepan, enamel="#2f6673")),
    "walnut-pepper-mill": Picture(TOOLS, kitchen.pepper_mill),
    "wildflower-honey": Picture(PANTRY, pantry.honey),
    "first-harvest-olive-oil": Picture(PANTRY, pantry.olive_oil),
    "highland-coffee": Picture(PANTRY, pantry.coffee),
    "smoky-earl-grey": Picture(PANTRY, pantry.tea_tin),
    "halo-table-lamp": Picture(DUSK, partial(home.table_lamp, shade="#ecdcbd")),
    "halo-table-lamp-terracotta": Picture(DUSK, partial(home.table_lamp, shade="#cf7a55")),
    "halo-table-lamp-forest": Picture(DUSK, partial(home.table_lamp, shade="#58826b")),
    "dome-pendant-lamp": Picture(DUSK, home.pendant),
    "forest-candle": Picture(DUSK, home.jar_candle),
    "taper-candles-box-of-six": Picture(DUSK, partial(home.tapers, wax="#f3e9d2")),
    "taper-candles-box-of-six-ochre": Picture(DUSK, partial(home.tapers, wax="#d99a3d")),
    "taper-candles-box-of-six-sage": Picture(DUSK, partial(home.tapers, wax="#9db592")),
    "ember-lantern": Picture(DUSK, home.lantern),
    "washed-linen-cushion": Picture(CLOTH, partial(home.cushion, linen="#d9a545"), floor=False),
    "washed-linen-cushion-clay": Picture(CLOTH, partial(home.cushion, linen="#bd6c4e"), floor=False),
    "washed-linen-cushion-sage": Picture(CLOTH, partial(home.cushion, linen="#96a98a"), floor=False),
    "washed-linen-cushion-night": Picture(CLOTH, partial(home.cushion, linen="#3c4766"), floor=False),
    "merino-throw": Picture(CLOTH, partial(home.throw, wool="#e6d8bd")),
    "merino-throw-fir": Picture(CLOTH, partial(home.throw, wool="#4b6f5d")),
    "waffle-bath-towel": Picture(CLOTH, partial(home.towel, cloth="#f6f1e8"), floor=False),
    "waffle-bath-towel-sky": Picture(CLOTH, partial(home.towel, cloth="#a9c7dc"), floor=False),
    "terracotta-plant-pot": Picture(GREEN, home.plant_pot),
    "little-olive-tree": Picture(GREEN, home.olive_tree),
    "brass-watering-can": Picture(GREEN, home.watering_can),
    "bud-vase": Picture(GREEN, partial(home.bud_vase, glaze="#efe6d6")),
    "bud-vase-rust": Picture(GREEN, partial(home.bud_vase, glaze="#a9573a")),
    "dot-grid-notebook": Picture(LILAC, partial(paper.notebook, cloth="#2f6673"), floor=False),
    "dot-grid-notebook-coral": Picture(LILAC, partial(paper.notebook, cloth="#e0735f"), floor=False),
    "dot-grid-notebook-black": Picture(LILAC, partial(paper.notebook, cloth="#34363f"), floor=False),
    "landscape-sketchbook": Picture(LILAC, paper.sketchbook, floor=False),
    "weekly-planner-2027": Picture(LILAC, paper.planner, floor=False),
    "cedar-pencils-box-of-twelve": Picture(SLATE, paper.pencils, floor=False),
    "plume-fountain-pen": Picture(SLATE, paper.fountain_pen, floor=False),
    "minute-desk-clock": Picture(SLATE, paper.desk_clock),
    "tailors-scissors": Picture(SLATE, paper.scissors, floor=False),
    "letterpress-card-set": Picture(BLUSH, paper.cards, floor=False),
    "the-slow-kitchen-pdf-guide": Picture(BLUSH, paper.guide, floor=False),
    "organic-cotton-t-shirt": Picture(SAND, partial(wardrobe.t_shirt, cotton="#fbf8f1"), floor=False),
    "organic-cotton-t-shirt-navy": Picture(SAND, partial(wardrobe.t_shirt, cotton="#33415f"), floor=False),
    "breton-striped-top": Picture(SAND, wardrobe.striped_top, floor=False),
    "ribbed-wool-beanie": Picture(SAND, partial(wardrobe.beanie, wool="#d9a02f"), floor=False),
    "ribbed-wool-beanie-charcoal": Picture(SAND, partial(wardrobe.beanie, wool="#555a63"), floor=False),
    "ribbed-wool-beanie-brick": Picture(SAND, partial(wardrobe.beanie, wool="#b0523a"), floor=False),
    "linen-apron": Picture(SAND, partial(wardrobe.apron, linen="#b9714f"), floor=False),
    "linen-apron-slate": Picture(SAND, partial(wardrobe.apron, linen="#5f7181"), floor=False),
    "hiking-socks-two-pairs": Picture(SAND, partial(wardrobe.socks, wool="#f0e6d0"), floor=False),
    "hiking-socks-two-pairs-fir": Picture(SAND, partial(wardrobe.socks, wool="#4b6f5d"), floor=False),
    "market-tote-bag": Picture(SKY, partial(wardrobe.tote_bag, canvas="#efe4cd", print_="#d98a3d"), floor=False),
    "market-tote-bag-indigo": Picture(SKY, partial(wardrobe.tote_bag, canvas="#414d7c", print_="#f1d9a6"), floor=False),
    "waxed-canvas-backpack": Picture(SKY, partial(wardrobe.backpack, cloth="#737a4d")),
    "waxed-canvas-backpack-tobacco": Picture(SKY, partial(wardrobe.backpack, cloth="#a06a3c")),
}


def main(names: list[str]) -> None:
    """Draw the named pictures, or all of them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in names or PICTURES:
        picture = PICTURES[name]
        canvas = Canvas.of(picture.scene, floor=picture.floor)
        picture.draw(canvas)
        canvas.picture().save(IMAGES / f"{name}.webp", quality=84, method=6)


if __name__ == "__main__":
    main(sys.argv[1:])
