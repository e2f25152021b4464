"""A PgBouncer of the tests' own, in transaction mode, in front of the embedded server."""

import os
import re
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.reachable import reachable_directory
from tests.redis import free_port

BINARY = shutil.which("pgbouncer")
# The first that keeps prepared statements in transaction mode.
OLDEST = (1, 21)


def _version() -> tuple[int, ...]:
    if BINARY is None:
        return ()
    answer = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", answer)
    return (int(found[1]), int(found[2])) if found else ()


needs_pgbouncer = pytest.mark.skipif(_version() < OLDEST, reason="no pgbouncer 1.21 or later on PATH")

CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_prepared_statements = 200
default_pool_size = 5
logfile = {directory}/log
"""


@contextmanager
def pooled(url: str) -> Generator[str]:
    """The URL of the same database through a pooler."""
    assert BINARY
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    own_port = free_port()
    with reachable_directory() as directory:
        file = Path(directory) / "pgbouncer.ini"
        host, port = query.get("host", [parts.hostname or ""])[0], query.get("port", [str(parts.port or 5432)])[0]
        user = parts.username or "postgres"
        file.write_text(CONFIGURATION.format(host=host, port=port, user=user, own_port=own_port, directory=directory))
        # It refuses to run as root, and the server's socket is open to the server's account alone.
        account = [] if os.geteuid() else ["-u", Path(host).owner()]
        if account:
            shutil.chown(directory, account[1])
        process = subprocess.Popen([BINARY, *account, str(file)], stderr=subprocess.DEVNULL)
        try:
            yield f"postgresql://{user}@127.0.0.1:{own_port}{parts.path}"
        finally:
            process.terminate()
            process.wait()
