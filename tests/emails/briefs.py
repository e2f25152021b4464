"""The candidate, the posting and the recruiter of this folder's tests: invented, in the formats of real ones."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from service.emails.brief import Brief, brief_of
from service.emails.model import GenerateRequest, Recruiter
from service.postings.model import JobContext

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"

RESUME: dict[str, Any] = json.loads((DEMO / "resume.json").read_text(encoding="utf-8"))
ADA = Recruiter("Ada Park", "ada@lumenvale.example", "Talent Partner", "Lumenvale")

REQUIREMENTS = (
    "Four years or more with Python in production",
    "Solid PostgreSQL: query plans, indexes, migrations without downtime",
    "Experience with asynchronous Python",
)
TECHNOLOGIES = ("Python", "PostgreSQL", "Kafka", "Kubernetes", "AWS")


def posting(**changes: Any) -> JobContext:
    values: dict[str, Any] = {
        "title": "Backend Engineer (Python)",
        "company": "Lumenvale",
        "location": "Rotterdam",
        "requirements": REQUIREMENTS,
        "technologies": TECHNOLOGIES,
        "responsibilities": ("Design and run the REST APIs our charging stations talk to",),
        "extracted_by": "json-ld",
        "fetched_at": datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
        "text": "Lumenvale is looking for a Backend Engineer (Python). Apply at https://jobs.lumenvale.example/17.",
    }
    return JobContext(**(values | changes))


def resume(**changes: Any) -> dict[str, Any]:
    return RESUME | changes


def brief(job_context: JobContext | None = None, document: dict[str, Any] | None = None, /, **request: Any) -> Brief:
    values: dict[str, Any] = {"recruiter": ADA, "language": "en"} | request
    return brief_of(GenerateRequest(**values), job_context=job_context, resume=document, today=date(2026, 1, 5))
