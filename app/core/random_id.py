"""Ids that the database makes while it writes, for statements that write many rows at once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


class random_id(sa.sql.functions.FunctionElement[str]):  # noqa: N801
    """Another 32 hexadecimal digits for each row that a statement writes."""

    type = sa.String()
    inherit_cache = True


@compiles(random_id, "sqlite")
def _sqlite_id(*_: Any, **__: Any) -> str:
    return "lower(hex(randomblob(16)))"


@compiles(random_id)
def _postgres_id(*_: Any, **__: Any) -> str:
    return "replace(CAST(gen_random_uuid() AS TEXT), '-', '')"
