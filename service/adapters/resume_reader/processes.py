"""Résumés' files read in reader processes, each of which can be killed at any moment.

None is started before the first file comes: each holds 70 MB, and most processes of the service never see a résumé.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from service.adapters.resume_reader import Answer, Refused, Request, ResumeReader, UnreadableResume
from service.kernel.reader_processes.pool import GaveUp, Pool, Reader

# Long résumés take a fifth of a second; what takes twenty times as long was made to.
READ_SECONDS = 4.0
# Each waiter holds its file, 5 MB at the most.
WAITING_MAX = 20


@asynccontextmanager
async def resume_reader_processes(*, count: int = 2) -> AsyncGenerator[ResumeReader]:
    """A reader over at most `count` processes, gone when it is left (within a second)."""
    reader = ProcessResumeReader(count)
    try:
        yield reader
    finally:
        await reader.close()


class ProcessResumeReader:
    """`ResumeReader` over a pool of processes."""

    def __init__(self, count: int) -> None:
        reader: Reader[Answer] = Reader(
            module="service.adapters.resume_reader.reader_process",
            name="résumé reader",
            answers=msgspec.msgpack.Decoder(Answer),
            read_seconds=READ_SECONDS,
            waiting_max=WAITING_MAX,
        )
        self._pool = Pool(reader, count=count)
        self.close = self._pool.close

    async def read(self, content: bytes, *, file_name: str = "") -> Mapping[str, Any]:
        try:
            answer = await self._pool.read(lambda: Request(content, file_name))
        except GaveUp as reason:
            raise UnreadableResume(f"The file cannot be read: {reason}.") from reason
        if isinstance(answer, Refused):
            raise UnreadableResume(f"The file cannot be read: it {answer.reason}.")
        return answer.document
