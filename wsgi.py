"""What the servers run: `wsgi:app` for pages and API, `wsgi:live` for sockets. Each is made only when it is asked for."""

from typing import Any


def __getattr__(name: str) -> Any:
    import app as package
    from app.environment import exit_if_refused

    factories = {"app": package.create_app, "live": package.create_live_app}
    if name not in factories:
        raise AttributeError(name)
    with exit_if_refused():
        globals()[name] = factories[name]()
    return globals()[name]
