"""The language of the words: what may stand in them, and the bombs that are refused before anybody gets them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.notifications.texts import language, rendering
from app.notifications.texts.rendering import Rendered, Unfillable
from app.notifications.texts.templates import Wording

NAMES = {"name", "count", "price", "day"}

BOMBS = [
    "{% for a in 'aaaaaaaaaa' %}{% for b in 'aaaaaaaaaa' %}x{% endfor %}{% endfor %}",
    "{{ 'x' * 1000000000 }}",
    "{{ 9 ** 99999 }}",
    "{{ 1 + 1 }}",
    "{{ name ~ name ~ name }}",
    "{{ range(10000000) }}",
    "{{ name.__class__.__mro__ }}",
    "{{ name['__class__'] }}",
    "{{ name.upper() }}",
    "{{ name | attr('__class__') }}",
    "{{ name | center(99999999) }}",
    "{{ 'x' | format }}",
    "{{ [1, 2] | join }}",
    "{{ name | truncate(count) }}",
    "{{ name | truncate(most=5) }}",
    "{{ name | truncate(*name) }}",
    "{% set a = name %}{{ a }}",
    "{% macro a() %}{{ a() }}{% endmacro %}",
    "{% if name %}x{% endif %}",
    "{{ 'x' if name else 'y' }}",
    "{{ name and count }}",
    "{{ name is defined }}",
    "{{ -count }}",
    "{{ name[0:3] }}",
    "{% include '/etc/passwd' %}",
    "{% import 'x' as y %}",
    "{% extends 'layouts/base.html' %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with a = name %}{{ a }}{% endwith %}",
    "{% call name() %}{% endcall %}",
    "{{ self }}",
    "{{ config }}",
    "{{ lipsum }}",
    "{{ nobody }}",
    "{{ name",
    "{% nonsense %}",
    "{{ " + "(" * 900 + "name" + ")" * 900 + " }}",
    "{{ name" + "|upper" * 300 + " }}",
    "x" * (language.LONGEST_SOURCE + 1),
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_decides_repeats_computes_or_reaches_is_refused(bomb):
    assert language.find_problem(bomb, NAMES)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "Plain words, 100 % of them: { and } too",
        "{{ name }}",
        "{{ name | upper }}, {{ name | default('you') | title }}",
        "{{ name | truncate(20) | lower }}",
        "{{ price | money }} from {{ day | date }}",
        "{{ count | plural('piece', 'pieces') }}",
        "{# why it says so #}{{ name }}",
        "{% raw %}{{ like this }}{% endraw %}",
    ],
)
def test_names_and_listed_filters_may_stand(source):
    assert language.find_problem(source, NAMES) is None


def test_a_refusal_names_the_line_and_what_there_is_instead():
    assert language.find_problem("One\n{{ nam }}", NAMES) == (
        "Line 2: there is no 'nam' here; there is count, day, name, price"
    )
    assert "no filter 'shout'; there is date, default" in language.find_problem("{{ name | shout }}", NAMES)
    assert "can be used here" in language.find_problem("\n\n{% if name %}x{% endif %}", NAMES)


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("short", 5, "short"),
        ("longer than that", 7, "longer…"),
        ("a \U0001f469\u200d\U0001f680 b", 4, "a…"),
        ("ae\u0301i", 3, "a…"),
        ("a \U0001f469\u200d\U0001f680 b", 5, "a…"),
        ("hi \U0001f44b\U0001f3fe there", 5, "hi…"),
        ("to \U0001f1e9\U0001f1ea now", 5, "to…"),
        ("anything", 0, "…"),
    ],
)
def test_a_text_is_cut_between_signs(text, most, cut):
    assert language.shorten(text, most) == cut


def fill(facts=None, **sources):
    source = Wording(**({"title": "Title", "body": "Body", "url": "/"} | sources))
    return rendering.render(source, facts or {})


def test_what_devices_show_has_bounds():
    filled = fill(
        {"name": "x" * 900},
        title="{{ name }}",
        body="{{ name }}",
        actions=[{"action": str(n), "title": "{{ name }}", "url": "/"} for n in range(4)],
    )

    assert (len(filled.title), len(filled.body)) == (rendering.LONGEST_TITLE, rendering.LONGEST_BODY)
    assert [len(each["title"]) for each in filled.actions] == [rendering.LONGEST_ACTION] * 2


def test_signs_that_hide_others_are_taken_out():
    filled = fill(
        {"name": "Ada\u202egnp.exe\u2066\x00\x1b"}, title="{{ name }}\nnext", body="{{ name }}\nnext"
    )

    assert filled == Rendered("Adagnp.exe next", "Adagnp.exe\nnext", "/", [])


def test_filters_say_it_as_the_shop_does(app):
    facts = {
        "price": 129_950,
        "day": date(2026, 3, 1),
        "at": datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
        "nobody": "",
        "count": Decimal(1),
    }

    def say(source):
        return fill(facts, body=source).body

    assert "1,299.50" in say("{{ price | money }}")
    assert say("{{ day | date }}") == "1 March"
    assert say("{{ at | date }}") in ("28 February", "1 March")
    assert say("{{ nobody | default('you') }}") == "you"
    assert say("{{ count | plural('piece', 'pieces') }}") == "1 piece"


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}",
        "{{ name | money }}",
        "{{ name | date }}",
        "{{ name | plural('a', 'b') }}",
        "{{ name | plural }}",
    ],
)
def test_facts_that_do_not_fit_are_one_kind_of_refusal(app, source):
    with pytest.raises(Unfillable):
        fill({"name": "Ada"}, body=source)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test/",
        "\\/evil.test",
        "javascript:alert(1)",
        "{{ name }}",
        "/{{ slashes }}",
        "orders",
        "/a b",
        "/a\tb",
        "/a\nb",
        "/\u00e9",
        "/" + "x" * rendering.LONGEST_URL,
        " ",
    ],
)
def test_an_address_is_a_path_of_this_shop(url):
    with pytest.raises(Unfillable):
        fill({"name": "https://evil.test", "slashes": "/evil.test/"}, url=url)


def test_a_value_in_an_address_is_quoted():
    filled = fill({"name": "a b?c=d&e#f/\u00e9"}, url="/parcels/{{ name }}?from=mail")

    assert filled.url == "/parcels/a%20b%3Fc%3Dd%26e%23f/%C3%A9?from=mail"
