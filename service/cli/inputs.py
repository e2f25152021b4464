"""What the commands read: a posting, a résumé, a recruiter; files, addresses, standard input."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import anyio
import msgspec

from service.adapters.resume_reader import FILE_MAX_BYTES
from service.cli import MISUSED, Refused
from service.emails.model import Recruiter, recruiter_faults
from service.resources import open_resume_reader
from service.resumes import operations as resumes

# What a fetched page may have (see adapters/page_fetcher); a file is no different.
POSTING_MAX_BYTES = 5_000_000
JSON_RESUME_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Posting:
    """What `--job` named: an address, a page, or plain text."""

    kind: Literal["url", "html", "text"]
    content: str | bytes

    def text_of(self, kind: str) -> str | None:
        return str(self.content) if self.kind == kind else None


def read_posting(job: str) -> Posting:
    """What `--job` names. Raises `Refused` where it cannot be read."""
    if job.lower().startswith(("http://", "https://")):
        return Posting("url", job)
    content = _read(sys.stdin.buffer.fileno() if job == "-" else Path(job), "--job", POSTING_MAX_BYTES)
    if not content.strip():
        raise Refused(f"--job: {job} is empty.", exit_code=MISUSED)
    if looks_like_html(content):
        return Posting("html", content)
    return Posting("text", content.decode("utf-8-sig", errors="replace").replace("\0", ""))


def looks_like_html(content: bytes) -> bool:
    """Whether it begins as a page does, after a byte order mark, white space and comments' openings."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def read_resume(file: Path, *, backend: str) -> Mapping[str, Any]:
    """A JSON Resume document, checked: the file's own, or what is recognised in it, in a loop of its own.

    Raises `Refused`, `UnreadableResume`, or `InvalidRequest` naming the places.
    """
    content = _read(file, "--resume", FILE_MAX_BYTES)
    if content.lstrip()[:1] not in (b"{", b"["):
        return anyio.run(_recognise_resume, content, file.name, backend=backend)
    if len(content) > JSON_RESUME_MAX_BYTES:
        raise Refused(f"--resume: {file} has more than {JSON_RESUME_MAX_BYTES} bytes.", exit_code=MISUSED)
    try:
        document = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Refused(f"--resume: {file} is not a JSON Resume document: {error}.", exit_code=MISUSED) from error
    resumes.check(document)
    return document


async def _recognise_resume(content: bytes, file_name: str) -> Mapping[str, Any]:
    async with open_resume_reader() as reader:
        return (await resumes.read_file(content, file_name=file_name, reader=reader)).document


def _read(source: Path | int, flag: str, limit_bytes: int) -> bytes:
    try:
        with open(source, "rb", closefd=not isinstance(source, int)) as stream:
            content = stream.read(limit_bytes + 1)
    except OSError as error:
        raise Refused(f"{flag}: {source} cannot be read: {error.strerror}.", exit_code=MISUSED) from error
    if len(content) > limit_bytes:
        raise Refused(f"{flag}: {source} has more than {limit_bytes} bytes.", exit_code=MISUSED)
    return content


FORM = 'write it like "Ada Park, Talent Partner at Acme <ada@acme.example>"; a name or a company is needed'


def read_recruiter(text: str) -> Recruiter:
    """The recruiter that `text` describes.

    The address stands last in angle brackets, the company after the last " at ", the title between the first comma
    and the company; each may be missing. Raises `Refused`, which says what cannot be read and how it is written.
    """
    who, address = _without_address(text.strip())
    if _has_at(who):
        who, company = _split_last_at(who)
    else:
        company = ""
    name, _, title = who.partition(",")
    recruiter = Recruiter(name=name.strip(), email=address, title=title.strip(), company=company)
    if faults := recruiter_faults(recruiter, at=""):
        raise _refusal("; ".join(f"{fault.pointer.strip('/') or 'whom'}: {fault.detail}" for fault in faults))
    return recruiter


def _without_address(text: str) -> tuple[str, str]:
    who, opening, rest = text.partition("<")
    if not opening:
        if "@" in text:
            raise _refusal("the address belongs in angle brackets at the end")
        return who, ""
    address, closing, after = rest.partition(">")
    if not closing:
        raise _refusal("the angle bracket of the address is not closed")
    if after.strip():
        raise _refusal(f"nothing may follow the address, and {after.strip()!r} does")
    if not address.strip():
        raise _refusal("the angle brackets hold no address")
    return who.strip(), address.strip()


def _has_at(who: str) -> bool:
    return " at " in f" {who} "


def _split_last_at(who: str) -> tuple[str, str]:
    before, _, company = f" {who} ".rpartition(" at ")
    return before.strip(), company.strip()


def _refusal(why: str) -> Refused:
    return Refused(f"--recruiter cannot be read: {why}. Please {FORM}.", exit_code=MISUSED)
