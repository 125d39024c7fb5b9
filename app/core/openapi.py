"""The API's description, made from the same schemas that validate its requests."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.core.errors import DomainError, Forbidden, Unauthenticated
from app.core.failures import STATUS

View = TypeVar("View", bound=Callable[..., Any])


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    requestId: str


@dataclass(frozen=True)
class Operation:
    """What one view takes and answers. `query` maps a parameter's name to its meaning, `statuses` tells what each
    status means that comes with `answers`. `may_be_empty`: a request without a body will do."""

    summary: str
    answers: type[BaseModel]
    takes: type[BaseModel] | None = None
    may_be_empty: bool = False
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    errors: tuple[type[DomainError], ...] = ()
    protected: bool = False
    statuses: tuple[tuple[int, str], ...] = ((200, "Done"),)


def describes(operation: Operation) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.api_operation = operation  # type: ignore[attr-defined]
        return view

    return mark


def operations_of(app: Flask) -> list[tuple[str, str, Operation]]:
    found = []
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], "api_operation", None)
        if operation:
            found += [
                (str(rule), method, operation) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            ]
    return sorted(found, key=lambda entry: entry[:2])


def document(app: Flask) -> dict[str, Any]:
    operations = operations_of(app)
    models = {
        model for _, _, operation in operations for model in (operation.takes, operation.answers) if model
    }
    _, schemas = models_json_schema(
        [(model, "validation") for model in sorted(models | {Problem}, key=lambda m: m.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, Any] = {}
    for path, method, operation in operations:
        names = re.findall(r"<(?:[^:>]+:)?(\w+)>", path)
        spelt = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", path)
        paths.setdefault(spelt, {})[method.lower()] = describe(operation, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Liveshelf", "version": "1"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def describe(operation: Operation, names: list[str]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [
        {"name": name, "in": place, "required": False, "description": text, "schema": {"type": "string"}}
        for place, entries in (("query", operation.query), ("header", operation.headers))
        for name, text in entries
    ]
    entry: dict[str, Any] = {
        "summary": operation.summary,
        "parameters": parameters,
        "responses": {
            str(status): {"description": text, "content": json_of(operation.answers)}
            for status, text in operation.statuses
        },
    }
    if operation.takes:
        entry["requestBody"] = {"required": not operation.may_be_empty, "content": json_of(operation.takes)}
    if operation.protected:
        entry["security"] = [{"token": []}]
    refusals = (Unauthenticated, Forbidden) if operation.protected else ()
    for status, errors in by_status((*refusals, *operation.errors)).items():
        entry["responses"][str(status)] = {
            "description": "; ".join(f"{error.code}: {error.title}" for error in errors),
            "content": json_of(Problem, "application/problem+json"),
        }
    return entry


def by_status(errors: tuple[type[DomainError], ...]) -> dict[int, list[type[DomainError]]]:
    groups: dict[int, list[type[DomainError]]] = {}
    for error in errors:
        groups.setdefault(STATUS[error.kind], []).append(error)
    return dict(sorted(groups.items()))


def list_refusals(base: type[DomainError] = DomainError) -> list[tuple[str, int, str]]:
    """Every code that an answer may carry, with its status and what it says, in the codes' order."""
    found = {(base.code, STATUS[base.kind], base.title)} if base is not DomainError else set()
    for kind in base.__subclasses__():
        found.update(list_refusals(kind))
    return sorted(found)


def json_of(model: type[BaseModel], media_type: str = "application/json") -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
