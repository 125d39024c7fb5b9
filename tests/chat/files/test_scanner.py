"""The virus scanner: what it is asked, what its answers mean, and what happens while it is away."""

import io
import socket

import pytest

from app.chat.files.errors import Unusable
from app.chat.files.inspection import inspect_file
from app.chat.files.scanner import ScannerAway, scan
from tests.chat.files import samples
from tests.chat.files.clamd import VIRUS, Clamd
from tests.chat.files.sending import file_of, send
from tests.chat.talking import open_room


@pytest.fixture(params=["port", "path"])
def clamd(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("c")
    scanner = Clamd(folder / "clamd.sock" if request.param == "path" else None)
    yield scanner
    scanner.close()


@pytest.fixture
def scanned_app(make_app, clamd):
    app = make_app(CHAT_CLAMAV_ADDRESS=clamd.address)
    with app.app_context():
        yield app


def test_a_whole_file_is_sent_in_pieces_and_found_clean(scanned_app, clamd):
    body = samples.TEXT * 10_000

    scan(io.BytesIO(body))

    assert clamd.asked == [body]


def test_a_virus_is_refused_without_its_name(scanned_app):
    with pytest.raises(Unusable, match="^The virus scanner refused it.$"):
        scan(io.BytesIO(b"x" * 100_000 + VIRUS))


@pytest.mark.parametrize(
    "answer", [b"", b"stream: OK but", b"INSTREAM size limit exceeded. ERROR\0", b"x" * 10_000]
)
def test_any_other_answer_is_no_answer(scanned_app, clamd, answer):
    clamd.answer = answer

    with pytest.raises(ScannerAway):
        scan(io.BytesIO(b"clay"))


def test_a_file_waits_while_the_scanner_is_away_and_is_checked_when_it_is_back(make_app):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with make_app(CHAT_CLAMAV_ADDRESS=f"127.0.0.1:{port}").app_context():
        posted = send(open_room(), samples.TEXT, "notes.txt")

        with pytest.raises(ScannerAway):
            inspect_file(file_of(posted).id)

        assert file_of(posted).state == "scanning"


def test_a_refused_file_says_so_in_the_room(scanned_app):
    posted = send(open_room(), samples.TEXT + VIRUS, "notes.txt")

    inspect_file(file_of(posted).id)

    assert (file_of(posted).state, file_of(posted).reason) == ("rejected", "The virus scanner refused it.")


def test_without_a_scanner_nobody_is_asked(app):
    scan(io.BytesIO(VIRUS))
