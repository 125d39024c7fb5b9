"""Versions of the words: one is said, one is in the making, and what was said stays as it was."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.core.database import db, run_transaction, transaction
from app.core.errors import Invalid, NotFound
from app.notifications.models import NotificationTemplate
from app.notifications.texts import templates
from app.notifications.texts.templates import Wording
from tests.notifications.telling import WORDS, find, register, tell

MORE = Wording("Sent, {{ name }}", "{{ count | plural('piece', 'pieces') }} now.", "/parcels/{{ number }}")


def save(wording=MORE, by="user:ada"):
    return run_transaction(lambda: templates.save_draft(WORDS.key, wording, by).version)


def publish(version, by="user:ada"):
    return run_transaction(lambda: templates.publish(WORDS.key, version, by).version)


def statuses():
    db.session.expire_all()
    return {each.version: each.status for each in templates.list_versions(WORDS.key)}


def at_once(app, act, *values):
    def run(value):
        with app.app_context():
            return act(value)

    with ThreadPoolExecutor(len(values)) as pool:
        return list(pool.map(run, values))


def mistakes(wording):
    with pytest.raises(Invalid) as refused:
        templates.check_wording(WORDS.key, wording)
    return {each["field"]: each["message"] for each in refused.value.facts["errors"]}


def test_it_begins_with_the_words_of_the_code_even_for_many_at_once(any_app):
    register(any_app)

    def get(_):
        return run_transaction(lambda: templates.get_published(WORDS.key).id)

    assert len(set(at_once(any_app, get, *range(6)))) == 1
    assert statuses() == {1: "published"}


def test_a_draft_is_said_by_nobody_until_it_is_published(any_app):
    register(any_app)
    version = save()
    before = find(tell())
    publish(version)
    after = find(tell())

    assert (before.title, after.title) == ("Ada, your parcel is on its way", "Sent, Ada")
    assert find(before.public_id).title == "Ada, your parcel is on its way"
    assert statuses() == {1: "retired", 2: "published"}


def test_saving_again_changes_the_one_draft(any_app):
    register(any_app)

    assert save() == save(replace(MORE, title="Again")) == 2
    assert statuses() == {1: "published", 2: "draft"}


def test_two_who_save_at_once_have_one_draft(any_app):
    register(any_app)

    at_once(any_app, lambda n: save(replace(MORE, title=f"Draft {n}")), *range(6))

    assert statuses() == {1: "published", 2: "draft"}


def test_two_who_publish_the_same_at_once_publish_it_once(any_app):
    register(any_app)
    version = save()

    assert at_once(any_app, lambda _: publish(version), *range(6)) == [2] * 6
    assert statuses() == {1: "retired", 2: "published"}


def test_two_who_restore_at_once_leave_one_that_is_said(any_app):
    register(any_app)
    publish(save()), publish(save(replace(MORE, title="Third")))

    at_once(any_app, publish, 1, 2, 1, 2)

    assert list(statuses().values()).count("published") == 1
    assert "draft" not in statuses().values()


def test_an_earlier_version_comes_back_as_a_new_one(any_app):
    register(any_app)
    publish(save())

    assert publish(1) == 3
    assert templates.get_published(WORDS.key).title == WORDS.title
    assert statuses() == {1: "retired", 2: "retired", 3: "published"}


def test_restoring_leaves_the_draft_of_somebody_else_alone(any_app):
    register(any_app)
    publish(save())
    save(replace(MORE, title="In the making"))

    publish(1)

    draft = next(each for each in templates.list_versions(WORDS.key) if each.status == "draft")
    assert draft.title == "In the making"
    assert templates.get_published(WORDS.key).title == WORDS.title


def test_a_draft_can_be_thrown_away(any_app):
    register(any_app)
    save()

    with transaction():
        templates.discard_draft(WORDS.key)

    assert statuses() == {1: "published"}


def test_every_mistake_is_named_at_its_field(app):
    register(app)

    assert mistakes(
        Wording(
            " ",
            "{% if name %}x{% endif %}",
            "https://evil.test/",
            [{"action": "a", "title": "{{ nobody }}", "url": "/{{ name | shout }}"}],
        )
    ).keys() == {"title", "body", "url", "actions.0.title", "actions.0.url"}
    assert mistakes(replace(MORE, body="{{ name | date }}")).keys() == {"body"}
    assert mistakes(replace(MORE, title="{{ '' }}")).keys() == {"title"}
    three = [{"action": str(n), "title": "Go", "url": "/"} for n in range(3)]
    assert mistakes(replace(MORE, actions=three)) == {"actions": "At most 2 buttons"}


def test_nothing_that_is_refused_is_stored(any_app):
    register(any_app)

    with pytest.raises(Invalid):
        save(replace(MORE, body="{{ 9 ** 9 }}"))

    assert "draft" not in statuses().values()
    assert db.session.query(NotificationTemplate).count() <= 1


def test_words_that_nobody_registered_have_no_versions(app):
    with pytest.raises(NotFound):
        templates.save_draft("nonsense", MORE, "user:ada")
    register(app)
    with pytest.raises(NotFound):
        publish(99)
