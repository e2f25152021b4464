"""A reader process: files to documents, each read as the kind that its content shows, until its standard input ends.

Run as `python -m service.adapters.resume_reader.reader_process`.
"""

import logging
import re

import msgspec

from service.adapters.resume_reader import ACCEPTED, Answer, Recognised, Refused, Request
from service.adapters.resume_reader.docx import read_docx
from service.adapters.resume_reader.lines import NotReadable, ResumeText
from service.adapters.resume_reader.pdf import read_pdf
from service.adapters.resume_reader.plain import decoded, read_plain
from service.adapters.resume_reader.recognition.document import recognised
from service.kernel.reader_processes.protocol import answer_requests

# The libraries take 0.2 GB of address space before the first file; the largest content a PDF may unpack to, parsed
# into objects, takes as much again.
MEMORY_MAX_BYTES = 600_000_000
# Beyond the owner's limit of 4 s, so that it goes off only where no owner is left.
ALARM_SECONDS = 6.0
# The vocabulary's tables and patterns take half a second, which is no part of a file's time.
WARM_UP = Request(
    b"Jane Roe\n030 1234567\nExperience\nEngineer, Acme, 2019 - 2020\nEducation\nBSc, MIT\nSkills\nGo", ""
)


def main() -> None:
    # Libraries' warnings quote the file, which must not reach a log.
    logging.disable(logging.CRITICAL)
    answer(WARM_UP)
    answer_requests(
        answer, msgspec.msgpack.Decoder(Request), alarm_seconds=ALARM_SECONDS, memory_max_bytes=MEMORY_MAX_BYTES
    )


def answer(request: Request) -> Answer:
    try:
        return Recognised(recognised(read_file(request.content, request.file_name)))
    except NotReadable as refusal:
        return Refused(str(refusal))


# A reader has to look for the header within the first KiB (ISO 32000-1, annex H.3, note 13).
PDF_HEADER_WITHIN_BYTES = 1024
_PDF = re.compile(rb"%PDF-\d")
_MARKDOWN_NAME = re.compile(r"\.(?:md|markdown)\Z", re.IGNORECASE)
# What people send instead, by its first bytes.
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "is a Word document of before 2007 (.doc)",
    b"{\\rtf": "is a Rich Text file",
    b"\x89PNG": "is an image",
    b"\xff\xd8\xff": "is an image",
    b"GIF8": "is an image",
    b"\x1f\x8b": "is a compressed file",
    b"7z\xbc\xaf": "is an archive",
    b"Rar!": "is an archive",
}
_WEB_PAGE = re.compile(r"\s*<(?:!doctype html|html|\?xml)", re.IGNORECASE)
_JSON = re.compile(r"\s*[{\[]\s*[\"{\[}\]]")


def read_file(content: bytes, file_name: str) -> ResumeText:
    """Raises NotReadable."""
    if not content.strip(b"\0 \t\r\n"):
        raise NotReadable(f"is empty; {ACCEPTED} is expected")
    for beginning, what in _OTHERS.items():
        if content.startswith(beginning):
            raise NotReadable(f"{what}; {ACCEPTED} is expected")
    if content.startswith(b"PK\x03\x04"):
        return read_docx(content)
    if _PDF.search(content, 0, PDF_HEADER_WITHIN_BYTES):
        return read_pdf(content)
    return _read_text(content, file_name)


def _read_text(content: bytes, file_name: str) -> ResumeText:
    text = decoded(content)
    if text is None:
        raise NotReadable(f"is of a kind not known here; {ACCEPTED} is expected")
    if _WEB_PAGE.match(text):
        raise NotReadable(f"is a web page; {ACCEPTED} is expected")
    if _JSON.match(text):
        raise NotReadable(f"is JSON, which is sent as application/json; {ACCEPTED} is expected")
    return read_plain(text, is_markdown=bool(_MARKDOWN_NAME.search(file_name)))


if __name__ == "__main__":
    main()
