"""Our modules as one file: each once, in order, in a scope of its own; anything else is refused."""

import re

import pytest

from app.core.scripts import bundle


def bundled(**sources):
    files = {f"js/{name}.js": source.encode() for name, source in sources.items()}
    return bundle(files, "js/shop.js").decode()


def test_a_module_comes_before_the_one_that_imports_it():
    text = bundled(shop="import { a } from './one.js';\nuse(a);", one="export const a = 1;")

    assert text.index("const $js_one_js") < text.index("const $js_shop_js")
    assert "const { a } = $js_one_js;" in text
    assert "return { a };" in text


def test_a_module_that_two_import_is_there_once():
    text = bundled(
        shop="import './one.js';\nimport './two.js';",
        one="import { c } from './three.js';\nc();",
        two="import { c } from './three.js';\nc();",
        three="export function c() { return 'three'; }",
    )

    assert text.count("return 'three'") == 1
    assert text.count("const { c } = $js_three_js;") == 2


def test_each_module_has_its_own_scope():
    text = bundled(shop="import './one.js';\nconst name = 1;", one="const name = 2;")

    assert text.count("(() => {") == text.count("})();") == 2


def test_folders_are_followed_from_where_the_import_stands():
    files = {
        "js/shop.js": b"import { a } from './live/a.js';",
        "js/live/a.js": b"import { b } from '../b.js';\nexport const a = b;",
        "js/b.js": b"export const b = 1;",
    }

    text = bundle(files, "js/shop.js").decode()

    assert [name for name in ("$js_b_js =", "$js_live_a_js =", "$js_shop_js =") if name in text] == [
        "$js_b_js =",
        "$js_live_a_js =",
        "$js_shop_js =",
    ]
    assert "const { b } = $js_b_js;" in text


def test_what_is_exported_is_named_whatever_it_is():
    text = bundled(
        shop="export const a = 1;\nexport function b() {}\nexport async function c() {}\nexport class D {}"
    )

    assert "return { a, b, c, D };" in text
    assert "export" not in text


def test_an_import_for_its_effect_binds_no_name():
    assert "const {" not in bundled(shop="import './one.js';", one="run();")


@pytest.mark.parametrize(
    "source",
    [
        "import a from './one.js';",
        "import * as a from './one.js';",
        "import { a as b } from './one.js';",
        'import { a } from "./one.js";',
        "import { a } from './one.js'",
        "import { a } from 'htmx';",
        "export default 1;",
        "export { a };",
        "export * from './one.js';",
        "export let a = 1;",
    ],
)
def test_other_syntax_is_refused_with_the_file_and_the_line(source):
    with pytest.raises(ValueError, match="js/shop.js: (import|export)"):
        bundled(shop=source, one="export const a = 1;")


def test_a_module_that_is_not_there_stops_the_start():
    with pytest.raises(KeyError, match="js/nope.js"):
        bundled(shop="import './nope.js';")


def test_modules_that_import_each_other_are_refused():
    with pytest.raises(ValueError, match="js/one.js"):
        bundled(shop="import './one.js';", one="import './two.js';", two="import './one.js';")


def test_the_shop_s_own_script_is_one_file(app, client):
    text = client.get("/static/x/js/shop.js").text

    assert "$js_live_js" in text
    assert "\nimport " not in text
    assert "\nexport " not in text


def test_scripts_that_stand_on_a_page_side_by_side_declare_no_name_twice(app, client):
    shop, staff = (
        set(re.findall(r"^const (\$\w+)", client.get(f"/static/x/js/{name}.js").text, re.MULTILINE))
        for name in ("shop", "staff")
    )

    assert shop
    assert staff
    assert not shop & staff
