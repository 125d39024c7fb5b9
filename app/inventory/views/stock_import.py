"""Importing stock: a file is shown first, applied by a job, and can be undone."""

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.errors import DomainError, NotFound
from app.core.failures import STATUS
from app.core.forms import renew_key, submit_once
from app.core.http import see_other
from app.inventory import exports
from app.inventory.forms.stock_import import ApplyForm, ImportForm, UndoForm
from app.inventory.history import name_people
from app.inventory.imports import files
from app.inventory.imports.parts import PART
from app.inventory.imports.sheet import COLUMNS, LARGEST_BYTES, MOST_ROWS
from app.inventory.models import StockImport
from app.security.access import current_caller, role_required

# What is too large should come back as a sentence at the form: its reader is kept from more than this only.
LARGEST_REQUEST = 4 * LARGEST_BYTES
PATH = "/staff/inventory/import"

bp = Blueprint("imports", __name__, url_prefix=PATH)


@bp.url_value_preprocessor
def allow_a_large_file(_endpoint: str | None, _values: object) -> None:
    """Before the CSRF guard reads the form, which is where the usual limits would end it."""
    request.max_content_length = request.max_form_memory_size = LARGEST_REQUEST


@bp.get("")
@role_required("staff")
def show_imports() -> str:
    return upload_page(ImportForm())


@bp.get("/template.csv")
@role_required("staff")
def show_template() -> Response:
    response = Response(exports.write_template(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="stock-template.csv"'
    return response


@bp.post("")
@role_required("staff")
def post_file() -> str | BaseResponse | tuple[str, int]:
    form = ImportForm()
    name, data = sent_table(form)
    valid = form.validate_on_submit()
    if not data:
        form.file.errors = ["Choose a file, or paste the rows below"]
    if not valid or not data:
        return upload_page(form), 422
    caller = current_caller()
    try:
        preview = files.make_preview(name, data, form.reason.data, caller.name)
        import_id = submit_once(form, caller.name, lambda: files.keep(preview))
    except DomainError as error:
        field = form.file if name else form.text
        field.errors = [error.detail]
        renew_key(form)
        return upload_page(form), STATUS[error.kind]
    return see_other(f"{PATH}/{import_id}")


def sent_table(form: ImportForm) -> tuple[str, bytes]:
    """The name and content of the file; of pasted text, which has no name, the text."""
    upload = request.files.get("file")
    if upload and upload.filename:
        with upload.stream as stream:
            return upload.filename, stream.read()
    return "", (form.text.data or "").strip("\r\n").encode()


@bp.get("/<import_id>")
@role_required("staff")
def show_import(import_id: str) -> str:
    file = files.get_import(import_id)
    return import_page(file, ApplyForm(mode="skip" if file.wrong else "all"))


@bp.get("/<import_id>/progress")
@role_required("staff")
def show_progress(import_id: str) -> Response:
    """What the page asks for every second; once all is done it is loaded anew, which announces the result."""
    file = files.get_import(import_id)
    response = make_response(render_template("inventory/_import_progress.html", file=file))
    if not file.is_working:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.post("/<import_id>/apply")
@role_required("staff")
def post_apply(import_id: str) -> str | BaseResponse | tuple[str, int]:
    form, caller = ApplyForm(), current_caller()
    if not form.validate_on_submit():
        return import_page(files.get_import(import_id), form), 422

    def act() -> str:
        files.start(import_id, form.mode.data, caller)
        return import_id

    try:
        submit_once(form, caller.name, act)
    except DomainError as error:
        form.mode.errors = [error.detail]
        renew_key(form)
        return import_page(files.get_import(import_id), form), STATUS[error.kind]
    return see_other(f"{PATH}/{import_id}")


@bp.post("/<import_id>/undo")
@role_required("staff")
def post_undo(import_id: str) -> str | BaseResponse | tuple[str, int]:
    form, caller = UndoForm(), current_caller()

    def act() -> str:
        files.undo(import_id, caller)
        return import_id

    try:
        submit_once(form, caller.name, act)
    except DomainError as error:
        return import_page(files.get_import(import_id), ApplyForm(), error.detail), STATUS[error.kind]
    return see_other(f"{PATH}/{import_id}")


def upload_page(form: ImportForm) -> str:
    imports = files.list_imports()
    return render_template(
        "inventory/import.html",
        form=form,
        imports=[(file, clock.from_ms(file.created_at)) for file in imports],
        names=name_people({file.actor for file in imports}),
        columns=COLUMNS,
        most_rows=MOST_ROWS,
    )


def import_page(file: StockImport, form: ApplyForm, error: str = "") -> str:
    pages = max(1, -(-file.total // PART))
    page = request.args.get("page", "1")
    number = int(page[:6]) if page.isdecimal() and page.isascii() else 0
    if not 1 <= number <= pages:
        raise NotFound(f"There are only {pages} pages")
    return render_template(
        "inventory/import_file.html",
        file=file,
        form=form,
        undo_form=UndoForm(),
        error=error,
        at=clock.from_ms(file.finished_at or file.created_at),
        names=name_people({file.actor, file.undone_by}),
        rows=files.list_rows(file.id, number),
        problems=files.list_problems(file.id) if file.refused or file.stuck else [],
        page=number,
        pages=pages,
    )
