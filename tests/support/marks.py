"""Marks that follow from where a test lies and what it asks for, and who runs beside whom."""

import pytest

BROWSER_FIXTURES = {"browser", "new_page", "page", "chromium", "visit"}
PROCESS_FIXTURES = {"shop", "module_shop"}
# Where a page is looked at in four ways, the first tier takes two that differ in both.
SECOND_LOOKS = ({"width": 390, "scheme": "light"}, {"width": 1440, "scheme": "dark"})


# First, because xdist reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "tests/browser/" in item.nodeid or names & BROWSER_FIXTURES:
            item.add_marker("browser")
        if names & PROCESS_FIXTURES:
            item.add_marker("processes")
        if is_second_look(item):
            item.add_marker("slow")
        group_with_its_kind(item, names)


def is_second_look(item: pytest.Item) -> bool:
    given = getattr(item, "callspec", None)
    return bool(given) and any(look.items() <= given.params.items() for look in SECOND_LOOKS)


def group_with_its_kind(item: pytest.Item, names: set[str]) -> None:
    """What is heavy stays on one worker, a module at a time: two browsers at once would only wait for each other."""
    if item.get_closest_marker("xdist_group"):
        return
    if item.get_closest_marker("browser") or item.get_closest_marker("processes"):
        item.add_marker(pytest.mark.xdist_group("heavy"))
    elif item.get_closest_marker("postgres"):
        item.add_marker(pytest.mark.xdist_group("postgres"))
    elif "tests/realtime/live/" in item.nodeid or "start_live" in names:
        # A module shares its server; most of these tests wait, so two modules at once do not hinder each other.
        item.add_marker(pytest.mark.xdist_group(f"sockets {item.path.name}"))
