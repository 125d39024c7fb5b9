"""The job that deletes is killed for good in the middle of a batch, and the next run goes on."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.chat import queries
from app.chat.figures import rollups
from app.chat.keeping import retention
from app.chat.models import DailyFigure, Message, Room
from app.core.database import db
from tests.chat.past import old_room, read_all

ROOT = Path(__file__).resolve().parents[2]
DYING = """
from app import create_app
from app.chat.keeping import purging, retention
from app.core.database import db

app, calls, delete = create_app(), [], purging.delete_messages
folder = app.config["SETTINGS"].data_path / "faults"

def delete_and_die(*args):
    calls.append(1)
    if len(calls) == 3:
        folder.mkdir(exist_ok=True)
        (folder / POINT).write_text(str(__import__("os").getpid()))
    return delete(*args)

purging.delete_messages, purging.BATCH = delete_and_die, 4
retention.BATCH = 4
with app.app_context():
    retention.keep_to_limits()
"""


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
def test_a_job_that_is_killed_in_the_middle_is_gone_on_with(any_app, process_environment, point):
    rooms = [old_room(40 + number) for number in range(3)]
    rollups.roll_up()
    before = read_all()
    db.session.rollback()

    program = DYING.replace("POINT", repr(point))
    died = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=process_environment, timeout=60)

    assert died.returncode == -signal.SIGKILL
    left = db.session.query(Message).count()
    assert left == (22 if point == "before_commit" else 18)
    for room in rooms:
        found = db.session.get(Room, room.id, populate_existing=True)
        seqs = [entry.seq for entry in queries.list_events(room.id, "p", 0)]
        assert seqs == list(range(found.min_p, found.head_p + 1))
    kept = retention.keep_to_limits()
    assert (kept.messages, kept.rooms) == (left, 3)
    assert read_all() == before
    assert db.session.query(DailyFigure).filter_by(metric="messages").count() > 0
