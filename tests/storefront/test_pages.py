"""What all pages share: fragments for htmx, the frame, the theme, and how they say that something is not there."""

import pytest

from app.core.failures import TITLES
from tests.factories import make_category, make_product, make_user
from tests.security.test_login import csrf_of, sign_in

SHELVES = ["/categories/tableware", "/search?q=cup"]


@pytest.mark.parametrize("path", SHELVES)
def test_a_filter_gets_the_results_alone(app, client, path):
    make_product()

    part = client.get(path, headers={"HX-Request": "true"})
    page = client.get(path)

    assert "<html" not in part.text
    assert 'id="result-count"' in part.text
    assert part.text.strip() in page.text
    assert "HX-Request" in part.headers["Vary"]
    assert "HX-Request" in page.headers["Vary"]


@pytest.mark.parametrize("path", SHELVES)
def test_the_back_button_gets_the_whole_page(app, client, path):
    make_product()

    answer = client.get(path, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert "<html" in answer.text
    assert "HX-History-Restore-Request" in answer.headers["Vary"]


def test_a_category_that_is_not_there(app, client):
    make_category()

    assert client.get("/categories/tableware").status_code == 200
    assert client.get("/categories/nope").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "abc", "2", ""])
def test_a_page_of_a_category_that_is_not_there(app, client, page):
    make_product()

    assert client.get("/categories/tableware?page=1").status_code == 200
    assert client.get(f"/categories/tableware?page={page}").status_code == 404


def test_the_present_category_is_marked_in_the_menu(app, client):
    make_category()
    make_category(slug="lighting", name="Lighting")

    text = client.get("/categories/tableware").text

    assert '<a href="/categories/tableware" aria-current="page">' in text
    assert '<a href="/categories/lighting">' in text


def test_what_is_not_there_is_a_page_for_people(app, client):
    make_category()

    answer = client.get("/nope")

    assert answer.status_code == 404
    assert TITLES[404] in answer.text
    assert 'href="/categories/tableware"' in answer.text
    assert f'<span class="c-code">{answer.headers["X-Request-ID"]}</span>' in answer.text


def test_what_is_not_there_is_a_problem_for_programs(app, client):
    answer = client.get("/api/nope")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert (answer.json["code"], answer.json["requestId"]) == ("not_found", answer.headers["X-Request-ID"])


@pytest.mark.parametrize(
    "path", ["/%3Cscript%3Ealert(1)%3C/script%3E", "/nope?<script>alert(1)</script>", '/nope?"><script>x']
)
def test_the_address_is_text_and_never_markup(app, client, path):
    assert "<script>" not in client.get(path).text


@pytest.mark.parametrize(
    ("theme", "kept"), [("dark", "dark"), ("light", "light"), ("system", "system"), ("neon", "system")]
)
def test_a_theme_is_kept_in_a_cookie(app, client, theme, kept):
    answer = client.post(
        "/theme", data={"theme": theme, "next": "/search?q=cup", "csrf_token": csrf_of(client, "/")}
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/search?q=cup")
    assert client.get_cookie("theme").value == kept
    assert (f'data-theme="{theme}"' in client.get("/").text) is (kept in ("dark", "light"))


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:x", ""],
)
def test_choosing_a_theme_never_leads_to_another_site(app, client, path):
    answer = client.post("/theme", data={"theme": "dark", "next": path, "csrf_token": csrf_of(client, "/")})

    assert answer.headers["Location"] == "/"


def test_a_theme_cookie_of_somebody_else_s_making_is_no_markup(app, client):
    client.set_cookie("theme", '"><script>x')

    assert "<script>x" not in client.get("/").text


def test_the_theme_form_comes_back_to_the_page_with_its_words(app, client):
    text = client.get("/search?q=a%26b&glaze=Chalk").text

    assert '<input type="hidden" name="next" value="/search?q=a%26b&amp;glaze=Chalk">' in text


def test_the_frame_knows_who_looks_at_it(app, client):
    make_user("staff", email="mira@example.test", name="Mira <b>Okafor</b>")
    guest = client.get("/search?q=a").text

    sign_in(client, "mira@example.test")
    page = client.get("/").text

    assert 'href="/login?next=/search%3Fq%3Da"' in guest
    assert "Mira &lt;b&gt;Okafor&lt;/b&gt;" in page
    assert "Signed in as staff" in page


@pytest.mark.parametrize("path", ["/", "/categories/tableware", "/products/cup", "/search?q=cup", "/search"])
def test_asking_for_the_headers_alone_answers_as_the_page_would(app, client, path):
    make_product(slug="cup")

    page, head = client.get(path), client.head(path)

    assert (head.status_code, head.data) == (page.status_code, b"")


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/%2e%2e", "/\\evil.example"])
def test_an_odd_address_never_redirects_to_another_site(app, client, path):
    answer = client.get(path)

    assert (
        "evil.example"
        not in answer.headers.get("Location", "").split("/products")[0].partition("//")[2].split("/")[0]
    )


@pytest.fixture
def media(app):
    """One picture in the folder, and a file beside the folder."""
    folder = app.config["SETTINGS"].data_path
    (folder / "media").mkdir()
    (folder / "media" / "cup.svg").write_text("<svg/>")
    (folder / "secret.svg").write_text("<svg>secret</svg>")
    return folder


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    "path", ["../secret.svg", "%2e%2e/secret.svg", "..%2fsecret.svg", "{}/secret.svg", "nope.svg", "%00.svg"]
)
def test_pictures_come_from_their_folder_and_nowhere_else(media, client, path, encoding):
    headers = {"Accept-Encoding": encoding}

    with client.get("/media/cup.svg", headers=headers) as there:
        assert there.status_code == 200
    assert client.get(f"/media/{path.format(media)}", headers=headers).status_code in (308, 404)


@pytest.mark.parametrize(("encoding", "sent"), [("gzip", "gzip"), ("gzip;q=0.5", "gzip"), ("gzip;q=0", None)])
def test_a_picture_is_small_for_those_who_take_gzip(media, client, encoding, sent):
    with client.get("/media/cup.svg", headers={"Accept-Encoding": encoding}) as answer:
        assert answer.headers.get("Content-Encoding") == sent


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_picture_with_a_name_that_no_file_can_have(media, client, encoding):
    assert client.get(f"/media/{'x' * 300}.svg", headers={"Accept-Encoding": encoding}).status_code == 404
