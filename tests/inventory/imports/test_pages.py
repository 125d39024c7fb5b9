"""The pages of imports: who may, what they say, and that a click counts once."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory.imports import files, parts
from app.inventory.imports.sheet import LARGEST_BYTES
from app.inventory.models import StockImport
from tests.factories import make_user
from tests.inventory.imports.importing import bring_in, on_hand, read
from tests.inventory.imports.uploading import EXPORT, IMPORT, imports, key_of, upload
from tests.security.test_login import csrf_of, sign_in


def press(client, path, action, **fields):
    page = client.get(path).text
    fields = {"csrf_token": csrf_of(client, path), "key": key_of(page), **fields}
    return client.post(f"{path}/{action}", data=fields)


def test_a_file_is_previewed_applied_and_undone(mira):
    answer = upload(mira, b"sku,on_hand\nCUP,12\nNONE,1\n")
    path = answer.location
    page = mira.get(path).text
    assert (answer.status_code, on_hand("CUP")) == (303, [10])
    assert "10 → <strong>12</strong>" in page
    assert page.index("No product has this SKU") < page.index("10 → <strong>12")

    assert press(mira, path, "apply", mode="skip").status_code == 303
    assert "Applying the import" in mira.get(path).text
    assert 'http-equiv="refresh"' in mira.get(path).text
    [file] = imports()
    parts.run(file.id)
    assert "Import applied" in mira.get(path).text
    assert on_hand("CUP") == [12]

    assert press(mira, path, "undo").status_code == 303
    parts.run(file.id)
    assert "Import undone" in mira.get(path).text
    assert on_hand("CUP") == [10]
    assert "Ada Novak" in mira.get(IMPORT).text


def test_rows_can_be_pasted(mira):
    path = upload(mira, text="sku\tchange\r\nCUP\t+5\r\n").location

    assert "10 → <strong>15</strong>" in mira.get(path).text


def test_all_or_nothing_with_wrong_rows_says_so_at_the_choice(mira):
    path = upload(mira, b"sku,on_hand\nCUP,12\nNONE,1\n").location

    answer = press(mira, path, "apply", mode="all")

    assert answer.status_code == 409
    assert "1 rows are wrong" in answer.text
    assert imports()[0].state == "preview"


def test_a_second_click_applies_nothing_more_and_undoes_nothing_more(mira):
    path = upload(mira, b"sku,change\nCUP,+2\n").location
    page = mira.get(path).text
    fields = {"csrf_token": csrf_of(mira, path), "key": key_of(page), "mode": "all"}

    answers = [mira.post(f"{path}/apply", data=fields).status_code for _ in range(2)]
    parts.run(imports()[0].id)

    assert answers == [303, 303]
    assert on_hand("CUP") == [12]
    assert press(mira, path, "apply", mode="all").status_code == 409


def test_an_upload_sent_twice_is_one_preview(mira):
    key = key_of(mira.get(IMPORT).text)

    first, second = (upload(mira, b"sku,on_hand\nCUP,12\n", key=key) for _ in range(2))

    assert first.location == second.location
    assert len(imports()) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose a file, or paste the rows below"),
        ({"data": b"name\nCUP\n"}, "column sku is missing"),
        ({"text": "sku,on_hand"}, "no rows below"),
        ({"data": b"sku,on_hand\nCUP,1\n", "reason": ""}, "Say why"),
        ({"data": b"sku,on_hand\n" + b"x" * LARGEST_BYTES}, "larger than 1 MiB"),
        ({"text": "sku,on_hand\n" + "x" * LARGEST_BYTES}, "larger than 1 MiB"),
    ],
)
def test_what_is_refused_comes_back_to_the_form_with_the_reason(mira, fields, said):
    answer = upload(mira, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert imports() == []


def test_a_file_of_exactly_one_mebibyte_is_read(mira):
    head = b"sku,on_hand,reason\nCUP,12,"
    data = head + b"x" * 200 + b"\n" + b"\n" * (LARGEST_BYTES - len(head) - 201)

    assert upload(mira, data).status_code == 303


def test_what_was_pasted_and_typed_is_kept_after_a_mistake(mira):
    page = upload(mira, text="sku\nCUP", reason="Stock-take").text

    assert "sku\nCUP</textarea>" in page
    assert 'value="Stock-take"' in page


def test_names_in_a_file_are_text_on_the_page(mira):
    page = mira.get(upload(mira, b"sku,on_hand\n<script>x,1\n", name="<b>.csv").location).text

    assert "<script>x" not in page
    assert "<b>.csv" not in page
    assert "&lt;script&gt;x" in page


def test_a_long_preview_has_pages(mira):
    rows = b"".join(b"N%03d,1\n" % number for number in range(120))
    path = upload(mira, b"sku,on_hand\n" + rows).location

    assert "1 of 5" in mira.get(path).text
    assert "N119" in mira.get(f"{path}?page=5").text
    assert [mira.get(f"{path}?page={page}").status_code for page in ("6", "0", "x")] == [404] * 3


def test_the_progress_answers_alone_and_reloads_the_page_in_the_end(mira):
    path = upload(mira, b"sku,on_hand\nCUP,12\n").location
    press(mira, path, "apply", mode="all")

    working = mira.get(f"{path}/progress")
    parts.run(imports()[0].id)
    done = mira.get(f"{path}/progress")

    assert "<progress" in working.text and "<html" not in working.text
    assert "HX-Refresh" not in working.headers
    assert done.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("role", ["shopper", "agent"])
def test_only_staff_may_import(app, client, stock, role):
    import_id = bring_in("sku,change\nCUP,+1\n")
    make_user(role, email="ada@example.test")
    sign_in(client, "ada@example.test")
    fields = {"csrf_token": csrf_of(client, "/")}

    paths = ["", "/template.csv", f"/{import_id}", f"/{import_id}/progress"]
    assert [client.get(IMPORT + path).status_code for path in paths] == [403] * 4
    posts = ["", f"/{import_id}/apply", f"/{import_id}/undo"]
    assert [client.post(IMPORT + path, data=fields).status_code for path in posts] == [403] * 3
    assert read(import_id).state == "applied"


def test_guests_sign_in_first_and_agents_may_export(app, client, stock):
    assert [client.get(path).status_code for path in (IMPORT, EXPORT)] == [303, 303]
    make_user("agent", email="jun@example.test")
    sign_in(client, "jun@example.test")

    assert client.get(EXPORT, buffered=True).status_code == 200
    assert "Import</a>" not in client.get("/staff/inventory").text


def test_an_unknown_import_is_not_found(mira):
    assert [mira.get(f"{IMPORT}/{name}").status_code for name in ("nothing", "nothing/progress")] == [
        404,
        404,
    ]


def test_a_preview_that_is_gone_says_why(mira):
    path = upload(mira, b"sku,on_hand\nCUP,12\n").location
    with transaction():
        db.session.execute(sa.update(StockImport).values(created_at=0))

    files.prune()

    assert "goes after a day" in mira.get(path).text
