"""The page of mails, where the shop sends none: everybody's in the demo, an admin's elsewhere, nobody's in production."""

import pytest

from app.core.database import db, transaction
from app.core.mail import Mail
from tests.factories import make_user
from tests.security.test_login import sign_in

HTML = "<!doctype html><html><head><title>x</title></head><body><script>1</script>Hello</body></html>"


def write(**values):
    with transaction():
        mail = Mail(to="ada@example.test", subject="Hello <b>", body="Words & more\n", created_at=0, **values)
        db.session.add(mail)
        db.session.flush()
        return mail.path


@pytest.fixture
def demo(make_app):
    app = make_app(APP_ENV="demo")
    with app.app_context():
        yield app.test_client()


def test_the_demo_shows_everybody_all_mails(demo):
    path = write(sent_at=1)
    write(failed_at=1, error="550 no such person")
    write(error="451 later")

    page = demo.get("/mails").text

    assert f'href="{path}"' in page
    assert "550 no such person" in page
    assert "waiting after 451 later" in page


def test_a_mail_of_words_alone_is_shown_as_words(demo):
    path = write()

    page = demo.get(path)

    assert "Words &amp; more" in page.text
    assert "iframe" not in page.text
    assert demo.get(f"{path}/html").status_code == 404


def test_a_mail_in_two_parts_is_shown_in_a_frame_in_which_nothing_runs(demo):
    path = write(html=HTML, unsubscribe_url="http://localhost:3001/stop/abc")

    page, frame = demo.get(path), demo.get(f"{path}/html")

    assert f'src="{path}/html"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "http://localhost:3001/stop/abc" in page.text
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert '<head><base target="_blank">' in frame.text


def test_other_pages_open_no_frame(demo):
    assert "frame-src" not in demo.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("staff", 404), ("agent", 404), ("shopper", 404)]
)
def test_outside_the_demo_only_an_admin_sees_them(app, client, role, status):
    path = write(html=HTML)
    assert client.get("/mails").status_code == 404
    sign_in(client, make_user(role).email)

    assert {client.get(each).status_code for each in ("/mails", path, f"{path}/html")} == {status}


def test_where_mails_are_really_sent_nobody_sees_them(make_app):
    app = make_app(APP_ENV="demo", MAIL_URL="smtp://127.0.0.1:9")
    with app.app_context():
        client = app.test_client()
        path = write(html=HTML)
        sign_in(client, make_user("admin").email)

        assert {client.get(each).status_code for each in ("/mails", path, f"{path}/html")} == {404}
