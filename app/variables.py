"""How a variable is declared, read from text, and described in `.env.example`. Standard library only."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, field, fields
from pathlib import Path
from typing import Any


def setting(
    section: str,
    default: Any,
    text: str,
    *,
    unit: str = "",
    least: int | None = None,
    most: int | None = None,
    choices: tuple[str, ...] = (),
    check: Callable[[Any], None] | None = None,
) -> Any:
    """`check` raises ValueError with what the text must be; it sees the default too, unless that is empty."""
    return field(
        default=default,
        metadata={
            "section": section,
            "text": text,
            "unit": unit,
            "least": least,
            "most": most,
            "choices": choices,
            "check": check,
        },
    )


def parse(entry: Field[Any], text: str) -> Any:
    """An empty value means the default, so that `NAME=` in a file never breaks a start."""
    text, rule = text.strip(), entry.metadata
    value = read(entry.default, text, rule) if text else entry.default
    if value and rule["check"]:
        rule["check"](value)
    return value


def read(default: Any, text: str, rule: Mapping[str, Any]) -> Any:
    if isinstance(default, bool):
        return parse_switch(text)
    if isinstance(default, int):
        return parse_number(text, rule)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if rule["choices"] and text not in rule["choices"]:
        raise ValueError(f"must be one of {', '.join(rule['choices'])}, not {text!r}")
    return text


def parse_switch(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
        raise ValueError(f"must be true or false, not {text!r}")
    return text.lower() in ("true", "1", "yes", "on")


def parse_number(text: str, rule: Mapping[str, Any]) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"must be a whole number, not {text!r}") from None
    if not rule["least"] <= number <= rule["most"]:
        raise ValueError(f"must be between {rule['least']} and {rule['most']}, not {number}")
    return number


def read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (
        line.split("=", 1)
        for line in path.read_text().splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    )
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def describe(table: type) -> Iterator[str]:
    """The lines of `.env.example`."""
    yield "# Copy to .env or .env.local and change what you need; everything here is the default. Made by `flask settings`."
    section = ""
    for entry in fields(table):
        if entry.metadata["section"] != section:
            section = entry.metadata["section"]
            yield f"\n# {section}"
        unit = f" ({entry.metadata['unit']})" if entry.metadata["unit"] else ""
        choices = f": {', '.join(entry.metadata['choices'])}" if entry.metadata["choices"] else ""
        yield f"# {entry.metadata['text']}{choices}{unit}\n{entry.name}={show(entry.default)}"


def show(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
