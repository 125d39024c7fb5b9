"""The pictures of a product: uploaded, prepared by a worker, put in order, taken away."""

from typing import Any

import sqlalchemy as sa

from app.catalogue import picture_files
from app.catalogue.editing import lock_product, note
from app.catalogue.errors import Refused, wrong
from app.catalogue.models import Picture
from app.catalogue.picture_files import MOST_BYTES, SHOWN, UnusablePicture, is_picture
from app.core.database import after_commit, db, transaction
from app.core.errors import NotFound
from app.core.jobs import run_later
from app.security.access import Caller

MOST_PICTURES = 12


def keep_upload(body: bytes) -> str:
    """Write what was uploaded to the disk and return its name. Raises Invalid for what is no picture."""
    if len(body) > MOST_BYTES:
        raise wrong("file", "The file is larger than 8 MB. Make it smaller and choose it again.")
    if not is_picture(body[:16]):
        raise wrong("file", "This is not a JPEG, PNG or WebP picture. Choose another file.")
    return picture_files.keep_upload(body)


def add_picture(product_id: int, upload: str, alt: str, glaze: str | None, by: Caller) -> Picture:
    """A worker makes the picture of what `keep_upload` named."""
    with transaction():
        product = lock_product(product_id)
        if len(product.pictures) >= MOST_PICTURES:
            raise Refused(f"A product has {MOST_PICTURES} pictures at most. Delete one first.")
        picture = Picture(
            product_id=product.id,
            glaze=glaze,
            file=upload,
            alt=alt,
            width=SHOWN[0],
            height=SHOWN[1],
            position=max((each.position for each in product.pictures), default=-1) + 1,
            state="preparing",
        )
        db.session.add(picture)
        db.session.flush()
        run_later(prepare_picture, picture.id, queue="bulk")
        note("picture.add", f"product:{product.id}", by, after={"picture": picture.id})
    return picture


def prepare_picture(picture_id: int) -> None:
    """A job; a second run finds nothing left to do."""
    picture = db.session.get(Picture, picture_id, populate_existing=True)
    if picture is None or picture.state != "preparing":
        return
    name = picture.file
    try:
        made = picture_files.prepare_upload(name)
        values: dict[str, Any] = {
            "file": made.file,
            "large": made.large,
            "width": made.width,
            "height": made.height,
        }
        values |= {"state": "ready"}
    except UnusablePicture as error:
        values = {"state": "failed", "problem": str(error)}
    with transaction():
        written = db.session.execute(
            sa.update(Picture)
            .where(Picture.id == picture_id, Picture.state == "preparing")
            .values(**values)
            .returning(Picture.id)
        ).first()
    if written is None:  # it was deleted meanwhile
        drop_files([values.get("file"), values.get("large")], "")
    picture_files.drop_upload(name)


def describe_picture(picture_id: int, alt: str, glaze: str | None, by: Caller) -> Picture:
    with transaction():
        picture = find_picture(picture_id)
        picture.alt, picture.glaze = alt, glaze
        note("picture.edit", f"product:{picture.product_id}", by, after={"picture": picture.id})
    return picture


def move_picture(picture_id: int, direction: str, by: Caller) -> Picture:
    """One place `up` or `down`; at the end it stays. The first one stands on the shelf."""
    with transaction():
        picture = find_picture(picture_id)
        rows = list(lock_product(picture.product_id).pictures)
        place = rows.index(picture)
        rows.insert(max(0, place - 1) if direction == "up" else place + 1, rows.pop(place))
        for position, each in enumerate(rows):
            each.position = position
        note("picture.move", f"product:{picture.product_id}", by, after={"picture": picture.id})
    return picture


def delete_picture(picture_id: int, by: Caller) -> None:
    with transaction():
        picture = find_picture(picture_id)
        lock_product(picture.product_id)
        files = [picture.file, picture.large] if picture.state == "ready" else []
        upload = picture.file if picture.state != "ready" else ""
        db.session.delete(picture)
        db.session.flush()
        note("picture.delete", f"product:{picture.product_id}", by, before={"picture": picture_id})
        after_commit(lambda: drop_files(files, upload))


def drop_files(files: list[str | None], upload: str) -> None:
    for name in files:
        used = sa.select(Picture.id).where(sa.or_(Picture.file == name, Picture.large == name))
        if name and db.session.scalar(used.limit(1)) is None:
            picture_files.drop_media(name)
    if upload:
        picture_files.drop_upload(upload)


def find_picture(picture_id: int) -> Picture:
    picture = db.session.get(Picture, picture_id, populate_existing=True)
    if picture is None:
        raise NotFound("There is no such picture")
    return picture
