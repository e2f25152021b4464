"""Hypercorn's own command line, on trio, told its port the way `running_service` tells it."""

import sys
from collections.abc import Sequence

from hypercorn.__main__ import main as hypercorn


def main(arguments: Sequence[str]) -> None:
    port = arguments[arguments.index("--port") + 1]
    sys.exit(hypercorn(["service.asgi:app", "--worker-class", "trio", "--bind", f"127.0.0.1:{port}"]))
