"""The client in Node, which has no document, and in a page of another site, which has no bundler."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import wait_for

HERE = Path(__file__).parent
CLIENT = Path(__file__).resolve().parents[3] / "static/js/live/client.js"
Said = dict[str, Any]


class Program:
    """A Node process that follows channels, and what it has said so far."""

    def __init__(self, url: str, channels: dict[str, Any], options: dict[str, Any], **environ: str):
        arguments = [str(CLIENT), url, json.dumps(channels), json.dumps(options)]
        self.process = subprocess.Popen(
            ["node", "--experimental-websocket", str(HERE / "node.mjs"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environ},
            text=True,
        )
        self.said: list[Said] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def order(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    @property
    def state(self) -> str | None:
        return next((said["state"] for said in reversed(self.said) if "state" in said), None)

    def told(self, channel: str) -> list[Said]:
        return [said for said in list(self.said) if said.get("channel") == channel]

    def wait_until_live(self) -> None:
        wait_for(lambda: self.state == "live", what="the program to be live")

    def stop(self) -> str:
        """What it complained about."""
        with self.process:
            self.process.kill()
            self._reader.join(10)
            assert self.process.stderr
            return self.process.stderr.read()


@pytest.fixture
def run_program() -> Iterator[Callable[..., Program]]:
    """`run_program(url, {channel: since}, **options)`: the client in Node.

    `url` is the socket's address, or that at which it asks for one with a ticket, as the variables of `environ` say.
    """
    if shutil.which("node") is None:
        pytest.skip("node is not installed; the same client is tested in Chromium")
    programs: list[Program] = []

    def run(
        url: str, channels: dict[str, Any], *, environ: dict[str, str] | None = None, **options: Any
    ) -> Program:
        programs.append(Program(url, channels, options, **(environ or {})))
        return programs[-1]

    yield run
    complaints = [program.stop() for program in programs]
    assert [text for text in complaints if "Error" in text] == []
