"""Three Redis servers and three sentinels, as the cluster configures them, whose first server may be killed."""

import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Sentinel
from redis.sentinel import MasterNotFoundError

from app.core.redis import connect
from app.redis_address import read_sentinel_address
from deploy.cluster import redis_group
from deploy.cluster.nodes import Ports
from tests.support.waiting import PATIENCE_S, free_row, wait_for

PASSWORD = "a-password-of-the-tests"


class RedisGroup:
    def __init__(self, folder: Path):
        self.ports = Ports(free_row(11))
        self.url = redis_group.url(self.ports, PASSWORD)
        self.commands = redis_group.write_files(folder, self.ports, PASSWORD)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            self.processes[name] = subprocess.Popen(
                shlex.split(self.commands[name]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    def wait_until_whole(self) -> None:
        """All replicas follow and all sentinels know each other: before that none would take over."""
        wait_for(self.takes_writes, PATIENCE_S, "a server that takes writes")
        wait_for(self.is_whole, PATIENCE_S, "the group to know itself")

    def takes_writes(self) -> bool:
        return redis_group.takes_writes(self.url)

    def is_whole(self) -> bool:
        with connect(f"redis://127.0.0.1:{self.ports.sentinels[0]}") as sentinel:
            found = sentinel.execute_command("SENTINEL", "MASTER", "mymaster")
        return (found[b"num-slaves"], found[b"num-other-sentinels"], found[b"flags"]) == (
            b"2",
            b"2",
            b"master",
        )

    def primary(self) -> int:
        """The port of the server that takes writes, as the sentinels see it."""
        watchers = Sentinel(read_sentinel_address(self.url).sentinels, sentinel_kwargs={"socket_timeout": 1})
        port: int = watchers.discover_master("mymaster")[1]
        return port

    def successor(self, port: int) -> int:
        """Who took over from that one; 0 as long as nobody has."""
        try:
            found = self.primary()
        except MasterNotFoundError:
            return 0
        return found if found != port else 0

    def kill(self, port: int) -> str:
        name = f"redis{self.ports.redis.index(port) + 1}"
        self.processes[name].kill()
        self.processes[name].wait(PATIENCE_S)
        return name

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait(PATIENCE_S)


@contextmanager
def open_redis_group() -> Iterator[RedisGroup]:
    with tempfile.TemporaryDirectory(prefix="group-") as folder:
        group = RedisGroup(Path(folder))
        try:
            group.start(*group.commands)
            group.wait_until_whole()
            yield group
        finally:
            group.stop()
