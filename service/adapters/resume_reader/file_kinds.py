"""A file's bytes to lines: what kind it is, by its content, and then by that kind's reader. Pure."""

import re

from service.adapters.resume_reader import ACCEPTED
from service.adapters.resume_reader.docx import read_docx
from service.adapters.resume_reader.lines import NotReadable, ResumeText
from service.adapters.resume_reader.pdf import read_pdf
from service.adapters.resume_reader.plain import decoded, read_plain

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
