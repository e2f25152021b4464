"""The files of one server: their places, the settings, and the making of a new data directory."""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from service.adapters.local_postgres import LocalPostgresUnavailable
from service.adapters.local_postgres.binaries import Binaries
from service.adapters.local_postgres.programs import Account, make_directories, run_program

# sun_path holds 104 bytes on macOS and 108 on Linux, the final NUL included.
SOCKET_PATH_MAX_BYTES = 103
SOCKET_NAME = ".s.PGSQL.5432"

# What SQLAlchemy reads as part of one host (it splits at commas and colons) and PostgreSQL as one directory.
PLAIN_PATH = re.compile(r"[\w/. +=@~-]+", re.ASCII)

# The same for every caller, whatever its TMPDIR: two owners must come to the same directory.
SHORT_PARENT = Path("/tmp")  # noqa: S108 - only a directory of mode 0700 whose owner was checked is used in it

# Two processes with a pool of 20 each, their migrations and doctor, with room for a second pair while deploying.
MAX_CONNECTIONS = 100

DATA = "data"

# Since this major, a locale that is built in and the same on every machine.
BUILTIN_LOCALE_MAJOR = 17


@dataclass(frozen=True, slots=True)
class Cluster:
    """The places under `root`; `root` is absolute and free of links."""

    root: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.root / DATA

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def leases(self) -> Path:
        return self.root / "owners"

    @property
    def settings(self) -> Path:
        return self.data / "postgresql.auto.conf"

    @property
    def name(self) -> str:
        """In every server process's title, so that they are recognised without reading what only their owner may."""
        return f"overture-{hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]}"

    @property
    def socket_directory(self) -> Path:
        beside = self.root / "run"
        if len(os.fsencode(beside / SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES and PLAIN_PATH.fullmatch(str(beside)):
            return beside
        return SHORT_PARENT / f"{self.name}-{self.account.uid}"

    @property
    def socket(self) -> Path:
        return self.socket_directory / SOCKET_NAME

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://postgres@/postgres?host={quote(str(self.socket_directory), safe='/')}"

    def prepare(self) -> None:
        """Make the directories, ours alone. Raises `LocalPostgresUnavailable`, naming what stands in the way."""
        try:
            make_directories(self.root, 0o711 if self.account.is_other else 0o700)
            for directory in (*reversed(self.root.parents), self.root):
                if self.account.is_other and not self.account.may_enter(directory):
                    raise LocalPostgresUnavailable(
                        f"PostgreSQL refuses to run as root, and the account {self.account.name}, which it would run "
                        f"as, may not enter {directory}. Set OVERTURE_DATA_DIR to a directory it may enter, such as "
                        "/var/lib/overture, or set DATABASE_URL."
                    )
            for directory in (self.log, self.socket_directory):
                self._make_private(directory)
        except OSError as error:
            raise LocalPostgresUnavailable(f"The database directory {self.root} cannot be used: {error}.") from error

    def _make_private(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {self.account.uid, os.geteuid()}:
            raise LocalPostgresUnavailable(f"{directory} is not a directory of {self.account.name}; remove it.")
        directory.chmod(0o700)
        self.account.own(directory)

    def wanted_settings(self, version: str, *, is_durable: bool) -> str:
        """The whole of postgresql.auto.conf: a file, so that no shell reads a path."""
        values = _SETTINGS | ({} if is_durable else _FAST_SETTINGS)
        values |= {
            "cluster_name": self.name,
            "log_directory": str(self.log),
            "unix_socket_directories": '"{}"'.format(str(self.socket_directory).replace('"', '""')),
        }
        lines = [f"{name} = '{_escape(value)}'" for name, value in sorted(values.items())]
        return "\n".join([f"# Written by Overture at each start, for PostgreSQL {version}.", *lines, ""])

    def write_settings(self, text: str) -> None:
        # Written where only we can write, then moved: the server's account could plant a link in its own directory.
        written = self.root / "settings.new"
        written.write_text(text)
        written.chmod(0o600)
        self.account.own(written)
        written.replace(self.settings)

    def current_settings(self) -> str:
        try:
            return self.settings.read_text()
        except FileNotFoundError:
            return ""

    def log_tail(self) -> str:
        """The end of the server's log, for an error's detail."""
        files = sorted(self.log.glob("*.log"), key=lambda path: path.stat().st_mtime)
        return "\n".join(path.read_text(errors="replace")[-1500:].strip() for path in files[-2:])


async def initialise(cluster: Cluster, binaries: Binaries, *, is_durable: bool) -> None:
    """Make the data directory unless it is there: built beside its place and renamed, so that it is whole or absent."""
    # An initdb whose owner was killed goes on in a directory of its own; what it adds goes at the next start.
    for unfinished in cluster.root.glob("initdb-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    if cluster.data.exists():
        _check_version(cluster.data, binaries)
        return
    unfinished = Path(tempfile.mkdtemp(prefix="initdb-", dir=cluster.root))
    cluster.account.own(unfinished)
    is_builtin = binaries.major >= BUILTIN_LOCALE_MAJOR
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if is_builtin else []
    durability = [] if is_durable else ["--no-sync"]
    await run_program(
        [binaries.program("initdb"), "-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
         "--locale=C", *locale, *durability],
        account=cluster.account,
    )  # fmt: skip
    unfinished.rename(cluster.data)
    if is_durable:
        _sync(cluster.root)


def _check_version(data: Path, binaries: Binaries) -> None:
    try:
        major = (data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise LocalPostgresUnavailable(f"{data} is not a PostgreSQL data directory; move it away: {error}.") from error
    if major != str(binaries.major):
        raise LocalPostgresUnavailable(
            f"{data} was made by PostgreSQL {major} and {binaries.directory} is {binaries.version}: "
            "move the data with pg_dump or pg_upgrade, or install the older PostgreSQL."
        )


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": str(MAX_CONNECTIONS),
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    # One file a weekday, begun anew a week later. `log` leaves out the errors of statements, which their client is
    # told: they hold people's data, and thousands a second of them would fill the disk.
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

# For tests: a crash of the machine may lose everything, a crash of the server loses nothing, for what is written
# reaches the system's cache with each commit.
_FAST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
