"""One file in a form, as browsers and programs send it, in pieces of any size; and what is no such form."""

from collections.abc import Mapping
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.errors import InvalidRequest, ServiceError
from service.web.decoding import MalformedRequest
from service.web.endpoint import Access, Call, Endpoint, FormFile, JsonBody, JsonOrFile
from service.web.openapi import document
from service.web.receiving import BodyTooLarge
from service.web.reference import reference
from service.web.uploads import HEADERS_MAX, FileForm, UploadedFile, uploaded_file
from tests.web.application import Parts

pytestmark = pytest.mark.anyio

FIELD = FormFile(max_bytes=1_000, accepts="a letter")


def form(*parts: tuple[str, bytes], end: bytes = b"--x--\r\n") -> bytes:
    return b"".join(b"--x\r\n%b\r\n\r\n%b\r\n" % (head.encode(), content) for head, content in parts) + end


def named(name: str = "file", file_name: str | None = "a.txt") -> str:
    more = "" if file_name is None else f'; filename="{file_name}"'
    return f'Content-Disposition: form-data; name="{name}"{more}\r\nContent-Type: text/plain'


def read(raw: bytes, content_type: str = "multipart/form-data; boundary=x") -> UploadedFile:
    scope = {"headers": [(b"content-type", content_type.encode())]}
    return anyio.run(uploaded_file, scope, raw, FIELD)


@given(content=st.binary(min_size=1, max_size=1_000), size=st.integers(1, 200))
def test_a_file_is_the_same_in_pieces_of_any_size(content: bytes, size: int) -> None:
    request = httpx.Request("POST", "http://x", files={"file": ("a.txt", content)})
    raw = request.read()
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    parser = FileForm(boundary, FIELD)
    for start in range(0, len(raw), size):
        parser.feed(raw[start : start + size])
    assert parser.done() == UploadedFile("a.txt", content)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("a.txt", "a.txt"),
        ("C:\\\\Users\\\\grace\\\\cv.pdf", "cv.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("Lebensl\u00e4ufe 'x'.md", "Lebensläufe 'x'.md"),
        ("a\tb\u202e", "a b"),
        ("", ""),
        (None, ""),
        ("x" * 400, "x" * 255),
    ],
    ids=repr,
)
def test_a_name_is_what_is_left_of_a_path(sent: str | None, name: str) -> None:
    assert read(form((named(file_name=sent), b"x"))) == UploadedFile(name, b"x")


@pytest.mark.parametrize(
    "kind", ['multipart/form-data; boundary="x"', "Multipart/Form-Data; charset=utf-8; boundary=x"]
)
def test_a_boundary_may_be_written_in_several_ways(kind: str) -> None:
    assert read(form((named(), b"x")), kind).content == b"x"


WRONG: Mapping[str, tuple[bytes, type[ServiceError], str]] = {
    "no file": (form(), InvalidRequest, "/file"),
    "another field": (form((named("name", None), b"x")), InvalidRequest, "/name"),
    "a name within a name": (form((named("a/b~\t"), b"x")), InvalidRequest, "/a~1b~0"),
    "two files": (form((named(), b"x"), (named(), b"y")), InvalidRequest, "/file"),
    "an empty file": (form((named(), b"")), InvalidRequest, "/file"),
    "too much": (form((named(), b"x" * 1_001)), BodyTooLarge, "1000 bytes"),
    "no end": (form((named(), b"x"), end=b""), MalformedRequest, "last boundary"),
    "no boundary at all": (b"x" * 500, MalformedRequest, ""),
    "nothing": (b"", MalformedRequest, "last boundary"),
    "no name": (form(("Content-Disposition: form-data", b"x")), MalformedRequest, "no name"),
    "another disposition": (form(('Content-Disposition: attachment; name="file"', b"x")), MalformedRequest, "no name"),
    "no header": (b"--x\r\n\r\nx\r\n--x--\r\n", MalformedRequest, "no name"),
    "a header too long": (form((named() + "; x=" + "y" * 5_000, b"x")), MalformedRequest, "header"),
    "many headers": (form(("\r\n".join(["X-Y: z"] * (HEADERS_MAX + 1)), b"x")), MalformedRequest, "header"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused(name: str) -> None:
    raw, error, said = WRONG[name]
    with pytest.raises(error) as refused:
        read(raw)
    places = [each.pointer for each in refused.value.errors] or [refused.value.detail]
    assert said in places[0]


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 300]
)
def test_a_form_without_a_usable_boundary_is_refused(kind: str) -> None:
    with pytest.raises(MalformedRequest):
        read(form((named(), b"x")), kind)


async def handle(call: Call[Any, Any]) -> Any:
    """Take it."""
    body = call.body
    return {"file": body.name} if isinstance(body, UploadedFile) else body


EITHER = Endpoint(
    "POST",
    "/either",
    handle,
    answer=dict[str, Any],
    body=JsonOrFile(JsonBody(dict[str, Any]), FIELD),
    access=Access.TOKEN,
)
ALONE = Endpoint("POST", "/alone", handle, answer=dict[str, Any], body=FIELD, access=Access.TOKEN)


async def test_an_endpoint_takes_the_one_or_the_other() -> None:
    file = {"file": ("a.txt", b"x")}
    async with Parts().client(EITHER, ALONE) as client:
        assert (await client.post("/either", json={"a": 1})).json() == {"a": 1}
        assert (await client.post("/either", files=file)).json() == {"file": "a.txt"}
        assert (await client.post("/alone", files=file)).json() == {"file": "a.txt"}
        refused = [
            await client.post("/either", content=b"x", headers={"Content-Type": "text/plain"}),
            await client.post("/alone", json={}),
            await client.post("/alone"),
        ]
        assert [answer.status_code for answer in refused] == [415, 415, 415]
        assert all("multipart/form-data" in answer.json()["detail"] for answer in refused)
        too_large = await client.post("/either", files={"file": b"x" * 20_000})
        assert too_large.status_code == 413
        assert (await client.post("/either", files={"file": b"x" * 1_001})).status_code == 413


def test_both_kinds_are_described() -> None:
    paths = document([EITHER, ALONE], version="1")["paths"]
    either, alone = (paths[path]["post"] for path in ("/either", "/alone"))
    assert list(either["requestBody"]["content"]) == ["application/json", "multipart/form-data"]
    assert list(alone["requestBody"]["content"]) == ["multipart/form-data"]
    schema = alone["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert schema["required"] == ["file"]
    assert "A letter" in schema["properties"]["file"]["description"]
    assert {"400", "413", "415", "422"} <= set(alone["responses"])
    assert "malformed-json" not in str(alone["responses"])


async def test_the_page_for_people_shows_both() -> None:
    async with Parts().client(*reference([EITHER], version="1")) as client:
        page = (await client.get("/docs")).text
    assert "<code>multipart/form-data</code>" in page
    assert "A letter, of at most 1000 bytes." in page


def test_what_is_no_content_is_bounded() -> None:
    with pytest.raises(MalformedRequest, match="10000 bytes"):
        read(form((named(), b"x"), end=b"--x" + b" " * 200_000 + b"\r\n--x--\r\n"))
