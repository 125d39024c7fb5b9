"""The pictures: well formed, self-contained, small, repeatable, and inside their tile."""

import xml.etree.ElementTree as ET
from itertools import product

import pytest

from app.demo import drawing
from app.demo.drawing import GLAZES, SHAPES
from app.demo.drawing.composition import compose
from app.demo.drawing.dimensions import LABEL_UNITS

SVG = "{http://www.w3.org/2000/svg}"
PORTRAIT_BYTES = 9 * 1024
SCENE_BYTES = 26_000
HERO_BYTES = 48_000
FORBIDDEN = {"script", "style", "filter", "image", "foreignObject", "a"}
CATEGORY_SLUGS = ("tableware", "vases", "lighting", "plants-pots", "candles-scent", "seconds")
PAIRS = list(product(SHAPES, GLAZES))


def assert_safe(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    values = [(key, value) for element in root.iter() for key, value in element.attrib.items()]
    assert names.isdisjoint(FORBIDDEN)
    assert [key for key, _ in values if key == "style" or key.startswith("on")] == []
    assert [value for key, value in values if key.endswith("href") and not value.startswith("#")] == []
    assert [value for _, value in values if "url(" in value and "url(#" not in value] == []
    assert_references_resolve(root)
    return root


def assert_references_resolve(root: ET.Element) -> None:
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    used = {
        value.removeprefix("url(").removesuffix(")").removeprefix("#")
        for element in root.iter()
        for key, value in element.attrib.items()
        if value.startswith("url(#") or key == "href"
    }
    assert len(ids) == len(set(ids))
    assert used <= set(ids)


def test_there_are_enough_shapes_and_ten_glazes():
    assert len(SHAPES) >= 40
    assert len(GLAZES) == 10


@pytest.mark.parametrize(("shape", "glaze"), PAIRS)
def test_a_portrait_is_safe_and_small_in_every_glaze(shape, glaze):
    svg = drawing.draw_main(shape, glaze, 7)

    assert_safe(svg)
    assert len(svg.encode()) < PORTRAIT_BYTES


@pytest.mark.parametrize("shape", SHAPES)
def test_a_close_up_is_safe_and_small(shape):
    svg = drawing.draw_detail(shape, "chalk", 7)

    assert_safe(svg)
    assert len(svg.encode()) < PORTRAIT_BYTES


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dimension_drawing_names_both_measures_in_large_type(shape):
    root = assert_safe(drawing.draw_dimensions(shape, 286, 190))

    labels = root.findall(f"{SVG}text")
    assert [label.text for label in labels] == ["286 mm", "190 mm"]
    assert LABEL_UNITS >= 44


@pytest.mark.parametrize("shape", SHAPES)
def test_a_scene_is_safe_in_every_shape(shape):
    svg = drawing.draw_scene(shape, "cobalt", 7)

    assert_safe(svg)
    assert len(svg.encode()) < SCENE_BYTES


@pytest.mark.parametrize("slug", CATEGORY_SLUGS)
def test_every_category_has_a_family_portrait(slug):
    svg = drawing.draw_category(slug)

    assert_safe(svg)
    assert len(svg.encode()) < SCENE_BYTES


def test_the_long_shelf_and_the_mark_are_safe():
    assert_safe(drawing.draw_hero())
    assert_safe(drawing.draw_mark())
    assert len(drawing.draw_hero().encode()) < HERO_BYTES


@pytest.mark.parametrize("shape", SHAPES)
def test_the_piece_takes_at_most_two_thirds_of_the_tile_and_sits_in_the_middle(shape):
    box = compose(shape, "chalk", 7).box
    left, top, width, height = map(
        float, ET.fromstring(drawing.draw_main(shape, "chalk", 7)).attrib["viewBox"].split()
    )

    assert box.height <= height * 0.66 + 1
    assert box.width <= width * 0.66 + 1
    assert abs((box.left + box.right) / 2 - (left + width / 2)) <= 1
    assert abs((box.top + box.bottom) / 2 - (top + height / 2)) <= 1


def test_the_tile_is_left_to_the_page():
    root = ET.fromstring(drawing.draw_main("vase", "cobalt", 7))

    assert root.findall(f"{SVG}rect") == []


def test_the_same_arguments_give_the_same_picture():
    assert drawing.draw_main("vase", "cobalt", 7) == drawing.draw_main("vase", "cobalt", 7)
    assert drawing.draw_scene("vase", "cobalt", 7) == drawing.draw_scene("vase", "cobalt", 7)


def test_another_seed_gives_another_picture():
    assert drawing.draw_main("vase", "cobalt", 7) != drawing.draw_main("vase", "cobalt", 8)


def test_an_unknown_shape_or_glaze_is_refused():
    with pytest.raises(KeyError):
        drawing.draw_main("amphitheatre", "cobalt", 7)
    with pytest.raises(KeyError):
        drawing.draw_main("vase", "neon", 7)
