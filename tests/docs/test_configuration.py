"""docs/configuration.md is what the settings are."""

from dataclasses import fields
from pathlib import Path

from app.consequences import CONSEQUENCES
from app.reference import describe_settings
from app.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs/configuration.md"


def test_every_variable_tells_what_a_wrong_value_does() -> None:
    assert set(CONSEQUENCES) == {entry.name for entry in fields(Settings)}


def test_the_page_is_what_the_command_prints() -> None:
    assert PAGE.read_text() == "\n".join(describe_settings(Settings)) + "\n", (
        "run: APP_ENV=demo .venv/bin/flask --app wsgi settings --markdown > docs/configuration.md"
    )
