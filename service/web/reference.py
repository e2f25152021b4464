"""`GET /openapi.json`, `GET /docs` and `GET /problems/{slug}`: the contract, for programs and for people.

The page is rendered here once, from the same document: one script, which sends a call where its reader asks for it,
nothing fetched from elsewhere, and its content security policy says so.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec

from service.kernel.errors import NotFound
from service.web.docs_page import render
from service.web.endpoint import Access, Call, Endpoint, Reply, Text
from service.web.openapi import document, problems_of

_TAG = "reference"
_CACHED = {"cache-control": "public, max-age=300"}


def reference(
    endpoints: Sequence[Endpoint], *, version: str, description: str = "", server_url: str | None = None
) -> list[Endpoint]:
    """The endpoints that describe `endpoints` and themselves; to be served beside them."""
    style, script = _read_asset("docs.css"), _read_asset("docs.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    pages: dict[str, bytes] = {}

    async def openapi(_call: Call[None, None]) -> Reply:
        """The OpenAPI 3.1 document of this API."""
        return Reply(pages["openapi"], _CACHED)

    async def docs(_call: Call[None, None]) -> Reply:
        """The reference for people."""
        return Reply(pages["docs"], {**_CACHED, "content-security-policy": policy}, "text/html; charset=utf-8")

    async def problem(call: Call[None, None]) -> Reply:
        """What a problem's `type` leads to: its place in the reference."""
        slug: str = call.path["slug"]
        if slug not in slugs:
            raise NotFound("There is no problem of this name.")
        return Reply(b"", {"location": f"/docs#problem-{slug}"}, status=303)

    own = [
        Endpoint("GET", "/openapi.json", openapi, answer=dict[str, Any], access=Access.PUBLIC, tag=_TAG),
        Endpoint("GET", "/docs", docs, access=Access.PUBLIC, sends=Text("text/html"), tag=_TAG),
        Endpoint("GET", "/problems/{slug}", problem, status=303, access=Access.PUBLIC, tag=_TAG),
    ]
    described = [*endpoints, *own]
    slugs = {kind.slug for endpoint in described for kind in problems_of(endpoint)}
    contract = document(described, version=version, description=description, server_url=server_url)
    pages["openapi"] = msgspec.json.encode(contract)
    pages["docs"] = render(
        contract, style=style, script=script, problems=[kind for e in described for kind in problems_of(e)]
    ).encode()
    return own


def _read_asset(name: str) -> str:
    return files("service.web").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    """As a content security policy names what it lets stand in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
