"""What the cluster consists of, and which port belongs to whom."""

from dataclasses import dataclass

from app.settings import Settings

SOCKET_PATH = "/ws"


@dataclass(frozen=True)
class Node:
    """One process of the shop. `role` is its name in the Procfile; `port` is 0 for what nobody asks anything."""

    name: str
    role: str
    port: int = 0

    @property
    def readiness_path(self) -> str:
        return "/health" if self.role == "live" else "/api/health/ready"

    @property
    def variables(self) -> dict[str, str]:
        name = {"web": "PORT", "live": "WEBSOCKET_PORT"}.get(self.role)
        return {name: str(self.port)} if name else {}


@dataclass(frozen=True)
class Ports:
    """Ten in a row, after the one that visitors use."""

    entrance: int

    @property
    def redis(self) -> list[int]:
        return [self.entrance + number for number in (5, 6, 7)]

    @property
    def sentinels(self) -> list[int]:
        return [self.entrance + number for number in (8, 9, 10)]

    @property
    def all(self) -> range:
        return range(self.entrance, self.entrance + 11)


def list_nodes(ports: Ports) -> list[Node]:
    """In the order in which they are restarted."""
    first = ports.entrance
    return [
        Node("web1", "web", first + 1),
        Node("web2", "web", first + 2),
        Node("live1", "live", first + 3),
        Node("live2", "live", first + 4),
        Node("worker1", "worker"),
        Node("worker2", "worker"),
        Node("clock1", "clock"),
        Node("clock2", "clock"),
    ]


def ports_of(settings: Settings) -> Ports:
    return Ports(int(settings.PUBLIC_URL.rpartition(":")[2]))
