"""The shop's list of rules for what may be written; `filters` obeys it."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import current_app

from app.chat import filters
from app.chat.access import Actor
from app.chat.filters import Blocked, Filtered
from app.chat.models import FilterRule
from app.core.database import after_commit, db, now_ms
from app.core.errors import NotFound
from app.security import audit

LONGEST_PATTERN = 200


def list_rules() -> Sequence[FilterRule]:
    return db.session.scalars(sa.select(FilterRule).order_by(FilterRule.id)).all()


def add_rule(pattern: str, action: str, actor: Actor) -> FilterRule:
    """Inside the running transaction, as everything here that changes something. Raises Invalid."""
    filters.check_pattern(pattern)
    rule = FilterRule(
        pattern=pattern.strip()[:LONGEST_PATTERN],
        action=action,
        is_active=True,
        changed_by=actor.subject,
        changed_at=now_ms(),
    )
    db.session.add(rule)
    db.session.flush()
    record("chat_rule_added", rule.id, actor, action=action)
    return rule


def switch_rule(rule_id: int, is_active: bool, actor: Actor) -> None:
    """Raises NotFound."""
    rule = get_rule(rule_id)
    rule.is_active, rule.changed_by, rule.changed_at = is_active, actor.subject, now_ms()
    record("chat_rule_switched", rule_id, actor, is_active=is_active)


def delete_rule(rule_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    db.session.delete(get_rule(rule_id))
    record("chat_rule_deleted", rule_id, actor)


def get_rule(rule_id: int) -> FilterRule:
    rule = db.session.get(FilterRule, rule_id)
    if rule is None:
        raise NotFound("There is no such rule")
    return rule


def try_text(text: str) -> tuple[Filtered, str]:
    """What the active rules make of a text, and the refusal if one of them blocks it."""
    rules = [filters.read_rule(rule.id, rule.action, rule.pattern) for rule in list_rules() if rule.is_active]
    try:
        return filters.apply_rules(text, rules), ""
    except Blocked as refusal:
        return Filtered(text, "blocked"), refusal.detail


def record(done: str, rule_id: int, actor: Actor, **after: object) -> None:
    audit.record(done, f"chat_rule:{rule_id}", actor=actor.subject, role=actor.role, after=after or None)
    known = current_app.extensions
    after_commit(lambda: known.pop("chat_filters", None))
