"""Rules about who knows whom that import-linter cannot state. Each failure names the file and what it does."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app"
PRIVATE = {"views", "api", "forms", "jobs", "broadcasts"}
# The factory and the schedule know every package; `core.jobs` and the like are platform, not a feature's own.
MAY_KNOW_ALL = {APP / "commands.py", *(APP / "bindings").glob("*.py")}
PLATFORM = {"core"}
# Inside a package. Views, api and broadcasts are called through what `create_app` registered; forms and schemas say how
# a request looks, which no action knows.
IMPORTED_BY = {
    "views": set(),
    "api": set(),
    "broadcasts": set(),
    "forms": {"views", "api"},
    "schemas": {"views", "api"},
}
READ_BY_BROADCASTS = {"queries", "board", "alert_queries", "bubbles", "models", "stock"}
VAGUE = {"utils", "helpers", "services", "manager", "managers", "common", "misc"}
# Loaded by `live` they would cost each socket process tens of megabytes.
HEAVY = (
    "sqlalchemy",
    "flask_sqlalchemy",
    "alembic",
    "wtforms",
    "flask_wtf",
    "pydantic",
    "rq",
    "pywebpush",
    "aiohttp",
)
LONGEST_FILE = 250
SHORT_BODY = 80


def imports(path: Path) -> Iterator[list[str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield [*node.module.split("."), alias.name]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split(".")


def app_imports(path: Path) -> Iterator[tuple[str, str]]:
    """Packages of the shop, each with the module or name that is taken from it."""
    for root, *rest in imports(path):
        if root == "app" and len(rest) > 1:
            yield rest[0], rest[1]


def role(path: Path) -> str:
    """What a file is: `hold_api.py` is an api, `views/grid.py` is a view."""
    folder = path.parent.name
    return folder if folder in IMPORTED_BY else path.stem.rsplit("_", 1)[-1]


def may_import(module: str, asking: str) -> set[str]:
    """A folder of views is made of views."""
    kind = module.rsplit("_", 1)[-1]
    return {*IMPORTED_BY.get(kind, {asking}), kind}


def test_views_forms_jobs_and_broadcasts_are_private_to_their_package() -> None:
    broken = []
    for path in set(APP.rglob("*.py")) - MAY_KNOW_ALL:
        own = path.relative_to(APP).parts[0]
        for package, module in app_imports(path):
            if module in PRIVATE and package not in {own, *PLATFORM}:
                broken.append(f"{path.relative_to(ROOT)} imports {package}.{module}")
    assert broken == []


def test_inside_a_package_actions_know_neither_their_callers_nor_what_is_pushed() -> None:
    broken = [
        f"{path.relative_to(ROOT)} imports {package}.{module}"
        for path in set(APP.rglob("*.py")) - MAY_KNOW_ALL
        for package, module in app_imports(path)
        if package not in PLATFORM and role(path) not in may_import(module, role(path))
    ]
    assert broken == []


def test_broadcasts_only_read_render_and_publish() -> None:
    """What is pushed is what is true now, the same for every viewer: no action, no guard, no form."""
    broadcasts = list(APP.glob("*/broadcasts.py"))
    assert broadcasts, "this test needs something to read"

    broken = [
        f"{path.relative_to(ROOT)} imports {package}.{module}"
        for path in broadcasts
        for package, module in app_imports(path)
        if package not in {"core", "realtime"} and module not in READ_BY_BROADCASTS
    ]
    assert broken == []


def test_settings_are_read_in_one_place() -> None:
    """PROMETHEUS_MULTIPROC_DIR is the metrics library's own variable."""
    readers = {
        str(path.relative_to(ROOT))
        for path in APP.rglob("*.py")
        if "environ" in {name for found in imports(path) for name in found}
        or "os.environ" in path.read_text()
    }
    assert readers <= {"app/environment.py", "app/core/metrics.py"}


@pytest.mark.parametrize(
    "name",
    ["settings.py", "environment.py", "variables.py", "checks.py", "local_files.py", "realtime/channels.py"],
)
def test_what_the_socket_process_shares_is_standard_library_only(name: str) -> None:
    foreign = {root for root, *_ in imports(APP / name)} - {"app", *sys.stdlib_module_names}

    assert foreign == set()


def test_the_socket_process_loads_nothing_heavy() -> None:
    """Read from a process that has made the application, since imports inside functions count too."""
    program = f"import wsgi, sys; wsgi.live; print([name for name in {HEAVY} if name in sys.modules])"
    environ = {"APP_ENV": "test", "SECRET_KEY": "x" * 40, "PATH": ""}

    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "[]"


def test_files_have_one_noun_and_names_that_say_it() -> None:
    files = [path for folder in ("app", "deploy", "tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    vague = [str(path.relative_to(ROOT)) for path in files if path.stem in VAGUE]
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in files
        if (count := path.read_text().count("\n")) > LONGEST_FILE
    ]

    assert vague == []
    assert long == []


def test_no_function_stands_twice() -> None:
    """Short ones may, where sharing one would tie packages together that have nothing to do with each other."""
    places: dict[str, list[str]] = {}
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                places.setdefault(body_of(node), []).append(f"{path.relative_to(APP)}: {node.name}")

    assert [twice for body, twice in places.items() if len(twice) > 1 and len(body) > SHORT_BODY] == []


def body_of(function: ast.FunctionDef) -> str:
    """What it does, without what is said of it."""
    done = function.body[ast.get_docstring(function) is not None :]
    return "\n".join(map(ast.unparse, done))
