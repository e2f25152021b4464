"""What /openapi.json promises, tried against the running service: schemathesis as a caller would run it."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from schemathesis import openapi

from tests.fakes.github_api import github_api
from tests.fakes.page_server import answer, page_server
from tests.fakes.razorpay_api import razorpay_api
from tests.fakes.stripe_api import stripe_api
from tests.journeys.process import Service, running_service, token
from tests.journeys.providers import paid_by
from tests.journeys.slow_page import PAGE

pytestmark = pytest.mark.anyio

# The same inputs in the same order, whatever time they take: a finding can be repeated. What an answer looks like does
# not depend on the backend, so each has a part: the bounds of every parameter, and sequences of calls drawn at random.
SEED = "20261122"
PHASES = {"asyncio": "examples,coverage", "trio": "fuzzing,stateful"}
EXAMPLES = "2"
GIVE_UP_SECONDS = 600
# Not among them: negative_data_rejection (`5.0` is an integer to JSON Schema, and query strings have no types) and
# positive_data_acceptance (schemas cannot say that `url` and `text` exclude each other, nor what an address is).
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
)
# Whatever is drawn for them, these succeed; how many of them are drawn at all is a matter of time. Every operation has
# its success in `test_each_success_is_the_documented_one`.
SUCCEED_WHEN_DRAWN = {
    *("GET /", "GET /docs", "GET /openapi.json", "GET /metrics", "GET /debug/tasks"),
    *("GET /health", "GET /health/live", "GET /health/ready", "GET /health/startup", "GET /health/db-pool"),
    *("GET /api/emails", "GET /api/resumes", "GET /api/credits/balance", "GET /api/credits/transactions"),
    *("GET /api/jobs", "GET /api/jobs/statuses", "GET /api/leads", "GET /api/organizations", "GET /api/deals"),
    *("GET /api/users/me", "POST /api/users/store", "POST /api/resumes"),
}
# Signed by the providers: `test_payments.py` delivers what they send.
TRIED_ELSEWHERE = {"POST /api/payments/webhooks/stripe", "POST /api/payments/webhooks/razorpay"}
RESUME = {
    "basics": {"name": "Grace Example"},
    "work": [{"name": "Globex", "position": "Engineer", "highlights": ["Moved billing to PostgreSQL"]}],
}
RESUME_FORM = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nGrace Example\nSkills\nGo\r\n--x--\r\n'
REQUEST = {"job_text": "Backend Engineer at Acme\n\nRequirements\n- Python", "recruiter": {"name": "Ada Park"}}


async def test_every_answer_is_a_documented_one(database_url: str, anyio_backend_name: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        github = await stack.enter_async_context(github_api())
        cards = await stack.enter_async_context(stripe_api())
        upi = await stack.enter_async_context(razorpay_api())
        environment = {
            "OVERTURE_EMAIL_PRICE": "0",
            "OVERTURE_RATE_LIMITS": "false",
            "GITHUB_API_URL": github.url,
            **paid_by(cards.url, upi.url),
        }
        running = running_service(
            database_url=database_url, backend=anyio_backend_name, directory=tmp_path, environment=environment
        )
        service = await stack.enter_async_context(running)
        await service.new_user("grace")
        with anyio.fail_after(GIVE_UP_SECONDS):
            ran = await anyio.run_process(
                _command(service, anyio_backend_name), stdin=subprocess.DEVNULL, check=False, cwd=tmp_path
            )
        assert ran.returncode == 0, ran.stdout.decode(errors="replace")[-20_000:]

        statuses = await _statuses(service)
        never = {operation for operation, seen in statuses.items() if not any(200 <= code < 300 for code in seen)}
        print("never succeeded:", *sorted(never))
        assert SUCCEED_WHEN_DRAWN - never, "the token opens nothing"
        assert not [operation for operation, seen in statuses.items() if seen.keys() & {500, 502, 503, 504}]
        await service.is_in_order()


async def test_each_success_is_the_documented_one(standing: Service) -> None:
    """By hand, what luck may not find: each operation succeeds once, and its answer is what the schema says."""
    document: Any = openapi.from_url(f"{standing.base_url}/openapi.json")
    user, tried = await standing.somebody(), set[str]()
    admin = {"Authorization": f"Bearer {token(user, scope='admin')}"}
    async with page_server({"/jobs/1": answer(PAGE)}) as pages, standing.client(user) as client:

        async def good(method: str, path: str, /, path_parameters: Mapping[str, str] | None = None, **more: Any) -> Any:
            address = path.format(**(path_parameters or {}))
            given = await client.request(method, address, **more)
            assert given.status_code < 400, given.text
            document[path][method].validate_response(given)
            tried.add(f"{method} {path}")
            return given.json() if given.headers.get("content-type") == "application/json" else given.text

        store = {"user_id": user, "email": f"{user}@example.com", "display_name": "Grace"}
        await good("POST", "/api/users/store", json=store)
        resume = {"resume_id": (await good("POST", "/api/resumes", json=RESUME))["id"]}
        written = await good("POST", "/api/emails/generate", json={**REQUEST, **resume})
        email = {"email_id": written["id"]}
        again = await good("POST", "/api/emails/{email_id}/regenerate", email, json={"tone": "warm"})
        assert again["previous_id"] == written["id"]
        await good("PATCH", "/api/emails/{email_id}", email, json={"subject": "Another", "recruiter": {"company": "B"}})
        await good("POST", "/api/job-context", json={"html": PAGE.decode(), "url": "https://acme.example/jobs/1"})
        await good("GET", "/api/job-context", params={"url": pages.url("/jobs/1"), "text": "true"})
        await good("GET", "/problems/{slug}", {"slug": "insufficient-credits"})
        await good("GET", "/debug/tasks", headers=admin)
        await good("GET", "/api/github/users/{login}/evidence", {"login": "ada"})
        await good("GET", "/api/github/repos/{owner}/{repo}", {"owner": "ada", "repo": "engine"})
        grant = {"user_id": user, "coins": 5, "reference": "ticket-1"}
        await good("POST", "/api/credits/grants", json=grant, headers=admin)
        order = await good("POST", "/api/payments/orders", json={"package_id": "plus", "provider": "stripe"})
        await good("GET", "/api/payments/orders/{order_id}", {"order_id": order["order_id"]})
        pursued = await pursue(good)
        await good(
            "POST", "/api/resumes", content=RESUME_FORM, headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        for path in ("/api/emails/{email_id}", "/api/resumes/{resume_id}", "/api/resumes/{resume_id}/json-resume"):
            await good("GET", path, {**email, **resume})
        for path in document.raw_schema["paths"]:
            if "{" not in path and f"GET {path}" not in tried and "get" in document.raw_schema["paths"][path]:
                await good("GET", path)
        for path in ("/api/emails/{email_id}", "/api/resumes/{resume_id}"):
            await good("DELETE", path, {**email, **resume})
        for path in ("/api/deals/{deal_id}", "/api/jobs/{job_id}", "/api/organizations/{organization_id}"):
            await good("DELETE", path, pursued)
        await good("DELETE", "/api/users/delete-account")

    declared = {f"{method.upper()} {path}" for path, each in document.raw_schema["paths"].items() for method in each}
    assert tried | TRIED_ELSEWHERE == declared
    await standing.is_in_order()


async def pursue(good: Callable[..., Awaitable[Any]]) -> dict[str, str]:
    """Everything that can be done with a job; the ids of what there is then."""
    named = {"company": "Initech", "job_title": "Engineer"}
    job = await good("POST", "/api/jobs", json={**named, "resume_date": "2026-01-31"})
    ids = {"job_id": str(job["id"]), "lead_id": str(job["lead"]["id"])}
    await good("POST", "/api/leads/{lead_id}/applied", ids)
    await good("POST", "/api/leads/{lead_id}/do-not-apply", ids)
    await good("PUT", "/api/jobs/{job_id}", ids, json={"status": "offer", "notes": None})
    await good("PUT", "/api/jobs/by-company", json={**named, "notes": "Asked twice."})
    await good("GET", "/api/jobs/applied", params=named)
    await good("POST", "/api/jobs/filter", json={"jobs": [named]})
    csv = b"company,job_title\nHooli,Designer\n"
    await good("POST", "/api/jobs/import", content=csv, headers={"Content-Type": "text/csv"})
    ids["organization_id"] = str((await good("POST", "/api/organizations", json={"name": "Globex"}))["id"])
    await good("PUT", "/api/organizations/{organization_id}", ids, json={"website": "https://globex.example"})
    ids["deal_id"] = str((await good("POST", "/api/deals", json={"name": "Offer", "lead_id": job["id"]}))["id"])
    await good("PUT", "/api/deals/{deal_id}", ids, json={"status": "won"})
    for path in ("/api/jobs/{job_id}", "/api/organizations/{organization_id}", "/api/deals/{deal_id}"):
        await good("GET", path, ids)
    for path in ("/api/leads/{lead_id}", "/api/leads/{lead_id}/history"):
        await good("GET", path, ids)
    return ids


def _command(service: Service, backend: str) -> list[str]:
    # A service's token for a stored user: otherwise every user id but one is 403, and nothing behind it is tried. A
    # patience that is drawn at random would be 504 as often as not.
    given = {
        "Authorization": f"Bearer {token('machine', scope='service admin')}",
        "X-On-Behalf-Of": "grace",
        "X-Request-Timeout": "30",
    }
    headers = [part for name, value in given.items() for part in ("--header", f"{name}: {value}")]
    program = str(Path(sys.executable).with_name("schemathesis"))
    options = [
        "--seed",
        SEED,
        "--max-examples",
        EXAMPLES,
        "--phases",
        PHASES[backend],
        "--checks",
        ",".join(CHECKS),
        "--continue-on-failure",
    ]
    quiet = ["--no-color", "--warnings", "off", "--generation-database", "none"]
    return [program, "run", f"{service.base_url}/openapi.json", *headers, *options, *quiet]


async def _statuses(service: Service) -> dict[str, Counter[int]]:
    """How often each declared operation gave each status, by the service's own count."""
    async with httpx.AsyncClient(base_url=service.base_url, trust_env=False) as client:
        figures = (await client.get("/metrics")).text
        declared = (await client.get("/openapi.json")).json()["paths"]
    found, tried = dict[str, Counter[int]](), set[tuple[str, str]]()
    for family in text_string_to_metric_families(figures):
        for sample in family.samples:
            if sample.name == "overture_http_requests_total":
                method, route = sample.labels["method"], sample.labels["route"]
                path = re.sub(r":\w+(?=})", "", route)
                if method.lower() in declared.get(path, {}):
                    tried.add((method.lower(), path))
                    found.setdefault(f"{method} {route}", Counter())[int(sample.labels["status"])] += int(sample.value)
    assert {(method, path) for path, methods in declared.items() for method in methods} - tried == set()
    return found
