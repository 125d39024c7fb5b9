"""Sending a file as the form does."""

import io

import sqlalchemy as sa

from app.core.database import db
from app.inventory.models import StockImport
from tests.security.test_login import csrf_of

IMPORT = "/staff/inventory/import"
EXPORT = "/staff/inventory/export.csv"


def key_of(page):
    return page.split('name="key" value="')[1].split('"')[0]


def upload(client, data=b"", *, text="", reason="Counted", key=None, name="stock.csv"):
    fields = {
        "csrf_token": csrf_of(client, IMPORT),
        "key": key or key_of(client.get(IMPORT).text),
        "reason": reason,
        "text": text,
    }
    if data:
        fields["file"] = (io.BytesIO(data), name)
    answer = client.post(IMPORT, data=fields, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one is a file, which the client forgets
    return answer


def imports():
    db.session.rollback()
    return list(db.session.scalars(sa.select(StockImport)))
