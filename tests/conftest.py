"""Everything that tests of any folder can ask for."""

pytest_plugins = [
    "tests.support.applications",
    "tests.support.browser",
    "tests.support.checkout",
    "tests.support.databases",
    "tests.support.marks",
    "tests.support.published",
    "tests.support.redis_server",
    "tests.support.shop",
    "tests.support.skips",
    "tests.support.sockets",
    "tests.support.tabs",
]
