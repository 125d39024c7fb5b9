"""Every environment variable: its name, default, unit and range.

Standard library only, because the socket process imports it and has to stay small.
"""

from dataclasses import dataclass

from app import checks
from app.conclusions import Conclusions
from app.variables import setting

ENVIRONMENTS = ("demo", "development", "test", "production")


class SettingsError(Exception):
    """One or more variables cannot be used; `problems` has one clear line for each."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings(Conclusions):
    """The running configuration; one attribute a variable, under the variable's own name."""

    APP_ENV: str = setting(
        "Shop",
        "",
        "what may be relaxed; empty means production, and demo for `make run`",
        choices=ENVIRONMENTS,
    )
    DATA_DIR: str = setting("Shop", "var", "folder for the database, Redis, files, mails and keys")
    SHOP_NAME: str = setting("Shop", "kilnmark", "the name on every page")
    SHOP_CURRENCY: str = setting("Shop", "EUR", "ISO 4217 code of all prices")
    SHOP_LOCALE: str = setting("Shop", "en", "language of pages and pushed fragments")
    SHOP_TIMEZONE: str = setting(
        "Shop", "Europe/Berlin", "time zone of shown times", check=checks.check_time_zone
    )

    RELEASE: str = setting("Shop", "", "what runs here, such as v1.4.2; told in metrics and to operators")
    LOG_REQUESTS: bool = setting("Shop", True, "a log line for each request")

    HOST: str = setting("Web", "127.0.0.1", "address that web and live listen on")
    PORT: int = setting("Web", 3001, "pages and JSON API", least=1, most=65535)
    WEB_WORKERS: int = setting("Web", 1, "web processes; SQLite wants 1", least=1, most=64)
    WEB_DRAIN_SECONDS: int = setting(
        "Web", 0, "web that is told to stop serves on, and says so to its proxies", unit="s", least=0, most=60
    )
    WEB_MAX_IN_FLIGHT: int = setting(
        "Web",
        200,
        "requests that one web process works on at a time; more are told to come again",
        least=10,
        most=2000,
    )
    PUBLIC_URL: str = setting(
        "Web", "", "address that shoppers use; default http://localhost:PORT", check=checks.check_public_url
    )
    TRUSTED_HOSTS: tuple[str, ...] = setting(
        "Web", (), "Host names answered, by comma; default from PUBLIC_URL"
    )
    ALLOWED_ORIGINS: tuple[str, ...] = setting(
        "Web", (), "web origins that may open sockets; default from PUBLIC_URL"
    )
    TRUSTED_PROXIES: int = setting("Web", 0, "reverse proxies in front, for X-Forwarded-*", least=0, most=5)
    SECRET_KEY: str = setting(
        "Web", "", "signs cookies and tokens; made once under DATA_DIR outside production"
    )
    SECRET_KEY_FALLBACKS: tuple[str, ...] = setting(
        "Web", (), "earlier SECRET_KEYs, by comma, whose visitors and audit entries still count"
    )
    SESSION_DAYS: int = setting("Web", 30, "a shopper's login lasts", unit="days", least=1, most=90)
    SESSION_IDLE_DAYS: int = setting(
        "Web", 30, "a shopper's login that nobody uses ends", unit="days", least=1, most=90
    )
    STAFF_SESSION_HOURS: int = setting("Web", 12, "a staff login lasts", unit="hours", least=1, most=24)
    STAFF_IDLE_MINUTES: int = setting(
        "Web",
        30,
        "a staff login ends when no page of it has been open for so long",
        unit="minutes",
        least=15,
        most=720,
    )
    STAFF_SECOND_FACTOR: str = setting(
        "Web",
        "",
        "whether staff sign in with a code of their phone too; empty means required in production, optional elsewhere",
        choices=("required", "optional"),
    )

    THREAT_MODE: str = setting(
        "Web",
        "",
        "what happens to clients that attack; empty means block, and log in the demo",
        choices=("block", "log"),
    )
    THREAT_ALLOW: tuple[str, ...] = setting(
        "Web",
        (),
        "addresses or networks (CIDR) that are never suspected, by comma",
        check=checks.check_networks,
    )

    DATABASE_URL: str = setting("Storage", "", "SQLAlchemy address; default SQLite under DATA_DIR")
    REDIS_URL: str = setting(
        "Storage",
        "",
        "Redis address; default the embedded server under DATA_DIR",
        check=checks.check_redis_url,
    )

    WEBSOCKET_PORT: int = setting("WebSocket", 3002, "sockets", least=1, most=65535)
    WEBSOCKET_PATH: str = setting("WebSocket", "/ws", "path of the socket", check=checks.check_path)
    WEBSOCKET_URL: str = setting(
        "WebSocket",
        "",
        "address that pages connect to; default the page's host on WEBSOCKET_PORT",
        check=checks.check_socket_url,
    )
    WEBSOCKET_HEARTBEAT_INTERVAL: int = setting(
        "WebSocket", 30000, "one beat", unit="ms", least=1000, most=300000
    )
    WEBSOCKET_MAX_CLIENTS: int = setting("WebSocket", 1000, "sockets in one process", least=1, most=100000)
    WEBSOCKET_ENABLE_COMPRESSION: bool = setting(
        "WebSocket", True, "permessage-deflate for large public frames"
    )
    WEBSOCKET_ENABLE_LOGGING: bool = setting(
        "WebSocket", True, "a log line for each opened and closed socket"
    )
    WEBSOCKET_MAX_MESSAGE: int = setting(
        "WebSocket", 16384, "largest client message", unit="bytes", least=256, most=1048576
    )
    WEBSOCKET_MESSAGE_RATE: int = setting("WebSocket", 10, "client messages a second", least=1, most=1000)
    WEBSOCKET_MESSAGE_BURST: int = setting("WebSocket", 20, "client messages at once", least=1, most=10000)
    WEBSOCKET_MAX_PER_IP: int = setting("WebSocket", 200, "sockets of one address", least=1, most=100000)
    WEBSOCKET_MAX_PER_USER: int = setting("WebSocket", 10, "sockets of one user", least=1, most=1000)
    WEBSOCKET_MAX_CHANNELS: int = setting("WebSocket", 200, "channels of one socket", least=1, most=1000)
    WEBSOCKET_QUEUE_BYTES: int = setting(
        "WebSocket", 262144, "waiting for a slow socket", unit="bytes", least=16384, most=16777216
    )
    WEBSOCKET_QUEUE_FRAMES: int = setting(
        "WebSocket", 512, "frames waiting for a slow socket", least=16, most=65536
    )
    WEBSOCKET_DRAIN_SECONDS: int = setting(
        "WebSocket", 5, "closing all sockets is spread over", unit="s", least=0, most=60
    )

    STOREFRONT_SHOW_VIEWERS: bool = setting(
        "Storefront", True, "tell on a product's page how many people look at it"
    )

    INVENTORY_ENABLE_REALTIME: bool = setting("Inventory", True, "push stock changes to open pages")
    INVENTORY_ENABLE_ALERTS: bool = setting("Inventory", True, "raise low and out alerts")
    INVENTORY_LOW_STOCK_THRESHOLD: int = setting(
        "Inventory", 10, "units at which a SKU counts as low", unit="units", least=0, most=1000000
    )
    INVENTORY_HOLD_SECONDS: int = setting(
        "Inventory", 600, "a hold lasts, renewed by its owner", unit="s", least=10, most=86400
    )
    INVENTORY_HOLD_MAX_SECONDS: int = setting(
        "Inventory", 1800, "a hold lasts at most, however often it is renewed", unit="s", least=10, most=86400
    )
    INVENTORY_MAX_PER_ORDER: int = setting(
        "Inventory", 50, "of one SKU in one hold of a shopper", unit="units", least=1, most=1000000
    )
    INVENTORY_MAX_HOLDS_PER_ADDRESS: int = setting(
        "Inventory", 20, "open holds of shoppers behind one address", least=1, most=100000
    )
    INVENTORY_CHECK_INTERVAL: int = setting(
        "Inventory", 60000, "periodic stock check", unit="ms", least=1000, most=86400000
    )
    INVENTORY_ENABLE_ANALYTICS: bool = setting("Inventory", True, "roll-ups and reports")
    INVENTORY_MAX_HISTORY_DAYS: int = setting(
        "Inventory", 30, "movements are kept", unit="days", least=1, most=3650
    )

    PAYMENT_PROVIDER: str = setting(
        "Orders",
        "",
        "who takes the money; empty means practice, and nobody in production",
        choices=("practice",),
    )

    CHAT_MAX_MESSAGE_LENGTH: int = setting(
        "Chat", 1000, "longest message", unit="characters", least=1, most=20000
    )
    CHAT_MAX_PARTICIPANTS: int = setting("Chat", 10, "people in one room", least=2, most=100)
    CHAT_MAX_HOLDS_PER_AGENT: int = setting(
        "Chat", 5, "holds that one agent may have open for shoppers", least=1, most=100
    )
    CHAT_MAX_HELD_UNITS_PER_AGENT: int = setting(
        "Chat", 20, "units in the open holds of one agent", unit="units", least=1, most=10000
    )
    CHAT_MESSAGE_RETENTION_DAYS: int = setting(
        "Chat", 30, "messages are kept", unit="days", least=1, most=3650
    )
    CHAT_ENABLE_FILE_SHARING: bool = setting("Chat", True, "files in messages")
    CHAT_ENABLE_TYPING_INDICATORS: bool = setting("Chat", True, "show who is typing")
    CHAT_AUTO_ASSIGN_AGENTS: bool = setting("Chat", True, "give a new room to the agent with least load")
    CHAT_REPLY_DUE_SECONDS: int = setting(
        "Chat", 60, "an agent has for the first answer", unit="s", least=5, most=3600
    )
    CHAT_ENABLE_HISTORY: bool = setting("Chat", True, "show earlier messages")
    CHAT_MAX_FILE_SIZE: int = setting(
        "Chat", 5242880, "largest file", unit="bytes", least=1024, most=104857600
    )
    CHAT_ALLOWED_FILE_TYPES: tuple[str, ...] = setting(
        "Chat", checks.FILE_TYPES, "media types, by comma", check=checks.check_file_types
    )
    CHAT_CLAMAV_ADDRESS: str = setting(
        "Chat",
        "",
        "virus scanner that looks at files, host:port or the path of its socket; empty means none",
        check=checks.check_scanner_address,
    )

    PUSH_VAPID_PUBLIC_KEY: str = setting("Push", "", "application server key, base64url")
    PUSH_VAPID_PRIVATE_KEY: str = setting("Push", "", "its private half, base64url")
    PUSH_VAPID_SUBJECT: str = setting(
        "Push", "mailto:notifications@yourdomain.com", "whom push services may write to"
    )
    PUSH_MAX_RETRIES: int = setting("Push", 3, "tries after the first", least=0, most=20)
    PUSH_RETRY_DELAY: int = setting("Push", 1000, "before the first retry", unit="ms", least=0, most=3600000)
    PUSH_ENABLE_ANALYTICS: bool = setting("Push", True, "count deliveries and clicks")
    PUSH_ENABLE_WEB_PUSH: bool = setting("Push", True, "send through the browser's push service")
    PUSH_ENABLE_EMAIL_FALLBACK: bool = setting("Push", True, "send a mail when no push can arrive")
    PUSH_MAX_SUBSCRIPTIONS_PER_USER: int = setting("Push", 5, "devices of one user", least=1, most=100)
    PUSH_SUBSCRIPTION_EXPIRY_DAYS: int = setting(
        "Push", 365, "unused subscriptions are kept", unit="days", least=1, most=3650
    )
    PUSH_EXTRA_ORIGINS: tuple[str, ...] = setting(
        "Push", (), "push services of the tests, by comma; refused outside APP_ENV=test"
    )

    MAIL_URL: str = setting(
        "Mail",
        "",
        "smtp://host:port, or smtps:// or smtp+starttls:// with user:password@; default a folder under DATA_DIR",
        check=checks.check_mail_url,
    )
    MAIL_FROM: str = setting("Mail", "kilnmark <shop@localhost>", "sender of all mails")
