"""An import from its upload to its end. Nothing is written while any row is wrong; then a job writes product by product.

Each few products are one transaction, because on SQLite the whole shop waits for it. A job that is killed goes on where
it stopped, and the same file imported again changes nothing more.
"""

import secrets
from dataclasses import asdict

import sqlalchemy as sa

from app.catalogue.editing import note
from app.catalogue.errors import Refused
from app.catalogue.imports.plan import Plan, find_products, plan
from app.catalogue.imports.sheet import COLUMNS, ProductEntry, VariantEntry, read_entries
from app.catalogue.models import CatalogueImport, Product, Variant
from app.catalogue.products import Basics, change_status, create_product, edit_product
from app.catalogue.variants import VariantValues, add_variant, edit_variant
from app.core.csv_files import CsvRow, UnreadableFile, read_table
from app.core.database import db, delete_in_chunks, now_ms, read_now, transaction
from app.core.errors import DomainError, NotFound
from app.core.jobs import run_later
from app.security.access import Caller

MOST_BYTES = 4 * 1024 * 1024
MOST_ROWS = 5_000
AT_ONCE = 3
KEPT_MS = 7 * 24 * 3600 * 1000


def read_file(data: bytes) -> list[CsvRow]:
    """Raises UnreadableFile."""
    rows = read_table(data, COLUMNS, needed=("product",))
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(f"There are {len(rows):,} rows; import at most {MOST_ROWS:,} at once")
    return rows


def keep_rows(name: str, rows: list[CsvRow], by: Caller) -> str:
    """Write them down for the preview. Returns its id."""
    entries, _ = read_entries(rows)
    with transaction():
        kept = CatalogueImport(
            id=secrets.token_hex(6),
            file_name=name[-120:],
            actor=by.name,
            actor_role=by.role,
            rows=[asdict(row) for row in rows],
            total=len(entries),
            created_at=read_now(),
        )
        db.session.add(kept)
    return kept.id


def preview(kept: CatalogueImport) -> Plan:
    return plan(*read_entries(rows_of(kept)))


def check_promise(import_id: str, fingerprint: str) -> None:
    """Raises Refused when a row is wrong, or the catalogue is not what the preview was made of.

    Takes longer than a transaction may, so `start` comes after it; whatever changes in between is checked once more by
    the job.
    """
    promised = preview(get_import(import_id))
    if promised.problems:
        raise Refused("Some rows are wrong. Correct them in the file and upload it again.")
    if promised.fingerprint != fingerprint:
        raise Refused("The catalogue has changed since this preview. Look at what would happen now.")


def start(import_id: str, by: Caller) -> None:
    """Queue the job. Raises Refused when it was queued before."""
    with transaction():
        started = db.session.execute(
            sa.update(CatalogueImport)
            .where(CatalogueImport.id == import_id, CatalogueImport.started_at.is_(None))
            .values(started_at=now_ms(), actor=by.name, actor_role=by.role)
            .returning(CatalogueImport.id)
        )
        if started.first() is None:
            raise Refused("This file is being applied already.")
        run_later(apply_import, import_id, queue="bulk")
        note("catalogue.import", f"import:{import_id}", by)


def apply_import(import_id: str) -> None:
    """A job: go on from where it stands."""
    kept = get_import(import_id)
    by = Caller(kept.actor, kept.actor_role, ())
    entries, _ = read_entries(rows_of(kept))
    while go_on(import_id, entries, by):
        pass


def go_on(import_id: str, entries: list[ProductEntry], by: Caller) -> bool:
    """Write the next few products. False when there is nothing left to do."""
    try:
        with transaction():
            kept = db.session.get_one(
                CatalogueImport, import_id, with_for_update=True, populate_existing=True
            )
            if kept.finished_at is not None:
                return False
            for entry in entries[kept.done : kept.done + AT_ONCE]:
                apply_entry(entry, by)
            kept.done = min(kept.done + AT_ONCE, len(entries))
            if kept.done == len(entries):
                kept.finished_at = read_now()
    except DomainError as error:
        if error.kind == "busy":
            raise
        stop(import_id, error.detail)
        return False
    return True


def stop(import_id: str, problem: str) -> None:
    with transaction():
        kept = get_import(import_id)
        kept.problem, kept.finished_at = problem[:300], read_now()


def apply_entry(entry: ProductEntry, by: Caller) -> None:
    """Call inside transaction(). What is so already is left alone."""
    product = find_products([entry]).get(entry.slug)
    basics = make_basics(entry, product)
    if product is None:
        product = create_product(basics, by, slug=entry.slug)
    else:
        edit_product(product.id, basics, by)
    known = {variant.sku: variant for variant in product.variants}
    for variant in entry.variants:
        apply_variant(product, variant, known.get(variant.sku), by)
    change_status(product.id, entry.values.get("status", product.status), by)


def make_basics(entry: ProductEntry, product: Product | None) -> Basics:
    before = {name: getattr(product, name) for name in Basics.__dataclass_fields__} if product else {}
    blank = {"tagline": "", "description": "", "facts": [], "care": "", "firing": ""}
    said = {name: value for name, value in entry.values.items() if name not in ("status", "category")}
    if "category" in entry.values:
        said["category_id"] = entry.values["category"]
    return Basics(**{**blank, **before, **said})


def apply_variant(product: Product, entry: VariantEntry, variant: Variant | None, by: Caller) -> None:
    said = {("price_minor" if name == "price" else name): value for name, value in entry.values.items()}
    if variant is None:
        add_variant(product.id, entry.sku, VariantValues(**{"size": "", **said}), by)
    else:
        before = {name: getattr(variant, name) for name in VariantValues.__dataclass_fields__}
        edit_variant(variant.id, VariantValues(**{**before, **said}), by)


def get_import(import_id: str) -> CatalogueImport:
    found = db.session.get(CatalogueImport, import_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such import; they are kept for a week")
    return found


def rows_of(kept: CatalogueImport) -> list[CsvRow]:
    return [CsvRow(row["line"], row["cells"]) for row in kept.rows]


def prune() -> None:
    delete_in_chunks(CatalogueImport, CatalogueImport.created_at < now_ms() - KEPT_MS)
