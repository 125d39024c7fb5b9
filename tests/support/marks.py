"""Marks that follow from where a test lies and what it asks for, and who runs beside whom."""

import pytest

BROWSER_FIXTURES = {"browser", "new_page", "page", "visit"}
PROCESS_FIXTURES = {"shop", "module_shop", "lived_in_shop"}
# Where a page is looked at in several ways, the first tier takes one: the one in which the least fits and the least is seen.
FIRST_LOOK = {"width": 390, "scheme": "dark"}
# Races and kills: the first tier takes the database on which more happens at once.
RACING = {"test_races.py", "test_shelf_races.py", "test_kills.py"}
# What longer bytes are called is not worth reading.
LONGEST_NAME = 40


# First, because xdist reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "tests/browser/" in item.nodeid or names & BROWSER_FIXTURES:
            item.add_marker("browser")
        if names & PROCESS_FIXTURES:
            item.add_marker("processes")
        if is_second_look(item) or is_second_database(item):
            item.add_marker("slow")
        group_with_its_kind(item, names)


def is_second_look(item: pytest.Item) -> bool:
    given = getattr(item, "callspec", None)
    if given is None or not item.get_closest_marker("browser"):
        return False
    return any(name in given.params and given.params[name] != first for name, first in FIRST_LOOK.items())


def is_second_database(item: pytest.Item) -> bool:
    given = getattr(item, "callspec", None)
    if given is None or item.path.name not in RACING or item.get_closest_marker("on_both"):
        return False
    return given.params.get("database_url") == "sqlite"


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


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A file that is made for a test may hold the time: in the test's name it would differ from worker to worker, and
    they would refuse to start.
    """
    return argname if isinstance(val, bytes) and len(val) > LONGEST_NAME else None
