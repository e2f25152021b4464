"""The fake that ships beside the reader processes."""

import math

import anyio
import pytest

from service.adapters.page_parser import Page, UnparsablePage
from service.adapters.page_parser.scripted import ScriptedPageParser

pytestmark = pytest.mark.anyio


async def test_it_reads_in_place() -> None:
    parser = ScriptedPageParser()
    assert (await parser.parse("Zürich".encode("latin-1"), charset="latin1")).text == "Zürich"
    assert parser.parsed == ["Zürich".encode("latin-1")]


async def test_it_answers_as_it_was_told() -> None:
    parser = ScriptedPageParser({"a": Page(text="b", blocks=()), "c": UnparsablePage("no")})
    assert await parser.parse("a") == Page(text="b", blocks=())
    with pytest.raises(UnparsablePage):
        await parser.parse("c")
    parser.failure = UnparsablePage("never")
    with pytest.raises(UnparsablePage, match="never"):
        await parser.parse("a")


async def test_it_hangs_until_it_is_cancelled() -> None:
    parser = ScriptedPageParser(delay_seconds=math.inf)
    with anyio.move_on_after(0.01) as limit:
        await parser.parse("x")
    assert limit.cancelled_caught
    assert parser.cancelled == 1
