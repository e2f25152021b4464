"""The contract is served to everybody, and its page fetches nothing from elsewhere."""

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
        moved = await client.get("/problems/pen-broken")
        assert (moved.status_code, moved.headers["location"]) == (303, "/docs#problem-pen-broken")
        assert 'id="problem-pen-broken"' in page.text
        assert (await client.get("/problems/none")).status_code == 404


async def test_the_page_is_self_contained_and_escaped() -> None:
    async with Parts().client(*reference(ENDPOINTS, version="1.2.3")) as client:
        page = (await client.get("/docs")).text
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert " style=" not in page
    assert "Do it to a &lt;pen&gt;." in page
    assert "Exactly this one &lt;b&gt;." in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
