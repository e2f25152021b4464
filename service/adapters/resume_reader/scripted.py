"""A reader without processes, for tests: reads in place, or answers as it was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.adapters.resume_reader import UnreadableResume
from service.adapters.resume_reader.lines import NotReadable
from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.document import recognised
from service.kernel.errors import ServiceError


@dataclass
class ScriptedResumeReader:
    """Answers `documents[content]` where there is one, else reads the file; remembers names in `read_names`."""

    documents: Mapping[bytes, Mapping[str, Any]] = field(default_factory=dict[bytes, Mapping[str, Any]])
    failure: ServiceError | None = None
    read_names: list[str] = field(default_factory=list[str])

    async def read(self, content: bytes, *, file_name: str = "") -> Mapping[str, Any]:
        self.read_names.append(file_name)
        if self.failure is not None:
            raise self.failure
        try:
            return self.documents.get(content) or recognised(read_file(content, file_name))
        except NotReadable as refusal:
            raise UnreadableResume(f"The file cannot be read: it {refusal}.") from refusal
