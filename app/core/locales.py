"""Whether Babel knows the shop's language and money. Not a check of the settings, because sockets do without Babel."""

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency

from app.settings import Settings, SettingsError


def check_locale(settings: Settings) -> None:
    """Raises SettingsError."""
    problems = []
    if not is_currency(settings.SHOP_CURRENCY):
        problems.append(
            f"SHOP_CURRENCY: must be an ISO 4217 code such as EUR, not {settings.SHOP_CURRENCY!r}"
        )
    try:
        Locale.parse(settings.SHOP_LOCALE)
    except (ValueError, UnknownLocaleError):
        problems.append(f"SHOP_LOCALE: must be a locale such as en or de_DE, not {settings.SHOP_LOCALE!r}")
    if problems:
        raise SettingsError(problems)
