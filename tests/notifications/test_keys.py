"""The push keys: made, rotated, kept secret, and asked for before the shop starts."""

import json

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app import create_app
from app.core.database import db, now_ms, transaction
from app.notifications.keys import pairs, signing, start, vapid
from app.notifications.keys.vapid import KeyUnreadable
from app.notifications.models import Subscription, VapidKey
from app.settings import SettingsError
from tests.notifications.devices import MOZILLA, subscribe
from tests.support.settings import settings_for

NOW_S = 1_800_000_000.0
EXAMPLE = {"PUSH_VAPID_SUBJECT": "mailto:notifications@yourdomain.com"}


def pair():
    private = pairs.new_private()
    return {
        "PUSH_VAPID_PUBLIC_KEY": pairs.public_of(private),
        "PUSH_VAPID_PRIVATE_KEY": pairs.write_private(private),
    }


def problems(**variables):
    with pytest.raises(SettingsError) as refused:
        start.check_settings(variables.pop("settings"))
    return refused.value.problems


def claims_of(header):
    token, key = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
    head, body, signature = token.split(".")
    raw = pairs.decode(signature)
    signed = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    pairs.read_public(key).verify(signed, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    return key, json.loads(pairs.decode(head)), json.loads(pairs.decode(body))


def test_the_first_one_is_made_once(any_app):
    first, second = vapid.ensure_key(), vapid.ensure_key()

    assert first.id == second.id
    assert pairs.public_of(vapid.private_of(first)) == first.public
    assert vapid.private_of(first).private_numbers() != pairs.new_private().private_numbers()


def test_the_private_half_is_not_to_be_read_in_the_database(app):
    key = vapid.ensure_key()

    assert pairs.write_private(vapid.private_of(key)) not in key.sealed
    app.config["SECRET_KEY"] = "another secret that is long enough for it"
    with pytest.raises(KeyUnreadable):
        vapid.private_of(key)


def test_a_rotated_key_stays_for_those_who_have_it_and_goes_after_ninety_days(any_app):
    old = vapid.ensure_key().id
    device = subscribe().id

    new = vapid.rotate_key()

    assert vapid.active_key().id == new.id != old
    assert db.session.get(Subscription, device).key_id == old
    assert vapid.revoke_old() == 0
    with transaction():
        db.session.execute(
            sa.update(VapidKey).where(VapidKey.id == old).values(retired_at=now_ms() - vapid.KEPT_MS - 1000)
        )
    assert vapid.revoke_old() == 1
    db.session.expire_all()
    assert db.session.get(VapidKey, old).status == "revoked"
    assert db.session.get(Subscription, device).status == "needs_resubscribe"


def test_the_keys_of_the_settings_are_the_active_ones(make_app):
    app = make_app()
    with app.app_context():
        made = vapid.ensure_key().public
    given, settings = pair(), app.config["SETTINGS"]

    other = create_app(settings_for(settings.data_path, DATABASE_URL=settings.DATABASE_URL, **given))

    with other.app_context():
        assert vapid.ensure_key().public == given["PUSH_VAPID_PUBLIC_KEY"] != made
        statuses = dict(db.session.execute(sa.select(VapidKey.public, VapidKey.status)).all())
        assert statuses == {made: "retiring", given["PUSH_VAPID_PUBLIC_KEY"]: "active"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"PUSH_VAPID_PUBLIC_KEY": ""}, "PUSH_VAPID_PUBLIC_KEY: is missing; the two belong together"),
        ({"PUSH_VAPID_PRIVATE_KEY": "abc"}, "PUSH_VAPID_PRIVATE_KEY: cannot be read"),
        ({"PUSH_VAPID_PRIVATE_KEY": "!" * 43}, "PUSH_VAPID_PRIVATE_KEY: cannot be read (not base64url)"),
        (
            {"PUSH_VAPID_PUBLIC_KEY": pair()["PUSH_VAPID_PUBLIC_KEY"]},
            "PUSH_VAPID_PUBLIC_KEY: does not belong to PUSH_VAPID_PRIVATE_KEY",
        ),
        ({"PUSH_VAPID_SUBJECT": "ops@shop.example"}, "PUSH_VAPID_SUBJECT: must begin with mailto: or https:"),
        (
            {"PUSH_VAPID_SUBJECT": "mailto:ops@localhost"},
            "PUSH_VAPID_SUBJECT: must be an address that somebody reads",
        ),
        (
            {"PUSH_VAPID_SUBJECT": "https://shop.invalid/"},
            "PUSH_VAPID_SUBJECT: must be an address that somebody reads",
        ),
    ],
)
def test_settings_that_cannot_work_are_named_before_anything_starts(tmp_path, changes, said):
    settings = settings_for(tmp_path, **(pair() | changes))

    (problem,) = problems(settings=settings)

    assert problem.startswith(said)
    with pytest.raises(SettingsError):
        create_app(settings)


