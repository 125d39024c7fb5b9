"""What is printed once the shop is open."""

from collections.abc import Iterator

from app.settings import Settings


def lines(settings: Settings, seconds: float) -> Iterator[str]:
    sockets = settings.WEBSOCKET_URL or f"ws://localhost:{settings.WEBSOCKET_PORT}{settings.WEBSOCKET_PATH}"
    yield ""
    yield f"{settings.SHOP_NAME} is open, after {seconds:.1f} s"
    yield ""
    yield f"  Shop      {settings.PUBLIC_URL}"
    yield f"  API       {settings.PUBLIC_URL}/api/docs"
    yield f"  Sockets   {sockets}"
    yield f"  Data      {settings.DATA_DIR}"
    yield f"  Logs      {settings.data_path / 'logs'}"
    if settings.is_demo:
        yield from accounts()
    yield ""
    yield "Ctrl-C stops everything."


def accounts() -> Iterator[str]:
    from app.demo.accounts import DEMO_ACCOUNTS

    yield ""
    yield "  Demo accounts"
    for role, email, password in DEMO_ACCOUNTS:
        yield f"  {role:<9} {email:<26} {password}"
