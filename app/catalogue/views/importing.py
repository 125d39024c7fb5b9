"""Products as a file: out of the shop, and back into it after a look at what would change."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.catalogue.forms.importing import ApplyForm, FileForm
from app.catalogue.forms.placing import place_error
from app.catalogue.imports import files
from app.catalogue.imports.sheet import COLUMNS, write_sheet
from app.core import http
from app.core.csv_files import write_table
from app.core.database import transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import submit_once
from app.core.http import see_other
from app.security.access import current_caller, role_required

Page = str | Response | tuple[str, int]
SHOWN = 200

bp = Blueprint("catalogue_import", __name__, url_prefix="/staff/catalogue")


@bp.get("/export.csv")
@role_required("staff")
def export_products() -> Response:
    with transaction():
        current_caller().note("catalogue_exported", "catalogue")
    return csv_file(write_sheet(), "products.csv")


@bp.get("/template.csv")
@role_required("staff")
def export_template() -> Response:
    return csv_file(write_table(COLUMNS, []), "products-template.csv")


def csv_file(text: str, name: str) -> Response:
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/import")
@role_required("staff")
def show_import() -> str:
    return render_template("catalogue/import.html", form=FileForm(formdata=None), columns=COLUMNS)


@bp.post("/import")
@http.takes_upload(files.MOST_BYTES + 64 * 1024)
@role_required("staff")
def post_file() -> Page:
    form, caller = FileForm(), current_caller()
    upload = form.file.data
    data = http.read_upload(upload, files.MOST_BYTES)
    if not form.validate_on_submit() or not data or len(data) > files.MOST_BYTES:
        form.file.errors = ["Choose a CSV file of at most 4 MB"]
        return render_template("catalogue/import.html", form=form, columns=COLUMNS), 422
    try:
        rows = files.read_file(data)
        import_id = submit_once(
            form, caller.name, lambda: files.keep_rows(upload.filename or "", rows, caller)
        )
    except DomainError as error:
        place_error(form, error)
        form.file.errors = form.form_errors
        return render_template("catalogue/import.html", form=form, columns=COLUMNS), STATUS[error.kind]
    return see_other(f"/staff/catalogue/import/{import_id}")


@bp.get("/import/<import_id>")
@role_required("staff")
def show_preview(import_id: str) -> str:
    return preview_page(import_id)


@bp.post("/import/<import_id>")
@role_required("staff")
def post_apply(import_id: str) -> Page:
    form, caller = ApplyForm(), current_caller()
    if not form.validate_on_submit():
        return preview_page(import_id), 422

    def act() -> str:
        files.start(import_id, caller)
        return "The file is being applied."

    try:
        files.check_promise(import_id, form.fingerprint.data or "")
        submit_once(form, caller.name, act)
    except DomainError as error:
        return preview_page(import_id, error.detail), STATUS[error.kind]
    return see_other(f"/staff/catalogue/import/{import_id}")


@bp.get("/import/<import_id>/progress")
@role_required("staff")
def show_progress(import_id: str) -> str:
    return render_template("catalogue/_progress.html", kept=files.get_import(import_id))


def preview_page(import_id: str, problem: str = "") -> str:
    kept = files.get_import(import_id)
    plan = None if kept.started_at else files.preview(kept)
    return render_template(
        "catalogue/import_preview.html",
        kept=kept,
        plan=plan,
        problem=problem,
        shown=SHOWN,
        form=ApplyForm(formdata=None, fingerprint=plan.fingerprint if plan else ""),
    )
