"""The staff's navigation: groups of pages, of which the current one is open."""

from app.core import navigation
from app.core.navigation import Count


def groups(app, path, role="staff"):
    with app.test_request_context(path):
        return navigation.staff_groups(role)


def open_pages(app):
    app.extensions["staff_pages"] = []
    waiting = Count("alert", "alerts", lambda: 3)
    navigation.register(app, 10, "Levels", "/staff/stock", ("staff",), group="Stock")
    navigation.register(app, 11, "Alerts", "/staff/stock/alerts", ("staff",), waiting, group="Stock")
    navigation.register(app, 5, "Orders", "/staff/orders", ("staff", "agent"))
    navigation.register(app, 12, "Import", "/staff/stock/import", (), group="Stock")


def test_pages_stand_in_groups_and_each_role_sees_its_own(app):
    open_pages(app)

    assert [[page.name for page in group.pages] for group in groups(app, "/")] == [
        ["Orders"],
        ["Levels", "Alerts"],
    ]
    assert [group.name for group in groups(app, "/", "agent")] == ["Orders"]
    assert [page.name for page in groups(app, "/", "admin")[1].pages] == ["Levels", "Alerts", "Import"]


def test_the_group_of_the_longest_path_that_fits_is_the_current_one(app):
    open_pages(app)

    orders, stock = groups(app, "/staff/stock/alerts/7")

    assert (orders.current, stock.current) == (False, True)
    assert [page.current for page in stock.pages] == [False, True]


def test_a_group_leads_to_its_first_page_and_tells_what_waits_on_any(app):
    open_pages(app)

    stock = groups(app, "/staff/orders")[1]

    assert stock.path == "/staff/stock"
    assert [count.read() for count in stock.counts] == [3]
