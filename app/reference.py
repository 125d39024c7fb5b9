"""docs/configuration.md: every variable with its default, unit, range, meaning, and what a wrong value does."""

from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from app.consequences import CONSEQUENCES
from app.variables import show

HEAD = """\
# Configuration

Made by `flask --app wsgi settings --markdown` from `app/settings.py`; a test compares the two, so change it there.

Every variable can stand in `.env`, in `.env.local` or in the environment; a later one of these wins, and an empty value
means the default. [.env.example](../.env.example) has them all. A process reads them when it starts, so start it again after
a change. All processes of one shop need the same values.

What cannot be used stops the start, with a line for each variable:

```sh
APP_ENV=demo PORT=abc SHOP_TIMEZONE=Nowhere flask --app wsgi verify || echo "ended with code $?"
```
```text
SHOP_TIMEZONE: must be a time zone that this system knows, such as Europe/Berlin, not 'Nowhere'
PORT: must be a whole number, not 'abc'
ended with code 4
```

A start without `APP_ENV` is production, which needs a `SECRET_KEY` of at least 32 random characters. The last column tells
what a value does that is allowed and still wrong for your shop."""
COLUMNS = ("variable", "default", "unit", "range", "meaning", "when it is wrong")


def describe_settings(table: type) -> Iterator[str]:
    """The lines of docs/configuration.md. Raises KeyError for a variable of which nobody wrote what a wrong value does."""
    yield HEAD
    section = ""
    for entry in fields(table):
        if entry.metadata["section"] != section:
            section = entry.metadata["section"]
            yield f"\n## {section}\n"
            yield write_row(COLUMNS)
            yield write_row(["---"] * len(COLUMNS))
        default = f"`{show(entry.default)}`" if show(entry.default) else "empty"
        rule = entry.metadata
        yield write_row(
            (
                f"`{entry.name}`",
                default,
                rule["unit"],
                describe_range(entry),
                rule["text"],
                CONSEQUENCES[entry.name],
            )
        )


def describe_range(entry: Field[Any]) -> str:
    rule = entry.metadata
    if isinstance(entry.default, bool):
        return "true, false"
    if isinstance(entry.default, int):
        return f"{rule['least']} to {rule['most']}"
    if rule["choices"]:
        return ", ".join(rule["choices"])
    return "list" if isinstance(entry.default, tuple) else "text"


def write_row(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
