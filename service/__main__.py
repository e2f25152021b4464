"""`python -m service` is the `overture` command."""

import sys

from service.cli import run


def main() -> None:
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
