"""The sending side of one HTTP exchange."""

from dataclasses import replace

import anyio
from starlette.types import Send

from service.web.answer import Answer
from service.web.receiving import Inbox

# An answer is at most a few megabytes; a client that takes longer to read it has gone in all but name.
SEND_TIMEOUT_SECONDS = 30.0


async def deliver(inbox: Inbox, send: Send, answer: Answer, *, head_only: bool = False) -> None:
    """Send the answer. Where the body was not read to its end, the connection closes after it: what is left on the
    wire cannot be told from the next request. Under Hypercorn a send to a client that has gone succeeds silently."""
    with anyio.move_on_after(SEND_TIMEOUT_SECONDS):
        if inbox.is_http1 and not inbox.is_read:
            answer = replace(answer, headers={**answer.headers, "connection": "close"})
        body = b"" if head_only else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": _raw_headers(answer)})
        if inbox.is_read:
            await send({"type": "http.response.body", "body": body})
            return
        # The answer is complete for the client by its length; the connection closes when the client had time to read
        # it, for a reset would take the answer from it.
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await inbox.discard()
        async with anyio.create_task_group() as group:
            group.start_soon(inbox.drain)
            await send({"type": "http.response.body", "body": b""})
            group.cancel_scope.cancel()


def _raw_headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-length", str(len(answer.body)).encode("ascii"))]
    if answer.body:
        headers.append((b"content-type", answer.media_type.encode("latin-1")))
    headers.extend((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items())
    return headers
