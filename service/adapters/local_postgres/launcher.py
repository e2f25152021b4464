"""Holding an embedded PostgreSQL up: take a lease, start or adopt the server, and be the one who stops it if last."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import anyio

from service.adapters.local_postgres import LocalPostgresUnavailable, Owner, postmaster
from service.adapters.local_postgres.binaries import Binaries, find_binaries
from service.adapters.local_postgres.cluster import DATA, Cluster, initialise
from service.adapters.local_postgres.leases import Lease, StillBusy, exclusive, owners, sweep
from service.adapters.local_postgres.programs import PROGRAM_LIMIT_SECONDS, server_account

# Somebody else may be initialising and recovering in front of us.
ENTER_WAIT_SECONDS = PROGRAM_LIMIT_SECONDS + postmaster.START_LIMIT_SECONDS

# Whoever makes us wait longer on leaving is starting the server, holds a lease, and will stop it.
LEAVE_WAIT_SECONDS = 5.0

# A unix socket answers at once or not at all.
CONNECT_SECONDS = 2.0


@asynccontextmanager
async def local_postgres(root: Path, *, is_durable: bool = True) -> AsyncGenerator[str, None]:
    """See `LocalPostgres`: the URL of the server of `root`, held up until the block ends."""
    held = await _Held.enter(root, is_durable=is_durable)
    try:
        yield held.url
    finally:
        await held.leave()


@contextmanager
def blocking_local_postgres(root: Path, *, is_durable: bool = True) -> Generator[str, None, None]:
    """The same for code outside any event loop (fixtures, synchronous commands)."""
    held = anyio.run(partial(_Held.enter, root, is_durable=is_durable))
    try:
        yield held.url
    finally:
        anyio.run(held.leave)


def current_owners(root: Path) -> tuple[Owner, ...]:
    """Who holds the server of `root` up right now, for `overture doctor`."""
    return owners(_cluster(root).leases)


def _cluster(root: Path) -> Cluster:
    root = root.expanduser().resolve()
    return Cluster(root, server_account(root / DATA))


class _Held:
    """A lease on a running server."""

    def __init__(self, cluster: Cluster, lease: Lease) -> None:
        self._cluster = cluster
        self._lease = lease
        self.url = cluster.url

    @classmethod
    async def enter(cls, root: Path, *, is_durable: bool) -> "_Held":
        cluster = _cluster(root)
        binaries = await find_binaries(cluster.account)
        cluster.prepare()
        async with exclusive(cluster.lock, wait_seconds=ENTER_WAIT_SECONDS):
            is_shared = bool(owners(cluster.leases))
            sweep(cluster.leases)
            lease = Lease(cluster.leases)
            try:
                await _bring_up(cluster, binaries, is_durable=is_durable, is_shared=is_shared)
            except BaseException as error:
                # 14 s at most: what we began must not go on without an owner.
                with anyio.CancelScope(shield=True):
                    await _let_go(cluster, lease)
                if isinstance(error, OSError):
                    raise LocalPostgresUnavailable(f"The server of {cluster.data} cannot start: {error}.") from error
                raise
        return cls(cluster, lease)

    async def leave(self) -> None:
        # 5 s for the lock and 14 s for the server at most: nobody else would stop it before its next start.
        with anyio.CancelScope(shield=True):
            try:
                async with exclusive(self._cluster.lock, wait_seconds=LEAVE_WAIT_SECONDS):
                    await _let_go(self._cluster, self._lease)
            except StillBusy:
                pass  # by an owner who comes, and who will stop it
            finally:
                self._lease.drop()


async def _bring_up(cluster: Cluster, binaries: Binaries, *, is_durable: bool, is_shared: bool) -> None:
    """Adopt the server that runs, or start one. What runs with other settings is restarted, unless somebody uses it."""
    found = await postmaster.wait_until_settled(cluster)
    wanted = cluster.wanted_settings(binaries.version, is_durable=is_durable)
    current = cluster.current_settings()
    if found.heads:
        if found.is_ready and (current == wanted or is_shared) and await _answers(cluster):
            _check_durable(cluster, current, is_durable=is_durable)
            return
        if is_shared:
            raise LocalPostgresUnavailable(
                f"The server of {cluster.data} is in use and does not answer on {cluster.socket}; stop its owners "
                "(`overture doctor` names them) and start again."
            )
        await postmaster.stop(cluster)
    await initialise(cluster, binaries, is_durable=is_durable)
    cluster.write_settings(wanted)
    await postmaster.start(cluster, binaries)


async def _let_go(cluster: Cluster, lease: Lease) -> None:
    lease.drop()
    if not owners(cluster.leases):
        await postmaster.stop(cluster)


async def _answers(cluster: Cluster) -> bool:
    try:
        with anyio.fail_after(CONNECT_SECONDS):
            connection = await anyio.connect_unix(cluster.socket)
    except (OSError, TimeoutError):
        return False
    await connection.aclose()
    return True


def _check_durable(cluster: Cluster, settings: str, *, is_durable: bool) -> None:
    if is_durable and "fsync = 'off'" in settings:
        raise LocalPostgresUnavailable(f"The server of {cluster.data} is in use by a test that runs it without fsync.")
