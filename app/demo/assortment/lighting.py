"""What gives light."""

from app.demo.assortment.craft import LAMP_CARE, PORCELAIN, STONEWARE
from app.demo.assortment.product import DemoProduct
from app.demo.assortment.stock import Back, variants

LIGHTING: tuple[DemoProduct, ...] = (
    DemoProduct(
        "lantern-lamp",
        "Lantern lamp",
        "lighting",
        "Stoneware base, linen shade",
        "A round base on a raw foot, wired with 2 m of linen flex and a brass dimmer. The shade is "
        "washed linen over a steel ring and throws most of the light down. E27, 40 W or LED; the bulb "
        "is not included.",
        "lamp",
        51,
        430,
        320,
        2100,
        STONEWARE,
        LAMP_CARE,
        variants("LIG-LAN", {"S": 13800, "L": 17800}, moss=(14, Back(19)), cobalt=(12, 3), chalk=(21, 15)),
    ),
    DemoProduct(
        "pharos-lamp",
        "Pharos column lamp",
        "lighting",
        "Fluted column, drum shade",
        "A column of forty flutes, thrown in two parts and joined under the collar. Tall enough to read "
        "by from an armchair. E27, 60 W or LED; in-line foot switch.",
        "column-lamp",
        52,
        520,
        340,
        3400,
        STONEWARE,
        LAMP_CARE,
        variants("LIG-PHA", {"": 22800}, ochre=(1,), ink=(2,), celadon=(1,)),
    ),
    DemoProduct(
        "buoy-pendant",
        "Buoy pendant",
        "lighting",
        "A dome over the table",
        "Thrown upside down as a wide bowl, hung the right way up. The raw rim glows when the lamp is "
        "on. Comes with a 3 m cloth cord that you can shorten; E27, LED up to 12 W.",
        "pendant",
        53,
        190,
        360,
        1850,
        STONEWARE,
        LAMP_CARE,
        variants(
            "LIG-BUO", {"S": 14200, "L": 19600}, slate=(13, 11), blush=(12, 0), chalk=(17, 14), rust=(11, 5)
        ),
    ),
    DemoProduct(
        "chapel-pendant",
        "Chapel bell pendant",
        "lighting",
        "Porcelain, slightly translucent",
        "Porcelain at 3 mm lets a little light through the wall itself, and the throwing rings show as "
        "darker lines. Narrow enough to hang in threes. E14, LED up to 6 W.",
        "bell-pendant",
        54,
        262,
        218,
        1180,
        PORCELAIN,
        LAMP_CARE,
        variants("LIG-CHA", {"": 12400}, chalk=(19,), celadon=(13,), ink=(Back(11),)),
        is_new=True,
    ),
    DemoProduct(
        "wick-sconce",
        "Wick wall sconce",
        "lighting",
        "Lights the wall, not your eyes",
        "A half-open cone that sends the light up and leaves you none of the bulb. The bracket is "
        "hidden behind the raw tip; the cable can leave through the wall or below. G9, LED up to 5 W.",
        "sconce",
        55,
        228,
        196,
        940,
        STONEWARE,
        LAMP_CARE,
        variants("LIG-WIC", {"": 9600}, slate=(16,), chalk=(28,), ochre=(0,), moss=(12,)),
    ),
    DemoProduct(
        "selkie-globe",
        "Selkie globe lamp",
        "lighting",
        "Opal glass on a clay foot",
        "A ball of mouth-blown opal glass that rests in the rim by its own weight. Warm enough for a "
        "bedside, with a touch dimmer in the base. The LED can be replaced without tools.",
        "globe-lamp",
        56,
        268,
        188,
        1620,
        STONEWARE,
        LAMP_CARE,
        variants("LIG-SEL", {"": 16800}, moss=(11,), cobalt=(12,), tenmoku=(14,)),
        is_new=True,
    ),
    DemoProduct(
        "ember-lantern",
        "Ember pierced lantern",
        "lighting",
        "Twenty-four holes and their shadows",
        "Pierced by eye with a tapered punch before the clay stiffens. Dots of light on the wall are "
        "larger the closer you move it. For a tea light or the 2 W lamp that comes with it.",
        "lantern",
        57,
        224,
        210,
        1330,
        STONEWARE,
        LAMP_CARE,
        variants("LIG-EMB", {"": 8400}, celadon=(Back(12),), slate=(Back(12),), rust=(Back(19),)),
    ),
)
