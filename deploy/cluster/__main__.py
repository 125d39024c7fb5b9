"""`python -m deploy.cluster`: start everything, tell where, and end it all by Ctrl-C; or restart it, node by node."""

import argparse
import signal
import sys
import time

from app.core import locales
from app.environment import make_data_folder
from app.settings import Settings, SettingsError
from deploy.cluster import postgres, proxy, redis_group, rolling, state
from deploy.cluster.nodes import Ports, list_nodes
from deploy.cluster.supervision import ClusterSupervisor
from deploy.local import banner, dependencies, family, folders, lock, ports
from deploy.local.__main__ import Stopped, ignore_signals, raise_open_files, stop, wait_for_end
from deploy.local.refusal import Refusal

PORT = 8080
START_S = 60.0


def main() -> int:
    arguments = read_arguments()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    try:
        if arguments.rolling_restart:
            rolling.restart_all(state.load_running(state.data_folder()), state.ROOT)
        else:
            run(Ports(arguments.port), tls=arguments.tls, started=time.monotonic())
    except (Refusal, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        print("Stopped.")
    return 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"of nginx; the ten after it are used too ({PORT})"
    )
    parser.add_argument("--tls", action="store_true", help="https, with a certificate made for this machine")
    parser.add_argument(
        "--rolling-restart",
        action="store_true",
        help="migrate and restart the cluster that runs, node by node",
    )
    return parser.parse_args()


def run(group: Ports, *, tls: bool, started: float) -> None:
    raise_open_files()
    data = state.data_folder()
    make_data_folder(state.load_settings({"APP_ENV": state.environment(), "DATA_DIR": str(data)}))
    proxy.find_binary()
    for port in group.all:
        ports.check_port(f"--port {group.entrance}", "127.0.0.1", port)
    with lock.hold(state.load_settings({})), postgres.running(data) as database:
        variables = {**state.make_variables(data, group, tls=tls), "DATABASE_URL": database}
        settings = state.load_settings(variables)
        locales.check_locale(settings)
        folders.make(settings)
        state.write(data, variables)
        family.adopt_orphans()
        run_under(make_supervisor(settings, group, tls=tls), settings, started)


def run_under(supervisor: ClusterSupervisor, settings: Settings, started: float) -> None:
    end = supervisor.abort
    try:
        supervisor.start()
        wait_for_redis(settings)
        dependencies.prepare_database(settings)
        open_shop(settings, supervisor)
        end = supervisor.stop
        print("\n".join(banner.lines(settings, time.monotonic() - started)), flush=True)
        wait_for_end(settings, supervisor)
    finally:
        ignore_signals()
        end()


def make_supervisor(settings: Settings, group: Ports, *, tls: bool) -> ClusterSupervisor:
    nodes = list_nodes(group)
    password = state.read(settings.data_path)["REDIS_URL"].partition("://:")[2].partition("@")[0]
    first = redis_group.write_files(settings.data_path, group, password)
    nginx = proxy.write_files(settings.data_path / "nginx", state.ROOT, nodes, group.entrance, tls=tls)
    return ClusterSupervisor(settings, state.ROOT, nodes, first, {"nginx": nginx})


def wait_for_redis(settings: Settings) -> None:
    """Also until a replica follows: before that the first server takes no writes."""
    from app.core.redis import RedisDown, RedisError, connect, wait_for_replica

    def takes_writes() -> bool:
        try:
            wait_for_replica(connect(settings.REDIS_URL))
        except (RedisDown, RedisError):
            return False
        return True

    rolling.wait_for(takes_writes, START_S, f"Redis did not start; see {settings.data_path / 'logs'}")


def open_shop(settings: Settings, supervisor: ClusterSupervisor) -> None:
    for node in supervisor.nodes:
        supervisor.start_program(node.name)
    for node in supervisor.nodes:
        rolling.wait_until_ready(settings, supervisor, node)
    supervisor.start_last()
    rolling.wait_for(
        lambda: supervisor.states().get("nginx") == "RUNNING", START_S, "nginx does not run; see its log"
    )


if __name__ == "__main__":
    sys.exit(main())
