"""What the commands are given to read, before anything is opened."""

from pathlib import Path

import pytest

from service.adapters.resume_reader import UnreadableResume
from service.cli import MISUSED, Refused
from service.cli.inputs import POSTING_MAX_BYTES, Posting, looks_like_html, read_posting, read_recruiter, read_resume
from service.emails.model import Recruiter
from service.kernel.errors import InvalidRequest
from tests.adapters.resume_reader.files import PLAIN, grace_pdf

pytestmark = pytest.mark.process


@pytest.mark.parametrize("url", ["https://jobs.example/1", "HTTP://jobs.example/1"])
def test_an_address_is_an_address(url: str) -> None:
    assert read_posting(url) == Posting("url", url)


def test_a_page_is_kept_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "posting.txt"
    page.write_bytes(b"\n<!doctype html><h1>Ing\xe9nieur</h1>")
    assert read_posting(str(page)) == Posting("html", b"\n<!doctype html><h1>Ing\xe9nieur</h1>")


def test_text_is_decoded_and_never_fails(tmp_path: Path) -> None:
    text = tmp_path / "posting.html"
    text.write_bytes(b"\xef\xbb\xbfBackend Engineer\0 \xff")
    assert read_posting(str(text)) == Posting("text", "Backend Engineer \ufffd")


@pytest.mark.parametrize(
    ("content", "is_so"),
    [(b"<html>", True), (b"\xef\xbb\xbf  <!-- x -->", True), (b"Engineer <b>", False), (b"", False)],
)
def test_a_page_is_told_by_its_beginning(content: bytes, is_so: bool) -> None:
    assert looks_like_html(content) is is_so


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b" \n", "is empty"), (b"x" * (POSTING_MAX_BYTES + 1), "more than")]
)
def test_a_posting_that_cannot_be_used_is_refused(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "posting"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Refused, match=said) as refused:
        read_posting(str(file))
    assert refused.value.exit_code == MISUSED


def test_a_resume_is_a_json_resume(tmp_path: Path) -> None:
    file = tmp_path / "resume.json"
    file.write_text('{"basics": {"name": "Sam Lee"}}', encoding="utf-8")
    assert read_resume(file, backend="asyncio") == {"basics": {"name": "Sam Lee"}}


@pytest.mark.parametrize("text", ["{not json", "[]"])
def test_another_document_is_no_resume(text: str, tmp_path: Path) -> None:
    file = tmp_path / "resume.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match="not a JSON Resume"):
        read_resume(file, backend="asyncio")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_resume_is_recognised_in_a_file(backend: str, tmp_path: Path) -> None:
    for name, content in {"cv.pdf": grace_pdf(), "cv.txt": PLAIN.encode()}.items():
        (tmp_path / name).write_bytes(content)
        assert read_resume(tmp_path / name, backend=backend)["work"][0]["name"] == "Globex GmbH"


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"GIF89a", "is an image")])
def test_another_file_is_no_resume(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "cv.pdf"
    file.write_bytes(content)
    with pytest.raises(UnreadableResume, match=said):
        read_resume(file, backend="asyncio")


def test_a_wrong_resume_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "resume.json"
    file.write_text('{"work": "lots"}', encoding="utf-8")
    with pytest.raises(InvalidRequest):
        read_resume(file, backend="asyncio")


@pytest.mark.parametrize(
    ("text", "recruiter"),
    [
        (
            "Ada Park, Talent Partner at Acme <ada@acme.com>",
            Recruiter(name="Ada Park", title="Talent Partner", company="Acme", email="ada@acme.com"),
        ),
        ("Ada Park", Recruiter(name="Ada Park")),
        ("Ada Park <ada@acme.com>", Recruiter(name="Ada Park", email="ada@acme.com")),
        ("Ada Park at Acme", Recruiter(name="Ada Park", company="Acme")),
        ("Ada Park, Talent Partner", Recruiter(name="Ada Park", title="Talent Partner")),
        ("Ada Park, at Acme", Recruiter(name="Ada Park", company="Acme")),
        ("at Acme", Recruiter(company="Acme")),
        (
            "Ada Park, Head of Talent at Large at Acme, Inc.",
            Recruiter(name="Ada Park", title="Head of Talent at Large", company="Acme, Inc."),
        ),
        ("  Zoë Ångström , Recruiting  <zoe@example.org> ", Recruiter("Zoë Ångström", "zoe@example.org", "Recruiting")),
        ("Pat Atkins, Chatbots at Data at Rest", Recruiter("Pat Atkins", "", "Chatbots at Data", "Rest")),
    ],
)
def test_a_recruiter_is_read(text: str, recruiter: Recruiter) -> None:
    assert read_recruiter(text) == recruiter


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a name or a company"),
        ("<ada@acme.com>", "a name or a company"),
        (", Talent Partner", "a name or a company"),
        ("Ada Park ada@acme.com", "angle brackets"),
        ("Ada Park <ada@acme.com", "not closed"),
        ("Ada Park <>", "no address"),
        ("Ada Park <ada@acme.com> and friends", "'and friends'"),
        ("Ada Park <ada@acme.com, bob@acme.com>", "email"),
        ("Ada Park <nobody>", "email"),
        ("Ada\nBcc: x@y.z <ada@acme.com>", "name"),
        ("A" * 1000, "name"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Refused, match="--recruiter") as refused:
        read_recruiter(text)
    assert why in str(refused.value)
    assert refused.value.exit_code == MISUSED
