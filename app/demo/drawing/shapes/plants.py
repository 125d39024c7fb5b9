"""Forms that hold a plant."""

from app.demo.drawing.handles import loop, spout
from app.demo.drawing.leaves import cactus, leaf_fan, rosettes, sword_leaves
from app.demo.drawing.lids import saucer
from app.demo.drawing.piece import Shape
from app.demo.drawing.shrubs import herb, little_tree, trailing
from app.demo.drawing.slings import rope_sling
from app.demo.drawing.surfaces import flutes, second_dip, stripes, throwing_rings
from app.demo.drawing.thrown import draw_thrown

PLANTS = (
    Shape(
        "planter",
        "planter",
        ((520, 190), (548, 196), (600, 190), (720, 166), (806, 150), (822, 142)),
        draw_thrown,
        extra="with broad green leaves",
        front=(leaf_fan(),),
        scale=0.86,
    ),
    Shape(
        "saucer-pot",
        "plant pot",
        ((560, 150), (590, 154), (594, 140), (720, 122), (806, 106), (816, 104)),
        draw_thrown,
        extra="on its saucer, with a flowering cactus",
        behind=(saucer(178, 30),),
        front=(cactus(),),
        scale=0.66,
        dip=0.6,
    ),
    Shape(
        "tall-pot",
        "tall planter",
        ((470, 150), (484, 152), (620, 138), (760, 118), (822, 110)),
        draw_thrown,
        extra="with a snake plant",
        front=(sword_leaves(),),
        surface=flutes(11),
        scale=0.92,
    ),
    Shape(
        "low-pot",
        "low planter",
        ((640, 262), (658, 268), (720, 256), (780, 214), (812, 176), (822, 172)),
        draw_thrown,
        extra="with three succulents",
        front=(rosettes(),),
        squash=0.15,
        dip=0.68,
        fill=0.5,
        scale=0.68,
    ),
    Shape(
        "herb-pot",
        "herb pot",
        ((600, 130), (618, 134), (700, 124), (790, 112), (822, 104)),
        draw_thrown,
        extra="with basil",
        front=(herb(),),
        surface=stripes(0.18, 0.3, 0.42),
        fill=0.54,
        scale=0.56,
    ),
    Shape(
        "hanging-pot",
        "hanging planter",
        ((470, 170), (484, 174), (560, 176), (650, 146), (710, 90), (722, 76)),
        draw_thrown,
        extra="with trailing vines on a cotton rope",
        behind=(rope_sling(250),),
        front=(trailing(),),
        dip=0.7,
        stands="air",
        scale=0.8,
        foot_note="an unglazed clay base",
    ),
    Shape(
        "tree-pot",
        "tree pot",
        ((590, 176), (606, 180), (620, 172), (720, 176), (796, 158), (822, 146)),
        draw_thrown,
        extra="with a young olive tree",
        front=(little_tree(),),
        surface=throwing_rings(5),
        scale=1.0,
    ),
    Shape(
        "watering-can",
        "watering can",
        ((540, 104), (556, 108), (600, 150), (700, 168), (790, 158), (822, 146)),
        draw_thrown,
        extra="with a long spout",
        behind=(spout(0.5, 0.86, 200, 1.15), loop(0.04, 0.74, 110, 28)),
        surface=second_dip(0.42),
        fill=0.5,
        scale=0.66,
    ),
)
