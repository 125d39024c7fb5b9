"""The Procfile: what runs, by name."""

from pathlib import Path


def read(root: Path) -> dict[str, str]:
    lines = (root / "Procfile").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines if ":" in line and not line.startswith("#"))
    return {name.strip(): command.strip() for name, command in pairs}
