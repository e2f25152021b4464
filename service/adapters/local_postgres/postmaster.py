"""The server's processes: finding them, starting one, stopping them, clearing away what dead ones left.

The pid in postmaster.pid is believed only if that process says by its command line that it serves this directory:
after a crash the number may belong to anybody, to a zombie that nobody reaps, or the file may be cut short.
PostgreSQL itself refuses to start in those cases, and `pg_ctl stop` would signal whoever has the number.
"""

import signal
from dataclasses import dataclass
from pathlib import Path

import anyio
import psutil

from service.adapters.local_postgres import LocalPostgresUnavailable
from service.adapters.local_postgres.binaries import Binaries
from service.adapters.local_postgres.cluster import Cluster
from service.adapters.local_postgres.programs import run_program

POLL_SECONDS = 0.02

# Crash recovery replays what was written since the last checkpoint: five minutes of writing at worst.
START_LIMIT_SECONDS = 120.0

# The launch itself takes some 50 ms; a machine that needs a hundred times as long is in no state to run a server.
LAUNCH_LIMIT_SECONDS = 10.0

# A fast shutdown writes a checkpoint, usually within 0.1 s. After it an immediate one, which loses nothing
# committed and costs a recovery at the next start.
FAST_STOP_SECONDS = 10.0
IMMEDIATE_STOP_SECONDS = 4.0
SIGNAL_AGAIN_SECONDS = 1.0

# In the background, with its own output, so that it outlives us and holds none of our pipes.
LAUNCH = '"$0" -D "$1" </dev/null >"$2" 2>&1 & echo $!'


@dataclass(frozen=True, slots=True)
class Survey:
    """What runs for a directory: the postmaster that its pid file names, and every process without a living parent."""

    postmaster: psutil.Process | None
    heads: tuple[psutil.Process, ...]
    status: str = ""

    @property
    def is_ready(self) -> bool:
        return self.postmaster is not None and self.status in {"ready", "standby"}

    @property
    def is_headless(self) -> bool:
        """Processes without a postmaster that could be named: backends of a killed one, or its pid file is spoilt."""
        return self.postmaster is None and bool(self.heads)


def survey(cluster: Cluster) -> Survey:
    pid, status = _pid_file(cluster.data / "postmaster.pid")
    if postmaster := _postmaster(pid, cluster):
        return Survey(postmaster, (postmaster,), status)
    servers = {process.pid: process for process in psutil.process_iter() if _is_server(process)}
    ours = {number: process for number, process in servers.items() if _serves(process, cluster)}
    # A postmaster that somebody started by hand may spell the directory in another way; its children have the title.
    ours |= {parent: servers[parent] for process in ours.values() if (parent := _parent(process)) in servers}
    heads = tuple(process for process in ours.values() if _parent(process) not in ours)
    return Survey(None, heads)


async def wait_until_settled(cluster: Cluster) -> Survey:
    """Wait while a postmaster starts, recovers or stops; what stands then is ready, headless, or nothing."""
    try:
        with anyio.fail_after(START_LIMIT_SECONDS):
            while True:
                found = survey(cluster)
                if found.is_ready or found.is_headless or not found.heads:
                    return found
                await anyio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        raise LocalPostgresUnavailable(
            f"The server of {cluster.data} is neither up nor down after {START_LIMIT_SECONDS:g} s. {cluster.log_tail()}"
        ) from error


async def start(cluster: Cluster, binaries: Binaries) -> None:
    """Start the server and wait until it takes connections. To be called when nothing runs there."""
    clear_stale(cluster)
    start_log = cluster.log / "start.log"
    # Some 50 ms, 10 s at the most: cut in half it would leave a server whose pid is not known.
    pid = ""
    with anyio.move_on_after(LAUNCH_LIMIT_SECONDS, shield=True):
        pid = await run_program(
            ["/bin/sh", "-c", LAUNCH, binaries.program("postgres"), cluster.data, start_log], account=cluster.account
        )
    if not pid:
        raise LocalPostgresUnavailable(
            f"The server of {cluster.data} could not be launched within {LAUNCH_LIMIT_SECONDS:g} s."
        )
    is_ready = False
    with anyio.move_on_after(START_LIMIT_SECONDS):
        is_ready = await _becomes_ready(cluster, int(pid))
    if not is_ready:
        raise LocalPostgresUnavailable(f"The server of {cluster.data} did not start: {cluster.log_tail()}")


async def _becomes_ready(cluster: Cluster, pid: int) -> bool:
    """False as soon as the process has ended: its log says why."""
    while _is_living(pid):
        if survey(cluster).is_ready:
            return True
        await anyio.sleep(POLL_SECONDS)
    return False


async def stop(cluster: Cluster) -> None:
    """Stop whatever serves the directory, committed work safe; 14 s at most."""
    for order, limit_seconds in ((signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS)):
        give_up_at = anyio.current_time() + limit_seconds
        signal_at = anyio.current_time()
        while (heads := survey(cluster).heads) and (now := anyio.current_time()) < give_up_at:
            if now >= signal_at:  # again each second: a process that is just being born ignores the first
                _signal(heads, order)
                signal_at = now + SIGNAL_AGAIN_SECONDS
            await anyio.sleep(POLL_SECONDS)
        if not heads:
            return
    pids = ", ".join(str(process.pid) for process in survey(cluster).heads)
    raise LocalPostgresUnavailable(f"The server of {cluster.data} does not stop; its processes are {pids}.")


def clear_stale(cluster: Cluster) -> None:
    """Remove the lock files of dead servers. Only when `survey` found nothing: no backend is left to be hurt."""
    for path in (cluster.data / "postmaster.pid", cluster.socket, Path(f"{cluster.socket}.lock")):
        path.unlink(missing_ok=True)


def _pid_file(path: Path) -> tuple[int, str]:
    """The pid and the status (the eighth line); 0 and "" for what the file does not say."""
    try:
        lines = path.read_text(errors="replace").splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):
        return 0, ""


def _postmaster(pid: int, cluster: Cluster) -> psutil.Process | None:
    """The process of that number if it is our postmaster: looks at one process, where a survey looks at all."""
    try:
        process = psutil.Process(pid) if pid > 0 else None
    except psutil.NoSuchProcess:
        return None
    return process if process and _is_server(process) and _serves(process, cluster) else None


def _is_server(process: psutil.Process) -> bool:
    try:
        return process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _serves(process: psutil.Process, cluster: Cluster) -> bool:
    """By command line, which every account may read; the working directory only its user and SYS_PTRACE may."""
    try:
        command = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    if not command:
        return False
    return str(cluster.data) in command[1:] or command[0].startswith(f"postgres: {cluster.name}:")


def _parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None


def _is_living(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(processes: tuple[psutil.Process, ...], order: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(order)
        except psutil.NoSuchProcess:
            continue
