"""The runner does what tests rely on: a version of it that ignores groups would only be slow, and fail now and then."""

import os
import subprocess
import sys

MODULE = """
import os
import pytest

@pytest.mark.xdist_group("heavy")
@pytest.mark.parametrize("number", range(4))
def test_it_tells_who_runs_it(number):
    print("run by", os.environ["PYTEST_XDIST_WORKER"])
"""


def test_what_is_of_one_group_runs_on_one_worker(tmp_path):
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / name).write_text(MODULE)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-rP",
        "--rootdir",
        tmp_path,
        tmp_path,
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True, timeout=100)
    told = [line for line in done.stdout.splitlines() if line.startswith("run by")]
    assert len(told) == 8
    assert len(set(told)) == 1
