"""Tableware to drink and pour from."""

from app.demo.assortment.craft import PORCELAIN, REDUCTION, STONEWARE, TABLE_CARE
from app.demo.assortment.product import DemoProduct
from app.demo.assortment.stock import Back, variants

DRINKWARE: tuple[DemoProduct, ...] = (
    DemoProduct(
        "quay-mug",
        "Quay mug",
        "tableware",
        "The everyday mug, 320 ml",
        "A straight-sided mug with a handle that takes three fingers. The wall is 4 mm at the rim and "
        "twice that at the foot, so it stays warm and does not tip. Thrown in batches of sixty; no two "
        "glaze lines run the same.",
        "mug",
        11,
        96,
        128,
        390,
        STONEWARE,
        TABLE_CARE,
        variants(
            "TAB-QUA", {"": 2600}, threshold=10, cobalt=(42,), celadon=(41,), chalk=(58,), rust=(8,), ink=(0,)
        ),
    ),
    DemoProduct(
        "pier-tumbler",
        "Pier tumbler",
        "tableware",
        "Thumb-marked, holds cold and hot",
        "Thirty-six thumb marks give the hand something to hold. It tapers towards the foot so that "
        "four stand inside each other without sticking. The small one holds 180 ml, the large one 300 "
        "ml.",
        "tumbler",
        12,
        112,
        80,
        290,
        STONEWARE,
        TABLE_CARE,
        variants(
            "TAB-PIE", {"S": 1800, "L": 2200}, ochre=(33, 27), slate=(19, 21), blush=(36, 0), chalk=(44, 38)
        ),
    ),
    DemoProduct(
        "tern-espresso",
        "Tern espresso cup",
        "tableware",
        "60 ml, with its saucer",
        "A small cup that flares just enough to keep the crema together. The saucer has a well for the "
        "foot, so nothing slides on the way to the table. Sold as a pair of cup and saucer.",
        "espresso",
        13,
        68,
        132,
        210,
        PORCELAIN,
        TABLE_CARE,
        variants("TAB-TER", {"": 2400}, blush=(22,), tenmoku=(31,), cobalt=(26,), chalk=(47,)),
    ),
    DemoProduct(
        "beacon-teapot",
        "Beacon teapot",
        "tableware",
        "900 ml, pours without a drip",
        "The spout is cut with a wire while the clay is still soft, and the edge left sharp: that is "
        "what stops the drip. A strainer of forty holes is pierced into the wall. The overhead handle "
        "stays cool.",
        "teapot",
        18,
        214,
        238,
        980,
        REDUCTION,
        TABLE_CARE,
        variants("TAB-BEA", {"": 9800}, tenmoku=(12,), rust=(4,), ink=(11,), celadon=(Back(16),)),
        is_new=True,
    ),
    DemoProduct(
        "mill-jug",
        "Mill jug",
        "tableware",
        "For water, milk or peonies",
        "A full belly, a narrow neck and a lip pulled with one finger. The handle is pulled from a "
        "carrot of clay straight off the body. Small holds half a litre, large 1.4 litres.",
        "jug",
        19,
        226,
        204,
        1120,
        STONEWARE,
        TABLE_CARE,
        variants("TAB-MIL", {"S": 4400, "L": 6800}, slate=(21, 13), cobalt=(17, 3), chalk=(0, 15)),
    ),
    DemoProduct(
        "dairy-creamer",
        "Dairy creamer",
        "tableware",
        "200 ml, dipped twice",
        "The upper third went into the bucket a second time and came out a tone deeper. A short beak "
        "cuts the pour cleanly. Fits the shelf in the fridge door.",
        "creamer",
        20,
        96,
        116,
        270,
        STONEWARE,
        TABLE_CARE,
        variants("TAB-DAI", {"": 2900}, cobalt=(32,), blush=(18,), moss=(23,)),
    ),
    DemoProduct(
        "weir-carafe",
        "Weir carafe",
        "tableware",
        "Bedside water with a cup on top",
        "One litre of water and a cup that sits over the neck, so dust stays out and the glass stays in "
        "the kitchen. The cup is ground to the neck: each pair belongs together.",
        "carafe",
        21,
        258,
        140,
        1050,
        STONEWARE,
        TABLE_CARE,
        variants("TAB-WEI", {"": 6400}, celadon=(16,), ochre=(0,), slate=(11,), blush=(5,)),
        is_new=True,
    ),
    DemoProduct(
        "staithe-pitcher",
        "Staithe pitcher",
        "tableware",
        "Two litres, fluted",
        "Forty flutes are cut with a bent wire after the pot has dried overnight. They stop where the "
        "glaze stops, a hand above the table. Made for cider, happy with sunflowers.",
        "pitcher",
        26,
        288,
        196,
        1640,
        REDUCTION,
        TABLE_CARE,
        variants("TAB-STA", {"": 8900}, celadon=(13,), cobalt=(11,), ochre=(14,)),
    ),
)
