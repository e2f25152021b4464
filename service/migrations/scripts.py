"""Several statements in one `op.execute`: for a listener of the engine's `do_execute` event."""

from collections.abc import Awaitable
from typing import Any


def send_script(_cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
    """Send them over the simple protocol; the driver's prepared statements take one each."""
    if parameters or ";" not in statement:
        return None

    def send(raw: Any) -> Awaitable[str]:
        return raw.execute(statement)

    context.root_connection.connection.dbapi_connection.run_async(send)
    return True  # done: SQLAlchemy need not
