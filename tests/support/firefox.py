"""A headless Firefox, driven through WebDriver BiDi: Debian's own build, which Playwright cannot drive."""

import itertools
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import websocket

from tests.support.waiting import free_ports, wait_for

START_S = 60.0
ANSWER_S = 30.0


class Firefox:
    """One tab. Use as a context manager. `settings` are those of about:config that differ."""

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        self._settings = settings or {}
        self._port = free_ports(1)[0]
        self._ids = itertools.count(1)

    def __enter__(self) -> "Firefox":
        self._profile = tempfile.TemporaryDirectory(prefix="firefox-")
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in self._settings.items()
        ]
        Path(self._profile.name, "user.js").write_text("\n".join(lines))
        program = shutil.which("firefox-esr")
        assert program, "firefox-esr is not installed; `make test-slow` installs it"
        arguments = ["--headless", "--no-remote", "--profile", self._profile.name]
        self._process = subprocess.Popen(
            [program, *arguments, f"--remote-debugging-port={self._port}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"HOME": self._profile.name, "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"},
        )
        self._socket = wait_for(self._connect, START_S, "Firefox")
        self.call("session.new", capabilities={})
        self._tab = self.call("browsingContext.getTree")["contexts"][0]["context"]
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(20)
        self._profile.cleanup()

    def open(self, url: str) -> None:
        self.call("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, if it is a string, a number, a boolean or null."""
        answer = self.call(
            "script.evaluate", expression=expression, target={"context": self._tab}, awaitPromise=False
        )
        return answer["result"].get("value")

    def press(self, selector: str) -> None:
        """A click that the browser takes for a person's."""
        self.call(
            "script.evaluate",
            expression=f"document.querySelector({json.dumps(selector)}).click()",
            target={"context": self._tab},
            awaitPromise=False,
            userActivation=True,
        )

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass
        assert answer["type"] == "success", answer
        return dict(answer["result"])

    def _connect(self) -> websocket.WebSocket | None:
        try:
            url = f"ws://127.0.0.1:{self._port}/session"
            return websocket.create_connection(url, timeout=ANSWER_S, suppress_origin=True)
        except (OSError, websocket.WebSocketException):
            return None
