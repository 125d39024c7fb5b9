"""The staff's navigation: each feature registers its pages, so that no template knows which features there are."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

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
    group: str
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


@dataclass(frozen=True)
class NavGroup:
    """Pages that belong together. Only the current group shows them; of the others one sees how much waits there."""

    name: str
    pages: list[NavItem]

    @property
    def path(self) -> str:
        return self.pages[0].path

    @property
    def current(self) -> bool:
        return any(page.current for page in self.pages)

    @property
    def counts(self) -> list[Count]:
        return [page.count for page in self.pages if page.count]


def init_app(app: Flask) -> None:
    app.extensions["staff_pages"] = []


def register(
    app: Flask,
    position: int,
    name: str,
    path: str,
    roles: tuple[str, ...],
    count: Count | None = None,
    group: str = "",
) -> None:
    """Admins see every page. Pages of one group have positions beside each other; without one it stands alone."""
    page = StaffPage(group or name, position, name, path, (*roles, "admin"), count)
    app.extensions["staff_pages"].append(page)


def staff_groups(role: str) -> list[NavGroup]:
    """The pages of this role in their order; the current one is the longest path that the request's begins with."""
    pages = [page for page in current_app.extensions["staff_pages"] if role in page.roles]
    here = max((page.path for page in pages if is_under(page.path)), key=len, default="")
    ordered = sorted(pages, key=lambda page: page.position)
    return [
        NavGroup(name, [make_item(page, role, here) for page in group])
        for name, group in groupby(ordered, key=lambda page: page.group)
    ]


def make_item(page: StaffPage, role: str, here: str) -> NavItem:
    count = page.count if page.count and page.count.is_for(role) else None
    return NavItem(page.name, page.path, page.path == here, count)


def is_under(path: str) -> bool:
    return f"{request.path}/".startswith(f"{path}/")
