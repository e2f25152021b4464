"""A data directory that the commands of one module share, so that one cluster is made for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reachable import reachable_directory


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with reachable_directory() as directory:
        yield directory
