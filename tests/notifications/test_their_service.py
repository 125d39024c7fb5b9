"""A push service that we did not write takes what we send, and reads it: the npm package web-push-testing."""

import json
import shutil
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.notifications.delivery import drain
from app.notifications.devices import subscriptions
from app.notifications.devices.subscriptions import Offered
from app.notifications.keys import vapid
from app.notifications.models import Delivery, Subscription
from tests.notifications.sending import configure
from tests.notifications.telling import ADA, register, tell
from tests.support.waiting import free_ports, wait_for

PACKAGE = "web-push-testing@1.2.2"
RUNNER = Path(__file__).with_name("their_service.js")
INSTALL_S = 120

pytestmark = [pytest.mark.slow, pytest.mark.processes]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The folder that it is installed in."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("npm")
    command = [
        "npm",
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(folder),
        PACKAGE,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S)
    if done.returncode:
        pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr[-200:]}")
    return folder


@pytest.fixture(scope="module")
def service(package):
    (port,) = free_ports(1)
    process = subprocess.Popen(
        ["node", str(RUNNER), str(package), str(port)], cwd=package, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: is_open(port), 30, "the service")
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait(10)


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(url, **body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text)["data"] if text.startswith(b"{") else None


@pytest.fixture
def theirs(app, service):
    """A subscription of Ada's that the service made."""
    configure(app, PUSH_EXTRA_ORIGINS=(service,))
    register(app)
    key = vapid.ensure_key().public
    made = ask(f"{service}/subscribe", userVisibleOnly="true", applicationServerKey=key)
    offered = Offered(
        endpoint=made["endpoint"],
        p256dh=made["keys"]["p256dh"],
        auth=made["keys"]["auth"],
        application_key=key,
    )
    subscriptions.subscribe(ADA, "", offered)
    return made["clientHash"]


def became():
    db.session.expire_all()
    return db.session.scalars(sa.select(Delivery.state).order_by(Delivery.id)).all()


def test_it_accepts_and_reads_what_we_send(app, service, theirs):
    tell(name="Zoë", count=3)

    drain.drain()

    assert became() == ["accepted"]
    (message,) = ask(f"{service}/get-notifications", clientHash=theirs)["messages"]
    shown = json.loads(message)["notification"]
    assert shown["title"] == "Zoë, your parcel is on its way"
    assert shown["body"].startswith("3 pieces")


def test_a_browser_that_has_unsubscribed_there_is_gone_here(app, service, theirs):
    ask(f"{service}/expire-subscription/{theirs}")
    tell()

    drain.drain()

    assert became() == ["gone"]
    assert db.session.scalar(sa.select(Subscription.status)) == "gone"


def test_it_refuses_what_is_signed_with_another_key(app, service, theirs):
    other = vapid.rotate_key()
    db.session.execute(sa.update(Subscription).values(key_id=other.id))
    db.session.commit()
    tell()

    drain.drain()

    assert became() == ["failed"]
