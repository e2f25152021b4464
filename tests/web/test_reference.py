"""The contract is served to everybody, and its page fetches nothing from elsewhere."""

import base64
import hashlib
import re

import pytest

from service.web.reference import reference
from tests.web.application import Parts
from tests.web.test_openapi import CONTRACT, ENDPOINTS

pytestmark = pytest.mark.anyio


async def test_document_page_and_problems_are_served_to_everybody() -> None:
    own = reference(ENDPOINTS, version="1.2.3")
    async with Parts().client(*ENDPOINTS, *own) as client:
        contract = await client.get("/openapi.json", headers={"authorization": ""})
        assert set(contract.json()["paths"]) == {*CONTRACT["paths"], "/openapi.json", "/docs", "/problems/{slug}"}
        page = await client.get("/docs", headers={"authorization": ""})
        assert page.headers["content-type"].startswith("text/html")
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        script = page.text.partition("<script>")[2].partition("</script>")[0]
        named = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"script-src 'sha256-{named}'; connect-src 'self'; form-action 'none'" in policy
        moved = await client.get("/problems/pen-broken")
        assert (moved.status_code, moved.headers["location"]) == (303, "/docs#problem-pen-broken")
        assert 'id="problem-pen-broken"' in page.text
        assert (await client.get("/problems/none")).status_code == 404


async def test_the_page_is_self_contained_and_escaped() -> None:
    async with Parts().client(*reference(ENDPOINTS, version="1.2.3")) as client:
        page = (await client.get("/docs")).text
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts == ["<script>"]
    assert not re.findall(r"\son\w+=", page)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert " style=" not in page
    assert "Do it to a &lt;pen&gt;." in page
    assert "Exactly this one &lt;b&gt;." in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


async def test_each_call_can_be_tried_with_all_that_it_takes() -> None:
    async with Parts().client(*reference(ENDPOINTS, version="1.2.3")) as client:
        page = (await client.get("/docs")).text
    forms = re.findall(r'<form data-method="(\w+)" data-path="([^"]+)">(.*?)</form>', page, re.DOTALL)
    assert {(method, path) for method, path, _ in forms} >= {
        (e.method, re.sub(r":\w+}", "}", e.path)) for e in ENDPOINTS
    }
    (greet,) = [fields for method, path, fields in forms if (method, path) == ("POST", "/greet")]
    assert 'name="Idempotency-Key" data-in="header"' in greet
    assert '<textarea data-type="application/json"' in greet
    (pen,) = [fields for method, path, fields in forms if (method, path) == ("GET", "/pens/{pen_id}")]
    assert '<input name="pen_id" data-in="path" required>' in pen
