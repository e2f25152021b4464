"""Running PostgreSQL's programs: as whom (it refuses root), with which environment, for how long."""

import os
import pwd
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT

import anyio

from service.adapters.local_postgres import LocalPostgresUnavailable

# initdb takes 0.5 s on an idle machine and writes 39 MB; two minutes are a slow disk, more is a hung one.
PROGRAM_LIMIT_SECONDS = 120.0

# Nothing of the caller's: a LANG that is not installed makes initdb fail, PGDATA or PGPORT would redirect it.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

# Which accounts may stand in for root, best first. They exist or they do not: we make none.
STAND_INS = ("postgres", "nobody")

# Between us and the program: no descriptor of ours beyond the first three, and the account. Not left to the loop's own
# process call: uvloop, which other ASGI servers choose, lets its children inherit its pipes (a server would hold ours
# open for ever) and knows no `user`.
_PRELUDE = """
import os, sys
os.closerange(3, os.sysconf("SC_OPEN_MAX"))
uid, gid = int(sys.argv[1]), int(sys.argv[2])
try:
    if uid != os.geteuid():
        os.setgroups([]); os.setgid(gid); os.setuid(uid)
    os.execvp(sys.argv[3], sys.argv[3:])
except OSError as error:
    sys.exit(f"cannot be started: {error}")
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as; `is_other` when that is not who we are."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def own(self, path: Path) -> None:
        """Give `path` itself, not what a link there points to, to the account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def may_enter(self, directory: Path) -> bool:
        """By the mode bits alone; access lists are not read, and a wrong yes is answered by the server itself."""
        found = directory.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))


def ourselves() -> Account:
    uid = os.geteuid()
    return Account(name=f"user {uid}", uid=uid, gid=os.getegid(), is_other=False)


def server_account(data: Path) -> Account:
    """Ourselves, or for root the owner of the existing data, or else the first stand-in that exists."""
    if os.geteuid() != 0:
        return ourselves()
    if data.exists() and (uid := data.stat().st_uid) != 0:
        return Account(name=f"user {uid}", uid=uid, gid=data.stat().st_gid, is_other=True)
    for name in STAND_INS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid, is_other=True)
    raise LocalPostgresUnavailable(
        f"PostgreSQL refuses to run as root and there is no account {' or '.join(STAND_INS)}; "
        "run as another user, or set DATABASE_URL."
    )


async def run_program(arguments: Sequence[str | Path], *, account: Account) -> str:
    """Run to its end as `account` and return what it printed; cancellation kills it.

    Raises `LocalPostgresUnavailable` with the end of its output when it fails, cannot start, or takes too long.
    """
    name = Path(arguments[0]).name
    command = [os.fspath(argument) for argument in arguments]
    try:
        with anyio.fail_after(PROGRAM_LIMIT_SECONDS):
            done = await anyio.run_process(
                [sys.executable, "-I", "-S", "-c", _PRELUDE, str(account.uid), str(account.gid), *command],
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                check=False,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,  # a Ctrl-C at the terminal is for us; the server stops when we say so
            )
    except TimeoutError as error:
        raise LocalPostgresUnavailable(f"{name} did not end within {PROGRAM_LIMIT_SECONDS:g} s.") from error
    except OSError as error:
        raise LocalPostgresUnavailable(f"{name} cannot be started as {account.name}: {error}.") from error
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise LocalPostgresUnavailable(f"{name} failed ({done.returncode}): {output[-2000:].strip()}")
    return output


def make_directories(path: Path, mode: int) -> None:
    """Make what is missing of `path`, each with `mode` whatever the umask; what exists is left as it is."""
    for directory in (*reversed(path.parents), path):
        if not directory.exists():
            directory.mkdir(exist_ok=True)
            directory.chmod(mode)
