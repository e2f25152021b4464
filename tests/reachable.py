"""A temporary directory that the server's account can reach: pytest's own, as root, lies below one of mode 0700."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def reachable_directory() -> Generator[Path, None, None]:
    directory = Path(tempfile.mkdtemp(prefix="overture-test-")).resolve()
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
