"""A worker of one import: `python -m tests.inventory.imports.worker IMPORT`, which waits for a line before it begins."""

import sys

from app import create_app
from app.inventory.imports import parts

if __name__ == "__main__":
    parts.SHIFT_S = 600  # there is no queue here from which the next job would go on
    with create_app().app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        parts.run(sys.argv[1])
