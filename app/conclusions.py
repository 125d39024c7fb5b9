"""What follows from the settings. Standard library only, because the socket process imports it and has to stay small."""

from pathlib import Path

from app.local_files import redis_socket


class Conclusions:
    """What `Settings` concludes from its own variables, of which those are named here that this reads."""

    APP_ENV: str
    DATA_DIR: str
    DATABASE_URL: str
    REDIS_URL: str
    PAYMENT_PROVIDER: str
    STAFF_SECOND_FACTOR: str
    THREAT_MODE: str

    @property
    def is_demo(self) -> bool:
        return self.APP_ENV == "demo"

    @property
    def is_production(self) -> bool:
        return self.APP_ENV == "production"

    @property
    def data_path(self) -> Path:
        return Path(self.DATA_DIR)

    @property
    def redis_is_embedded(self) -> bool:
        return self.REDIS_URL == f"unix://{redis_socket(self.data_path)}"

    @property
    def staff_need_second_factor(self) -> bool:
        return self.STAFF_SECOND_FACTOR == "required" or (not self.STAFF_SECOND_FACTOR and self.is_production)

    @property
    def blocks_threats(self) -> bool:
        return self.THREAT_MODE == "block" or (not self.THREAT_MODE and not self.is_demo)

    @property
    def practises_payments(self) -> bool:
        return self.PAYMENT_PROVIDER == "practice" or self.APP_ENV != "production"

    @property
    def is_sqlite(self) -> bool:
        return self.DATABASE_URL.startswith("sqlite")
