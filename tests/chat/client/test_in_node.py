"""The parts of the chat's script that need no document, or little of one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHAT_JS = HERE.parents[2] / "static/js/chat"


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_script_keeps_its_promises(name):
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    environ = {**os.environ, "CHAT_JS": str(CHAT_JS), "NODE_NO_WARNINGS": "1"}

    run = subprocess.run(
        ["node", "--test", str(HERE / name)], env=environ, capture_output=True, text=True, timeout=60
    )

    assert run.returncode == 0, run.stdout
