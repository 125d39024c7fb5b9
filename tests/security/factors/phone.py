"""Somebody with an authenticator app, at a browser of their own."""

import html
import re

import pyotp
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.security.factors import recovery_codes, second_factor
from app.security.factors.second_factor import Shown
from app.security.factors.totp import STEP_MS
from app.security.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret=SECRET, drift=0):
    """What an app shows whose clock is `drift` times 30 seconds off."""
    return pyotp.HOTP(secret).at(read_now() // STEP_MS + drift)


def give_factor(user, codes=("7KQ2M-XD4HP", "8MQ2M-XD4HP")):
    """A second factor of which no code was used, and recovery codes."""
    hashes = recovery_codes.hash_codes(user, list(codes))
    with transaction():
        second_factor.set_up(user, Shown(SECRET, 0), hashes)
    return user


def value_of(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page.text)[1])


def send(client, path, page_path=None, **fields):
    """Open the page and send its form."""
    page = client.get(page_path or path)
    names = re.findall(r'<input type="hidden" name="(\w+)"', page.text)
    return client.post(path, data={name: value_of(page, name) for name in names} | fields)


def since(user):
    db.session.rollback()
    return db.session.scalar(sa.select(User.second_factor_since).where(User.id == user.id))