def test_extra_push_services_are_for_tests(tmp_path):
    origins = {"PUSH_EXTRA_ORIGINS": "http://127.0.0.1:9"}
    start.check_settings(settings_for(tmp_path, **origins))

    (problem,) = problems(settings=settings_for(tmp_path, APP_ENV="development", **origins))

    assert problem.startswith("PUSH_EXTRA_ORIGINS")


def test_production_wants_a_key_that_somebody_made_and_an_address_of_its_own(make_app):
    app = make_app(APP_ENV="production", PUSH_VAPID_SUBJECT="mailto:ops@kilnmark.shop")

    with pytest.raises(SettingsError, match="run `flask vapid`"):
        start.check_keys(app)
    made = app.test_cli_runner().invoke(args=["vapid"])
    assert made.exit_code == 0 and "PUSH_VAPID_PUBLIC_KEY=B" in made.output
    start.check_keys(app)
    example = settings_for(app.config["SETTINGS"].data_path, APP_ENV="production", **EXAMPLE)
    assert "still the example's" in problems(settings=example)[0]


def test_without_web_push_no_key_is_asked_for(make_app):
    app = make_app(APP_ENV="production", PUSH_ENABLE_WEB_PUSH="false")

    start.check_keys(app)


def test_a_key_of_another_secret_stops_the_start(make_app):
    app = make_app()
    start.check_keys(app)
    app.config["SECRET_KEY"] = "another secret that is long enough for it"

    with pytest.raises(SettingsError, match="flask vapid --rotate"):
        start.check_keys(app)


def test_the_command_rotates(app):
    before = vapid.ensure_key().public

    said = app.test_cli_runner().invoke(args=["vapid", "--rotate"]).output

    assert vapid.active_key().public in said and before not in said


def test_a_key_of_the_settings_is_not_rotated_behind_their_back(make_app):
    app, given = make_app(**(keys := pair())), keys["PUSH_VAPID_PUBLIC_KEY"]

    said = app.test_cli_runner().invoke(args=["vapid", "--rotate"])

    assert said.exit_code == 1 and "change the two there" in said.output
    with app.app_context():
        assert vapid.ensure_key().public == given


def test_a_key_of_the_settings_is_sealed_again_under_another_secret(make_app):
    app = make_app(**pair())
    start.check_keys(app)
    app.config["SECRET_KEY"] = "another secret that is long enough for it"

    start.check_keys(app)

    with app.app_context():
        assert pairs.public_of(vapid.private_of(vapid.active_key())) == vapid.active_key().public


def test_a_push_service_can_check_who_sends():
    private = pairs.new_private()

    key, head, claims = claims_of(
        signing.Signer(private, "mailto:ops@shop.example").authorization(MOZILLA, NOW_S)
    )

    assert key == pairs.public_of(private)
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims == {"aud": MOZILLA, "exp": int(NOW_S) + 12 * 3600, "sub": "mailto:ops@shop.example"}


def test_one_signature_serves_a_service_for_eleven_hours():
    signer = signing.Signer(pairs.new_private(), "mailto:ops@shop.example")
    first = signer.authorization(MOZILLA, NOW_S)

    assert signer.authorization(MOZILLA, NOW_S + 11 * 3600) == first
    assert signer.authorization("https://fcm.googleapis.com", NOW_S) != first
    later = signer.authorization(MOZILLA, NOW_S + 11 * 3600 + 1)
    assert claims_of(later)[2]["exp"] > claims_of(first)[2]["exp"]
