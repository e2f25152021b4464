"""One reader's process, from the side of its owner: started, asked, killed."""

import sys
from pathlib import Path

import anyio
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream

from service.kernel.errors import Unavailable
from service.kernel.reader_processes.protocol import HEADER_BYTES, READY, MalformedFrame, body_length

# Starting takes a tenth of a second, importing a large library three, and on a machine that starts many things at once
# ten times that; one that needs longer cannot read either.
START_SECONDS = 10.0
# A killed process is reaped within milliseconds; one stuck in the kernel is left to it.
END_SECONDS = 1.0
# A pipe holds 64 KiB; more at once would only be copied into a buffer of ours.
CHUNK_BYTES = 65_536

PACKAGE_ROOT = Path(__file__).resolve().parents[3]


class ReaderProcess:
    """One process, which answers one request at a time."""

    def __init__(self, process: Process, requests: ByteSendStream, answers: ByteReceiveStream) -> None:
        self._process = process
        self._requests = requests
        self._answers = BufferedByteReceiveStream(answers)

    @classmethod
    async def start(cls, module: str, name: str) -> "ReaderProcess":
        """Start one and wait until it is warm. Raises `Unavailable`, by its name, where none can be had in 10 s."""
        spawned = await _spawned(module, name)
        if spawned is None or spawned.stdin is None or spawned.stdout is None:
            raise Unavailable(f"No {name} could be started.")
        process = cls(spawned, spawned.stdin, spawned.stdout)
        is_warm = False
        try:
            with anyio.move_on_after(START_SECONDS) as limit:
                is_warm = await process.is_ready()
        finally:
            if not is_warm:
                await process.end()
        if limit.cancelled_caught:
            raise Unavailable(f"No {name} became ready within {START_SECONDS:g} s.")
        if not is_warm:
            raise Unavailable(f"A {name} ended before it was ready; its standard error is the service's.")
        return process

    async def is_ready(self) -> bool:
        """Waits for its first frame; False where it ended instead."""
        return await self._receive(len(READY)) == READY

    async def ask(self, request: bytes) -> bytes | None:
        """The body of the answer to a framed request, or None where the process has ended or speaks nonsense."""
        try:
            for start in range(0, len(request), CHUNK_BYTES):
                await self._requests.send(request[start : start + CHUNK_BYTES])
            header = await self._receive(HEADER_BYTES)
            return await self._receive(body_length(header))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, MalformedFrame):
            return None

    async def end(self) -> None:
        """Kill it and see it gone. Shielded: a second at the most, for a process the kernel holds on to."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(END_SECONDS):
            if self._process.returncode is None:
                self._process.kill()
            await self._process.aclose()

    async def _receive(self, count: int) -> bytes:
        """`count` bytes, or fewer where the process ended."""
        try:
            return await self._answers.receive_exactly(count)
        except (anyio.EndOfStream, anyio.IncompleteRead):
            return b""


async def _spawned(module: str, name: str) -> Process | None:
    # No environment: what reads hostile input holds no secret. A process group of its own: the terminal's Ctrl-C is
    # its owner's business. Its standard error is ours, so that a crash is seen.
    command = [sys.executable, "-m", module]
    try:
        # Shielded, for some milliseconds as a rule: a process half started when its starter is cancelled would be
        # nobody's. What the machine cannot start in 10 s is given up.
        with anyio.move_on_after(START_SECONDS, shield=True):
            return await anyio.open_process(command, cwd=PACKAGE_ROOT, env={}, stderr=None, start_new_session=True)
    except OSError as error:
        raise Unavailable(f"No {name} could be started: {error}.") from error
    return None
