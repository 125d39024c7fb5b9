"""Of whom a second factor is asked."""

import pytest

from tests.factories import make_user
from tests.security.test_login import sign_in
from tests.support.settings import settings_for


@pytest.mark.parametrize(
    ("environment", "said", "needed"),
    [
        ("production", "", True),
        ("production", "optional", False),
        ("demo", "", False),
        ("demo", "required", True),
        ("development", "", False),
    ],
)
def test_in_production_staff_need_one_unless_the_shop_says_otherwise(tmp_path, environment, said, needed):
    settings = settings_for(tmp_path, APP_ENV=environment, STAFF_SECOND_FACTOR=said)

    assert settings.staff_need_second_factor == needed


@pytest.mark.parametrize(
    ("role", "page"),
    [("shopper", "/"), *((role, "/login/second-factor") for role in ("agent", "staff", "admin"))],
)
def test_where_it_is_required_every_role_but_shoppers_needs_it(make_app, role, page):
    app = make_app(STAFF_SECOND_FACTOR="required")
    with app.app_context():
        make_user(role, email="who@example.test")

        answer = sign_in(app.test_client(), "who@example.test")

        assert answer.headers["Location"].partition("?")[0] == page


def test_a_login_from_before_the_rule_opens_nothing_for_staff_and_all_for_shoppers(make_app):
    lax, strict = make_app(), make_app(STAFF_SECOND_FACTOR="required")
    with lax.app_context():
        for role in ("staff", "shopper"):
            make_user(role, email=f"{role}@example.test")
            client, later = lax.test_client(), strict.test_client()
            sign_in(client, f"{role}@example.test")
            later.set_cookie("sid", client.get_cookie("sid").value)
            page = later.get("/account/second-factor")
            assert page.status_code == (303 if role == "staff" else 200)
