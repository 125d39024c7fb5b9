"""What people type: how it is stored, counted and shown; in the browser the same."""

import json
import re
import shutil
import subprocess
import time
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.text import check_message, is_blank, linkify, normalise
from app.core.errors import Invalid

HERE = Path(__file__).parent
LENGTH_JS = HERE.parents[1] / "static/js/chat/length.js"
TABLE = json.loads((HERE / "lengths.json").read_text())
NAMES = [case["what"] for case in TABLE]
ANYTHING = st.text(st.characters(), max_size=60)
# Made of what links and tags are made of, so that most of it is nearly one.
PIECES = st.lists(
    st.sampled_from(
        [
            "http://",
            "https://",
            "HTTPS://",
            "javascript:",
            "data:",
            "a.example",
            "/",
            "?a=1&b=2",
            "<",
            ">",
            '"',
        ]
        + [
            "'",
            "&",
            "&lt;",
            "&#106;",
            ")",
            "(",
            ".",
            ",",
            " ",
            "\n",
            "\\",
            "@",
            ":80",
            "[",
            "]",
            "<script>",
            "é",
        ]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("case", TABLE, ids=NAMES)
def test_what_is_stored_is_what_can_be_seen(case):
    assert normalise(case["text"]) == case["plain"]
    assert len(normalise(case["text"])) == case["count"]
    assert is_blank(case["plain"]) is case.get("blank", False)


@pytest.fixture(scope="module")
def browser_answers():
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    command = ["node", str(HERE / "length.mjs"), str(LENGTH_JS), str(HERE / "lengths.json")]
    program = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(NAMES, json.loads(program.stdout), strict=True))


@pytest.mark.parametrize("case", TABLE, ids=NAMES)
def test_a_browser_counts_as_the_server_does(browser_answers, case):
    assert browser_answers[case["what"]] == [case["plain"], case["count"], case.get("blank", False)]


@given(ANYTHING)
def test_normalising_twice_changes_nothing_more(text):
    plain = normalise(text)

    assert normalise(plain) == plain
    assert unicodedata.is_normalized("NFC", plain)
    plain.encode()


@pytest.mark.parametrize("letter", ["a", "🏺", "한", "e\u0301"])
def test_a_message_may_have_a_thousand_characters_and_no_more(letter):
    assert len(check_message(letter * 1000, 1000)) == 1000

    with pytest.raises(Invalid, match=r"^1001 characters; at most 1000$") as refused:
        check_message(letter * 1001, 1000)
    assert refused.value.facts["errors"] == [{"field": "body", "message": "1001 characters; at most 1000"}]


@pytest.mark.parametrize("text", [case["text"] for case in TABLE if case.get("blank")])
def test_a_message_that_nobody_can_see_is_refused(text):
    with pytest.raises(Invalid, match="Write something first"):
        check_message(text, 1000)


@pytest.mark.parametrize(
    "text",
    ["a" + "\u0301\u0323" * 500_000, "\u0301\u0323 " * 300_000, " " * 999_999 + "\u0301", "((" * 400_000],
)
def test_a_hostile_text_costs_little_time(text):
    begun = time.process_time()

    with pytest.raises(Invalid):
        check_message(text + "x", 1000)
        check_message("\u200b", 1000)

    assert time.process_time() - begun < 1


class Tags(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self):
        super().__init__()
        self.seen, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.text += text


def read(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


@given(PIECES | ANYTHING)
def test_a_shown_text_has_no_tag_that_is_not_ours(text):
    shown = read(str(linkify(text)))

    for tag, attributes in shown.seen:
        assert tag in ("a", "br")
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow ugc"
            assert set(attributes) == {"href", "target", "rel"}
            assert re.match(r"https?://[^/]", attributes["href"], re.IGNORECASE)
            assert attributes["href"] in text
    assert shown.text == text.replace("\n", "")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://kiln.example/vase?size=2&glaze=ash.", ["https://kiln.example/vase?size=2&glaze=ash"]),
        (
            "(https://kiln.example/a_(b)), HTTP://x.example!",
            ["https://kiln.example/a_(b)", "HTTP://x.example"],
        ),
        ("»https://kiln.example« „https://a.example“", ["https://kiln.example", "https://a.example"]),
        ("two:\nhttps://a.example\nhttps://b.example", ["https://a.example", "https://b.example"]),
        ("javascript:alert(1) javascript://https://a.example", ["https://a.example"]),
        ("https://shop.example@evil.example", []),
        ("https://[::1 https:// https://. ftp://a.example www.a.example xhttps://a.example", []),
        ('https://a.example/"onmouseover="x', ["https://a.example/"]),
    ],
)
def test_only_web_addresses_become_links(text, links):
    shown = read(str(linkify(text)))

    assert [attributes["href"] for tag, attributes in shown.seen if tag == "a"] == links


def test_lines_stay_lines_and_signs_stay_signs():
    assert linkify("a < b\n& c") == "a &lt; b<br>&amp; c"


@pytest.mark.parametrize(
    "text", ["https://a" + ")" * 20_000, "https://" * 20_000, "http://a.example " * 2_000]
)
def test_looking_for_links_takes_little_time(text):
    begun = time.process_time()

    linkify(text)

    assert time.process_time() - begun < 0.5


def test_templates_of_pages_and_of_pushes_can_show_links(app):
    for environment in (app.jinja_env, app.extensions["fragments"]):
        shown = environment.from_string("{{ text | linkify }}").render(text="<b> https://a.example")
        assert shown.startswith('&lt;b&gt; <a href="https://a.example"')
