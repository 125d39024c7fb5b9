"""A page's blocks, run one after the other as somebody would type them: in one shell, against the shop of `make run`."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.docs.pages import RUN, Block
from tests.support.checkout import Run

PAGE_S = 240
PROGRAMS = {"python": ("py", "python"), "js": ("mjs", "node --experimental-websocket --no-warnings")}
ANYTHING = "..."
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class Failed(AssertionError):
    """A block ended with an error."""


def run_blocks(blocks: list[Block], run: Run) -> dict[int, str]:
    """What each block printed, by its place in the list. Raises Failed at the first that ends with an error."""
    folder = run.checkout.path / ".examples"
    folder.mkdir(exist_ok=True)
    steps = ["set -euo pipefail"]
    for number, block in enumerate(blocks):
        # Programs say warnings beside their JSON, and people read both as one text.
        errors = f"{folder}/err" if block.answer and block.answer.language == "json" else "&1"
        steps.append(f"echo {number} >{folder}/at")
        steps.append(f"{{\n{write_step(block, number, run)}\n}} >{folder}/{number} 2>{errors}")
    ended = subprocess.run(
        ["bash", "-c", "\n".join(steps)], cwd=run.checkout.path, env=environment(run), timeout=PAGE_S,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    if ended.returncode:
        number = int((folder / "at").read_text())
        raise Failed(
            f"{blocks[number]} ended with {ended.returncode}:\n{read_said(folder, number)}{ended.stderr}"
        )
    return {number: (folder / str(number)).read_text() for number in range(len(blocks))}


def read_said(folder: Path, number: int) -> str:
    """Both of its outputs."""
    files = (folder / str(number), folder / "err")
    return "\n".join(file.read_text() for file in files if file.exists())


def environment(run: Run) -> dict[str, str]:
    """What the README tells to do first: the project's Python, and the demo."""
    return run.checkout.environment(
        APP_ENV="demo",
        PATH=f"{run.checkout.path}/.venv/bin:{os.environ['PATH']}",
        PORT=str(run.port),
        WEBSOCKET_PORT=str(socket_port(run)),
    )


def socket_port(run: Run) -> int:
    found = re.search(r"ws://localhost:(\d+)/ws", run.output)
    assert found, run.output
    return int(found[1])


def write_step(block: Block, number: int, run: Run) -> str:
    """The block as it stands, but for the ports of the shop."""
    text = block.text.replace("localhost:3001", f"localhost:{run.port}")
    text = text.replace("localhost:3002", f"localhost:{socket_port(run)}")
    if block.language not in PROGRAMS:
        return text
    ending, program = PROGRAMS[block.language]
    # In the folder itself, so that what it imports is found.
    file = run.checkout.path / f"example-{number}.{ending}"
    file.write_text(text)
    return f"{program} {file.name}"


def find_difference(block: Block, printed: str) -> str:
    """Where the page shows something of another shape than was printed, or nothing."""
    shown = block.answer
    if shown is None:
        return ""
    if shown.language == "json":
        difference = compare_json(shown.text, printed)
        return f"{shown}: {difference}\nprinted: {printed}" if difference else ""
    if is_like(shown.text, printed):
        return ""
    return f"{shown} shows\n{shown.text}\nbut it printed\n{printed}"


def compare_json(shown: str, printed: str) -> str:
    try:
        return compare(json.loads(shown), json.loads(printed))
    except ValueError:
        return "this is no JSON"


def compare(shown: Any, said: Any, where: str = "the answer") -> str:
    """What differs in shape, or nothing. Numbers, texts and times may differ, null may be anything; `"...": ...` among the
    keys stands for others that are not shown."""
    if shown is None or said is None:
        return ""
    if isinstance(shown, dict) and isinstance(said, dict):
        wanted = shown.keys() - {ANYTHING}
        if wanted - said.keys() or (ANYTHING not in shown and said.keys() - wanted):
            return f"{where} has the keys {sorted(said)}, not {sorted(wanted)}"
        return next(filter(None, (compare(shown[key], said[key], f"{where}.{key}") for key in wanted)), "")
    if isinstance(shown, list) and isinstance(said, list):
        if shown and not said:
            return f"{where} is empty"
        return compare(shown[0], said[0], f"{where}[0]") if shown else ""
    numbers = (int, float)
    if (
        isinstance(shown, bool) is isinstance(said, bool)
        and isinstance(shown, numbers)
        and isinstance(said, numbers)
    ):
        return ""
    return "" if type(shown) is type(said) else f"{where} is {said!r}, not like {shown!r}"


def is_like(shown: str, printed: str) -> bool:
    """Numbers within a line may differ; `...` is anything, and on a line of its own any number of lines."""
    pattern = ""
    for line in shown.strip().splitlines():
        if line.strip() == ANYTHING:
            pattern += r"(?:.*\n)*?"
        elif NUMBER.fullmatch(line.strip()):  # alone it is what the block is about, such as a status
            pattern += re.escape(line.strip()) + r"\n"
        else:
            pattern += NUMBER.pattern.join(map(spell, NUMBER.split(line.rstrip()))) + r"[ ]*\n"
    return re.fullmatch(pattern, printed.strip() + "\n") is not None


def spell(text: str) -> str:
    """Runs of blanks line columns up, and columns are as wide as their longest number."""
    return ".*".join(re.sub(r"(?:\\ )+", r"[ ]+", re.escape(part)) for part in text.split(ANYTHING))


def runnable(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if block.language in RUN and block.reason is None]
