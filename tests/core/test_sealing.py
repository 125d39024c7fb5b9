"""What is sealed opens with the same key, for the same purpose, and while it is young enough."""

import pytest

from app.core.sealing import SealBroken, seal, unseal


def test_it_opens_for_its_own_purpose_only(app):
    sealed = seal("keys", b"secret")

    assert unseal("keys", sealed) == b"secret"
    assert "secret" not in sealed
    with pytest.raises(SealBroken):
        unseal("other keys", sealed)


def test_a_key_that_was_replaced_still_opens_while_it_stands_among_the_fallbacks(app):
    sealed, old = seal("keys", b"secret"), app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another secret that is long enough for it"

    with pytest.raises(SealBroken):
        unseal("keys", sealed)
    app.config["SECRET_KEY_FALLBACKS"] = [old]
    assert unseal("keys", sealed) == b"secret"


@pytest.mark.parametrize("sealed", ["", "gAAAA", "é", "a" * 500])
def test_what_we_did_not_seal_does_not_open(app, sealed):
    with pytest.raises(SealBroken):
        unseal("keys", sealed)


def test_what_is_too_old_does_not_open(app):
    with pytest.raises(SealBroken):
        unseal("keys", seal("keys", b"secret"), most_age_s=-1)
