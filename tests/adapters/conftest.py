"""What the tests of the adapters share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def coredis_is_swept_up() -> Iterator[None]:
    """What coredis leaves to the garbage collector is collected here, where it is forgiven, and in no other test."""
    yield
    gc.collect()
