"""What the tests of `access` share with those of `web`."""

from tests.web.conftest import shop

__all__ = ["shop"]
