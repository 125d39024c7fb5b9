"""The staff's navigation: each feature registers its pages, so that no template knows which features there are."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request


@dataclass(frozen=True)
class Count:
    """How many things wait on a page: kept up to date by `channel`, whose messages fill `[data-<id>-count]`.

    `roles` may listen to it, by default all who see the page.
    """

    id: str
    channel: str
    read: Callable[[], int]
    roles: tuple[str, ...] | None = None

    def is_for(self, role: str) -> bool:
        return self.roles is None or role in self.roles


@dataclass(frozen=True)
class StaffPage:
    position: int
    name: str
    path: str
    roles: tuple[str, ...]
    count: Count | None


@dataclass(frozen=True)
class NavItem:
    name: str
    path: str
    current: bool
    count: Count | None


def init_app(app: Flask) -> None:
    app.extensions["staff_pages"] = []


def register(
    app: Flask, position: int, name: str, path: str, roles: tuple[str, ...], count: Count | None = None
) -> None:
    """Admins see every page."""
    app.extensions["staff_pages"].append(StaffPage(position, name, path, (*roles, "admin"), count))


def staff_pages(role: str) -> list[NavItem]:
    """The pages of this role in their order; the current one is the longest path that the request's begins with."""
    pages = [page for page in current_app.extensions["staff_pages"] if role in page.roles]
    here = max((page.path for page in pages if is_under(page.path)), key=len, default="")
    return [
        NavItem(
            page.name,
            page.path,
            page.path == here,
            page.count if page.count and page.count.is_for(role) else None,
        )
        for page in sorted(pages, key=lambda page: page.position)
    ]


def is_under(path: str) -> bool:
    return f"{request.path}/".startswith(f"{path}/")
