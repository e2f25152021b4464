"""The `overture` command: one file per subcommand, each loaded only when it is called. Owns all printing.

Exit codes: 0 done; 1 it could not be done; 2 wrong usage or configuration; 130 interrupted. What is expected to go
wrong is one line on standard error per fact; a traceback means a mistake of ours.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cyclopts import App, CycloptsError

from service.kernel.errors import ServiceError, leaves
from service.kernel.telemetry.logs import configure_logs
from service.settings import BadSettings, Settings, installed_version, load_settings

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130

# Said here and not in the commands' docstrings alone, so that `overture --help` imports none of them.
_COMMANDS = {
    "serve": "Serve the HTTP API; without configuration, on a PostgreSQL of its own.",
    "migrate": "Bring the database's schema up to date.",
    "generate": "Write one e-mail from a posting and a résumé, here and now.",
    "token": "Print a token that this configuration accepts.",
    "doctor": "Check the configuration, the database and its invariants.",
    "openapi": "Print the OpenAPI document of the HTTP API.",
    "payments": "List payment events that could not be applied, and apply one again.",
    "packages": "List, set and retire the packages of coins that are sold.",
}


class Refused(Exception):
    """The command cannot go on; the text says what is the matter and what to do."""

    def __init__(self, detail: str, *, exit_code: int = FAILED) -> None:
        super().__init__(detail)
        self.exit_code = exit_code


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    try:
        return _app()(list(arguments)) or DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return FAILED
    except (CycloptsError, BadSettings, Refused, ServiceError, ExceptionGroup) as error:
        facts = list(leaves(error))
        if not all(isinstance(fact, CycloptsError | BadSettings | Refused | ServiceError) for fact in facts):
            raise
        for fact in facts:
            for line in _lines(fact):
                print(f"overture: {line}", file=sys.stderr)
        return max(_exit_code(fact) for fact in facts)


def command_settings(*, is_quiet: bool = False, **flags: object) -> Settings:
    """The effective settings, a command's flags over the environment; logs follow them. Raises `BadSettings`.

    `is_quiet` is for commands whose output is for people: they see warnings and errors only.
    """
    settings = load_settings(os.environ, directory=Path.cwd(), **flags)
    level = "warning" if is_quiet and settings.log_level == "info" else settings.log_level
    configure_logs(level=level, form=settings.log_format)
    return settings


def _app() -> App:
    app = App(
        name="overture",
        help="The outreach service behind a job search: a posting and a résumé in, one grounded e-mail out.",
        version=installed_version,
        print_error=False,
        exit_on_error=False,
        result_action="return_value",
    )
    for name, help_line in _COMMANDS.items():
        app.command(f"service.cli.{name}:{name}", name=name, help=help_line)
    return app


def _lines(fact: BaseException) -> list[str]:
    match fact:
        case BadSettings():
            return fact.problems
        case ServiceError():
            return [fact.detail if fact.__cause__ is None else f"{fact.detail} ({fact.__cause__})"]
        case _:
            return str(fact).splitlines()


def _exit_code(fact: BaseException) -> int:
    match fact:
        case CycloptsError() | BadSettings():
            return MISUSED
        case Refused():
            return fact.exit_code
        case _:
            return FAILED
