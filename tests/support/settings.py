"""Settings of the tests: nothing from the environment or from .env, everything in the test's own folder."""

from pathlib import Path

from app.environment import load
from app.settings import Settings

SECRET_KEY = "a secret of the tests that is long enough"
# Production refuses the example's.
CONTACT = {"PUSH_VAPID_SUBJECT": "mailto:shop@kilnmark.example"}


def environment_for(folder: Path, **overrides: str) -> dict[str, str]:
    return {"APP_ENV": "test", "DATA_DIR": str(folder), "SECRET_KEY": SECRET_KEY, **CONTACT, **overrides}


def settings_for(folder: Path, **overrides: str) -> Settings:
    return load(environment_for(folder, **overrides), folder)
