"""The words of every feature: they can be filled in with the least and the most that there is, and fit a push."""

import re
from types import SimpleNamespace

import pytest

from app.notifications.categories import list_categories
from app.notifications.delivery.payload import MOST_BYTES, Push, compose
from app.notifications.texts import language, rendering


def each_words(app):
    found = app.extensions["notification_words"].values()
    return [(words, SimpleNamespace(**vars(words))) for _, words in found]


def fill_in(words, text, number):
    """What stands in an address is a short part of it, or a path of its own."""
    in_address = set(re.findall(r"{{ (\w+)", words.url))
    return {name: fact(value, text, number, name in in_address) for name, value in words.variables.items()}


def fact(example, text, number, is_in_address):
    if not isinstance(example, str):
        return number
    if not is_in_address:
        return text
    return ("/" if example.startswith("/") else "") + text.strip()[:40]


def push(words):
    buttons = tuple({**each, "path": "/n/" + "x" * 60} for each in words.actions)
    return Push("a" * 32, words.title, words.body, "/n/" + "x" * 60, "t" * 32, "en", "c" * 40, 99, buttons)


@pytest.mark.parametrize(("text", "number"), [("x", 0), ("Töpferei 陶器 " * 40, 2**31)])
def test_every_message_fits_with_the_least_and_the_greatest_facts(app, text, number):
    assert each_words(app)
    for words, source in each_words(app):
        shown = rendering.render(source, fill_in(words, text, number))

        assert shown.title
        assert shown.body
        assert len(compose(push(shown), "https://shop.example")) <= MOST_BYTES, words.key


def test_every_message_is_of_the_language_of_templates_and_reads_as_its_example(app):
    for words, source in each_words(app):
        for field in ("title", "body", "url"):
            assert language.find_problem(getattr(words, field), words.variables) is None, words.key
        shown = rendering.render(source, words.variables)
        assert "{" not in shown.title + shown.body + shown.url, words.key


def test_every_category_says_what_it_is_about(app):
    for category in list_categories("admin") + list_categories("staff"):
        assert category.title
        assert category.explanation.endswith(".")
        assert category.words
