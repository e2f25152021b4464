"""The fake that ships beside the reader processes."""

import pytest

from service.adapters.resume_reader import UnreadableResume
from service.adapters.resume_reader.scripted import ScriptedResumeReader
from service.kernel.errors import Overloaded

pytestmark = pytest.mark.anyio


async def test_it_reads_in_place_or_answers_as_it_was_told() -> None:
    reader = ScriptedResumeReader({b"a": {"basics": {"name": "Told"}}})
    assert (await reader.read(b"a", file_name="a.txt"))["basics"] == {"name": "Told"}
    assert (await reader.read(b"Grace Example\nSkills\nGo"))["skills"] == [{"keywords": ["Go"]}]
    with pytest.raises(UnreadableResume, match="image"):
        await reader.read(b"GIF89a")
    reader.failure = Overloaded("never")
    with pytest.raises(Overloaded):
        await reader.read(b"a")
    assert reader.read_names == ["a.txt", "", "", ""]
