"""What the shop sells."""

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.database import BigKey, db

STATUSES = ("draft", "active", "archived")
PICTURE_STATES = ("preparing", "ready", "failed")

SKU = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Category(db.Model):
    __tablename__ = "category"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    blurb: Mapped[str] = mapped_column(sa.String(300))
    picture: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[int]
    low_threshold: Mapped[int | None]

    @property
    def path(self) -> str:
        return f"/categories/{self.slug}"


class Product(db.Model):
    """`facts` is a list of [label, value] pairs such as ["Height", "286 mm"]; `goes_with` lists slugs.

    Only an `active` product with a variant that is not retired is in the shop. `version` counts edits of the product and
    its variants, so that two people cannot overwrite each other. The slug is an address, so it never changes.
    """

    __tablename__ = "product"
    __table_args__ = (sa.CheckConstraint(f"status IN {STATUSES}", name="status"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    tagline: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text)
    facts: Mapped[list[list[str]]] = mapped_column(sa.JSON)
    care: Mapped[str] = mapped_column(sa.String(300))
    firing: Mapped[str] = mapped_column(sa.String(200))
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("category.id"), index=True)
    goes_with: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    position: Mapped[int]
    new_until: Mapped[int | None] = mapped_column(sa.BigInteger)
    status: Mapped[str] = mapped_column(sa.String(10), default="active", server_default="active")
    version: Mapped[int] = mapped_column(sa.BigInteger, default=1, server_default="1")
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    edited_at: Mapped[int | None] = mapped_column(sa.BigInteger)

    category: Mapped[Category] = relationship()
    variants: Mapped[list["Variant"]] = relationship(order_by="Variant.position", back_populates="product")
    pictures: Mapped[list["Picture"]] = relationship(order_by="Picture.position")

    @property
    def path(self) -> str:
        return f"/products/{self.slug}"

    @property
    def offered(self) -> list["Variant"]:
        return [variant for variant in self.variants if variant.retired_at is None]

    @property
    def ready_pictures(self) -> list["Picture"]:
        return [picture for picture in self.pictures if picture.state == "ready"]

    def picture_in(self, glaze: str) -> str:
        """The path of the first picture that shows it, or shows all glazes; empty when there is none."""
        shown = (each.path for each in self.ready_pictures if each.glaze in (None, glaze))
        return next(shown, "")

    @property
    def is_in_shop(self) -> bool:
        return self.status == "active" and bool(self.offered)


class Variant(db.Model):
    """One thing that can be bought, named by its SKU. Prices are minor units of the shop's currency, tax included.

    A variant is retired rather than deleted: its stock and its history stay.
    """

    __tablename__ = "variant"
    __table_args__ = (sa.CheckConstraint("price_minor >= 0", name="price"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    sku: Mapped[str] = mapped_column(sa.String(64), unique=True)
    glaze: Mapped[str] = mapped_column(sa.String(40))
    glaze_hex: Mapped[str] = mapped_column(sa.String(7))
    size: Mapped[str] = mapped_column(sa.String(40))
    price_minor: Mapped[int]
    position: Mapped[int]
    retired_at: Mapped[int | None] = mapped_column(sa.BigInteger)

    product: Mapped[Product] = relationship(back_populates="variants")

    @validates("sku")
    def check_sku(self, _: str, sku: str) -> str:
        """A SKU is the key of a channel, so it is spelt as channels are."""
        if not SKU.fullmatch(sku):
            raise ValueError(f"{sku!r} is no SKU: up to 64 letters, digits, dots, dashes and underscores")
        return sku

    @property
    def options(self) -> str:
        return ", ".join(part for part in (self.glaze, self.size) if part)

    @property
    def path(self) -> str:
        return f"{self.product.path}?sku={self.sku}"


class Picture(db.Model):
    """A picture of a product, or of one glaze. `file` is a name under the media folder, `large` twice its size.

    While an upload is `preparing`, `file` names it in the folder of uploads; `problem` says why it `failed`.
    """

    __tablename__ = "picture"
    __table_args__ = (sa.CheckConstraint(f"state IN {PICTURE_STATES}", name="state"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    glaze: Mapped[str | None] = mapped_column(sa.String(40))
    file: Mapped[str] = mapped_column(sa.String(120))
    alt: Mapped[str] = mapped_column(sa.String(250))
    width: Mapped[int]
    height: Mapped[int]
    position: Mapped[int]
    large: Mapped[str | None] = mapped_column(sa.String(120))
    state: Mapped[str] = mapped_column(sa.String(10), default="ready", server_default="ready")
    problem: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")

    @property
    def path(self) -> str:
        return f"/media/{self.file}"

    @property
    def large_path(self) -> str | None:
        return f"/media/{self.large}" if self.large else None


class SearchTerm(db.Model):
    """One word that finds one product; a small index that works the same on every database."""

    __tablename__ = "search_term"

    term: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)
    weight: Mapped[int]


class CatalogueImport(db.Model):
    """A file of products that somebody looks at before it is applied. `rows` are what it said, with their lines.

    `done` counts products, in the transaction that writes them, so that a job that is killed goes on where it stopped.
    """

    __tablename__ = "catalogue_import"

    id: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    file_name: Mapped[str] = mapped_column(sa.String(120))
    actor: Mapped[str] = mapped_column(sa.String(80))
    actor_role: Mapped[str] = mapped_column(sa.String(10))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    started_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    finished_at: Mapped[int | None] = mapped_column(sa.BigInteger)
