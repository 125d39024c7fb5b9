"""Static files: kept for ever under the path of their content, never anything that is not one of them."""

import gzip
import re

import pytest
from flask import Flask

from app.core import assets
from app.core.assets import FOR_EVER, HTMX, SMALLEST_GZIP, make_asset

SCRIPTS = ("js/staff.js", "js/chat.js", "js/console.js", "js/push.js", "js/worker.js", "js/shop.js", HTMX)
NEEDED = {**dict.fromkeys(SCRIPTS, ""), "icons.svg": "<svg/>", "favicon.svg": "<svg/>"}


@pytest.fixture
def make_static(tmp_path):
    """`make_static({name: text})`: an app that has these files besides those that it cannot do without."""

    def make(files):
        folder = tmp_path / "static"
        for name, text in {**NEEDED, **files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        app = Flask("statics", static_folder=None)
        assets.init_app(app, folder)
        return app

    return make


def test_pages_name_files_by_a_path_that_may_be_kept_for_ever(app, client):
    path = re.search(r'href="(/static/[0-9a-f]{12}/css/shop\.css)"', client.get("/").text).group(1)

    answer = client.get(path)

    assert answer.headers["Cache-Control"] == FOR_EVER
    assert answer.mimetype == "text/css"
    assert path == assets.path("css/shop.css")


@pytest.mark.parametrize("version", ["000000000000", "x", "%00", "..", "' OR 1=1"])
def test_a_page_from_before_a_deploy_keeps_its_looks_but_not_for_ever(app, client, version):
    answer = client.get(f"/static/{version}/css/shop.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_a_page_elsewhere_may_import_our_socket_client_under_a_name_without_version(app, client):
    answer = client.get("/static/js/live/client.js")

    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    for name in re.findall(r"from './(.+)';", answer.text):
        assert client.get(f"/static/js/live/{name}").status_code == 200
    assert "Access-Control-Allow-Origin" not in client.get(assets.path("js/shop.js")).headers
    assert client.get("/static/js/live/nothing.js").status_code == 404


def test_the_version_changes_with_any_file_and_only_then(make_static):
    before = make_static({"icons.svg": "<svg/>"}).extensions["assets_version"]
    same = make_static({"icons.svg": "<svg/>"}).extensions["assets_version"]
    edited = make_static({"icons.svg": "<svg></svg>"}).extensions["assets_version"]
    added = make_static({"more.svg": ""}).extensions["assets_version"]

    assert before == same
    assert len({before, edited, added}) == 3


def test_style_sheets_are_one_file_in_the_order_of_their_names(make_static):
    app = make_static({"css/20-late.css": "b{}", "css/10-early.css": "a{}"})

    assert app.extensions["assets"]["css/shop.css"].body == b"a{}\nb{}"


def test_what_can_shrink_is_sent_small_to_those_who_can_read_it(app, client):
    path = assets.path("css/shop.css")

    small = client.get(path, headers={"Accept-Encoding": "br, gzip"})
    plain = client.get(path, headers={"Accept-Encoding": "identity"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encoding", ["gzip;q=0", "gzip; q=0.000, br", "*;q=0", "gzip;q=0, *"])
def test_who_refuses_gzip_gets_none(app, client, encoding):
    answer = client.get(assets.path("css/shop.css"), headers={"Accept-Encoding": encoding})

    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("name", "size", "shrinks"),
    [
        ("a.css", SMALLEST_GZIP, False),
        ("a.css", SMALLEST_GZIP + 1, True),
        ("a.js", SMALLEST_GZIP + 1, True),
        ("a.svg", SMALLEST_GZIP + 1, True),
        ("a.woff2", SMALLEST_GZIP + 1, False),
        ("a.png", SMALLEST_GZIP + 1, False),
    ],
)
def test_only_large_text_is_compressed(name, size, shrinks):
    assert (make_asset(name, b"x" * size).gzipped is not None) is shrinks


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [("js/shop.js", "text/javascript"), ("icons.svg", "image/svg+xml"), ("css/shop.css", "text/css")],
)
def test_files_say_what_they_are(app, client, name, mimetype):
    assert client.get(assets.path(name)).mimetype == mimetype


@pytest.mark.parametrize(
    "path",
    [
        "nope.css",
        "../wsgi.py",
        "%2e%2e/wsgi.py",
        "..%2fwsgi.py",
        "css/../../wsgi.py",
        "/etc/passwd",
        "css",
        "css/",
        "%00",
        "css/shop.css%00",
    ],
)
def test_nothing_but_these_files_is_served(app, client, path):
    assert client.get(assets.path(path)).status_code in (308, 404)
    assert client.get(assets.path("icons.svg")).status_code == 200


def test_files_are_read_only(app, client):
    assert client.put(assets.path("icons.svg"), data=b"x").status_code == 400
    assert client.head(assets.path("icons.svg")).data == b""
