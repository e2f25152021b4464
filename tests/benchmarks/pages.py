"""The web server with the postings: every page comes after the same time, `robots.txt` at once (there is none).

    python -m tests.benchmarks.pages --delay 0.3

A page is asked for as `/jobs/1?call=7`: the query makes it another address, so that nothing is cached.
"""

import argparse
from pathlib import Path

import anyio
from anyio.abc import ByteStream

from tests.fakes.page_server import answer, page_server

POSTING = Path(__file__).resolve().parents[1] / "data" / "demo" / "posting.html"


async def _main(delay_seconds: float) -> None:
    deliver = answer(POSTING.read_bytes())

    async def posting(stream: ByteStream) -> None:
        await anyio.sleep(delay_seconds)
        await deliver(stream)

    async with page_server({"/jobs/1": posting}) as server:
        print(server.url("/jobs/1"), flush=True)
        await anyio.sleep_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds until a page is answered")
    anyio.run(_main, parser.parse_args().delay)
