"""Marks that make an address ours."""

from app.core.signing import sign


def test_a_mark_is_of_its_purpose_its_text_and_the_shop_alone(app):
    mark = sign("click", "ab12.open")

    assert mark == sign("click", "ab12.open")
    others = {sign("unsubscribe", "ab12.open"), sign("click", "ab12.stop")}
    app.config["SECRET_KEY"] = "another secret that is long enough for it"
    assert mark not in others | {sign("click", "ab12.open")}
    assert len(mark) == 22 and "=" not in mark
