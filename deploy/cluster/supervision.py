"""The cluster's processes under supervisor, which restarts what dies and stops all in order."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from app.settings import Settings
from deploy.cluster.nodes import Node
from deploy.local import configuration, procfile
from deploy.local.supervisor import Supervisor

# A worker ends after its job, which may take a minute.
WORKER_STOP_S = 70


class ClusterSupervisor(Supervisor):
    """`first` and `last` are commands by name: what the shop's nodes need, and what stands in front of them."""

    def __init__(
        self,
        settings: Settings,
        root: Path,
        nodes: list[Node],
        first: Mapping[str, str],
        last: Mapping[str, str],
    ):
        super().__init__(settings, root)
        self.nodes = nodes
        self.first = first
        self.last = last

    def configure(self) -> str:
        """Stopped from the highest priority down: nginx, the shop, sentinels before the servers they watch."""
        commands = procfile.read(self.root)
        program = partial(configuration.program, self.settings, self.root)
        parts = [configuration.head(self.settings, self.socket, [node.name for node in self.nodes])]
        for name, command in self.first.items():
            priority = 12 if name.startswith("sentinel") else 10
            parts.append(program(name, command, priority=priority, at_once=True))
        for node in self.nodes:
            metrics = {} if node.role in configuration.NO_METRICS else configuration.metrics_of(self.settings)
            stop_s = WORKER_STOP_S if node.role == "worker" else configuration.STOP_WAIT_S
            variables = {**node.variables, **metrics}
            parts.append(
                program(node.name, commands[node.role], priority=20, variables=variables, stop_s=stop_s)
            )
        parts += [program(name, command, priority=30) for name, command in self.last.items()]
        return "".join(parts)

    def start_last(self) -> None:
        for name in self.last:
            self.call("startProcess", name, False)
