"""Why the shop cannot start."""


class Refusal(Exception):
    """One clear line that names the setting to change; nobody needs a traceback for it."""


def without_password(url: str) -> str:
    """The address as it may be shown on a screen or in a log."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rsplit('@', 1)[-1]}" if "://" in url else url
