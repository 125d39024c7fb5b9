"""Whoever is kept out themselves gets in again by the command line; and settings that cannot be used stop the start."""

import pytest

from app.security.threats import records
from app.settings import SettingsError
from tests.security.threats.clients import ATTACKER, client_from, probe
from tests.support.settings import settings_for


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["threats", *arguments])


def test_the_command_line_shows_who_is_kept_out_and_lets_them_in(app):
    attacker = client_from(app)
    probe(attacker)
    records.write_down()

    shown, allowed = run(app), run(app, "allow", ATTACKER, "My own line", "--hours", "2")

    assert "blocked" in shown.output and ATTACKER in shown.output and "scanner_path" in shown.output
    assert (allowed.exit_code, allowed.output) == (0, f"{ATTACKER}/32 is let in for 2 hours\n")
    assert attacker.get("/cart/count").status_code == 200
    assert run(app).output == ""


def test_what_is_no_address_is_refused_in_words(app):
    refused = run(app, "allow", "everybody", "Nonsense")

    assert refused.exit_code == 1
    assert "Give an address such as 203.0.113.7" in refused.output


@pytest.mark.parametrize("text", ["nobody", "203.0.113.7/33", "203.0.113.7/24", "::g"])
def test_a_list_of_networks_with_a_mistake_stops_the_start(tmp_path, text):
    with pytest.raises(SettingsError, match="THREAT_ALLOW: must be addresses such as"):
        settings_for(tmp_path, THREAT_ALLOW=f"198.51.100.1, {text}")
