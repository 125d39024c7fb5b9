"""Files through the real processes: bodies whose length nobody says, and the worker that looks into them."""

import re
import secrets
from collections.abc import Iterator

import pytest
import requests

from app.chat.access import Actor
from app.chat.rooms import Opening, open_desk_room
from app.core.database import run_transaction
from app.security.models import User
from tests.chat.files import samples
from tests.factories import PASSWORD, make_user
from tests.support.shop import open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes]

MOST = 5 * 1024 * 1024
EMAIL = "jun@example.test"
PIECE = 64 * 1024


def seed() -> None:
    user: User = make_user(email=EMAIL, name="Jun")
    actor = Actor(f"user:{user.public_id}", user.name, "shopper")
    room = run_transaction(lambda: open_desk_room(actor, Opening()))
    rooms.append(room.public_id)


rooms: list[str] = []


class Jun:
    """A shopper who is signed in, and sends files into their room."""

    def __init__(self, url: str):
        self.url = url
        self.web = requests.Session()
        fields = {"email": EMAIL, "password": PASSWORD, "csrf_token": self.token("/login")}
        self.web.post(f"{url}/login", fields, allow_redirects=False, timeout=10).raise_for_status()
        self.csrf = self.token("/")

    def token(self, path: str) -> str:
        page = self.web.get(self.url + path, timeout=10).text
        found = re.search(r'name="csrf[-_]token"[^>]*(?:value|content)="([^"]+)"', page)
        assert found, page[:2000]
        return found[1]

    def send(self, body: Iterator[bytes], name: str, declared: str) -> requests.Response:
        """As chunks, without saying how long all of it is."""
        return self.web.post(
            f"{self.url}/chat/rooms/{rooms[-1]}/files",
            self.form(body, name, declared),
            headers={
                "Accept": "application/json",
                "Content-Type": "multipart/form-data; boundary=clay",
                "X-CSRFToken": self.csrf,
            },
            timeout=30,
        )

    def form(self, body: Iterator[bytes], name: str, declared: str) -> Iterator[bytes]:
        yield f'--clay\r\nContent-Disposition: form-data; name="clientId"\r\n\r\n{secrets.token_hex(8)}\r\n'.encode()
        yield b'--clay\r\nContent-Disposition: form-data; name="file"; '
        yield f'filename="{name}"\r\nContent-Type: {declared}\r\n\r\n'.encode()
        yield from body
        yield b"\r\n--clay--\r\n"

    def get(self, path: str) -> requests.Response:
        return self.web.get(self.url + path, timeout=10)

    def is_checked(self) -> str:
        """What the room shows of the last file once a worker has looked into it."""
        told = self.get(f"/chat/rooms/{rooms[-1]}/events?after=0").json()["events"][-1]
        return told["content"] if told["type"] == "change" else ""


@pytest.fixture(scope="module")
def shop():
    with open_shop("redis", "web", "live", "clock", "worker", seed=seed) as shop:
        yield shop


@pytest.fixture
def jun(shop):
    return Jun(shop.url)


def text(size: int) -> Iterator[bytes]:
    for start in range(0, size, PIECE):
        yield b"x" * min(PIECE, size - start)


def blobs(shop):
    return list((shop.folder / "files").glob("*/*/*"))


def test_a_body_of_unknown_length_is_counted_as_it_comes(shop, jun):
    assert jun.send(text(MOST), "notes.txt", "text/plain").status_code == 200
    before = blobs(shop)

    refused = jun.send(text(MOST + 1), "notes.txt", "text/plain")

    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
    assert blobs(shop) == before


def test_a_body_far_over_the_limit_leaves_nothing(shop, jun):
    before = blobs(shop)

    try:
        status = jun.send(text(20 * MOST), "notes.txt", "text/plain").status_code
    except requests.ConnectionError:
        status = 413  # it was told so while it was still talking

    assert status == 413
    assert blobs(shop) == before
    assert shop.health()["status"] == "ok"


def test_a_picture_goes_through_the_worker_to_the_room(shop, jun):
    body = samples.image_with_place()
    answer = jun.send(iter([body[:1000], body[1000:]]), "kiln.jpg", "image/jpeg")
    assert answer.status_code == 200

    shown = wait_for(jun.is_checked, 20, f"the picture; {shop.logs()}")

    path = re.search(r'href="(/chat/files/\w+)"', shown)[1]
    picture, small = jun.get(path), jun.get(f"{path}/thumbnail")
    assert (picture.status_code, small.status_code) == (200, 200)
    assert b"Secret" in body and b"Secret" not in picture.content
    assert small.headers["Content-Type"] == "image/webp"


def test_a_bomb_goes_through_the_worker_and_is_rejected(shop, jun):
    jun.send(iter([samples.png_bomb(30_000, 30_000)]), "bomb.png", "image/png")

    shown = wait_for(jun.is_checked, 20, f"the answer; {shop.logs()}")

    assert "more than 25 megapixels" in shown
