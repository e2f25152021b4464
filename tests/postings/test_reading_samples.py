"""What a reader says of the real postings, written down after reading each of them."""

import re
from datetime import UTC, datetime

import pytest

from service.postings.model import JobContext, Salary
from tests.postings.pages import quoted, read, readers
from tests.samples import SAMPLES, needs_samples

pytestmark = [pytest.mark.anyio, needs_samples]


async def sample(name: str, *, now: datetime = datetime(2026, 11, 22, tzinfo=UTC)) -> JobContext:
    return await read((SAMPLES / "postings" / name).read_bytes(), now=now)


async def test_01_stack_overflow_with_json_ld() -> None:
    context = await sample("01_stackoverflow_job.html")
    assert context.extracted_by == "json-ld"
    assert (context.title, context.company) == ("Solution Engineer (M/F/X)", "QUAJOO GmbH")
    assert context.location == "Leipzig, DE"
    assert context.employment_type == "full-time"
    assert context.posted_at == datetime(2020, 3, 24, tzinfo=UTC)
    assert context.valid_through == datetime(2021, 2, 3, 23, 59, 59, tzinfo=UTC)
    assert context.is_open is False
    # Flask and Go are of another posting.
    assert context.technologies == ("Python", "AWS", "C#", "Angular", "CI/CD", "Object-oriented programming", "REST")
    assert len(context.requirements) == 5
    assert context.requirements[1] == "You have a basic understanding of S.O.L.I.D principles"
    assert len(context.responsibilities) == 4
    assert context.responsibilities[1].startswith("You will develop new platforms")
    assert context.salary is None
    assert context.url == "http://stackoverflow.com/jobs/292933/solution-engineer-m-f-x-quajoo-gmbh"


async def test_01_was_open_when_its_page_was_saved() -> None:
    assert (await sample("01_stackoverflow_job.html", now=datetime(2020, 4, 17, tzinfo=UTC))).is_open is True


async def test_06_we_work_remotely_with_broken_json() -> None:
    context = await sample("06_wwr_job_badjson.html")
    assert context.extracted_by == "json-ld"
    assert (context.title, context.company) == ("DevOps Engineer, Kubernetes, AWS/GCP", "Bluelight Consulting")
    # Its own structured data names the employer's office alone.
    assert (context.location, context.remote) == ("USA", True)
    assert quoted(context, "location") == "USA"
    assert context.posted_at == datetime(2020, 10, 20, 20, 28, 32, tzinfo=UTC)
    assert context.requirements[3] == "In-depth experience with the orchestration tools, especially Kubernetes"
    assert context.requirements[-1] == "Google Cloud Certificates"
    assert len(context.requirements) == 9
    assert context.responsibilities[4] == "Scale for demand"
    assert len(context.responsibilities) == 9
    assert {"Kubernetes", "Terraform", "Helm", "Ansible", "Pulumi", "Jenkins", "GKE", "AWS"} <= set(
        context.technologies
    )
    assert {"requirements/4", "responsibilities/0"} <= {
        fact.field for fact in context.facts if context.text[fact.start : fact.end] == fact.value
    }


async def test_11_linkedin_without_structured_data() -> None:
    context = await sample("11_linkedin_guest_remote.html")
    assert context.extracted_by == "html"
    assert context.title == "Junior Technical Support Engineer - Networking - Remote"
    assert (context.company, context.location, context.remote) == ("Red Hat", "Prague, Prague, Czechia", True)
    assert context.employment_type == "full-time"
    assert context.posted_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert quoted(context, "posted_at") == "1 day ago"
    assert context.is_open is True
    assert context.requirements[0].startswith("Knowledge of configuring and troubleshooting")
    assert context.requirements[-1].startswith("RHCE and any networking-related certification")
    assert len(context.requirements) == 9
    assert context.responsibilities[1].startswith("Support Red Hat’s customers")
    assert len(context.responsibilities) == 9
    # Kubernetes is the employer's, not the job's.
    assert context.technologies == ("Linux", "Red Hat Enterprise Linux", "Cisco", "CCNA")


async def test_18_startupjobs_is_closed() -> None:
    context = await sample("18_startupjobs_expired.html")
    assert context.extracted_by == "app-state"
    assert context.title == "Junior Software Administrator - do našeho interního IT týmu"
    assert context.company == "Adastra, s.r.o."
    assert context.is_open is False
    assert quoted(context, "is_open") == "expired"
    assert (context.requirements, context.responsibilities, context.technologies) == ((), (), ())


def rendering(name: str) -> str:
    parts = re.split(
        r"^(PRE-MARKUP|MICRODATA|RDFA|JSON):$",
        (SAMPLES / "postings" / "30_schemaorg_eg-0028.txt").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))[name]


@pytest.mark.parametrize(
    ("name", "read_by"), [("PRE-MARKUP", "html"), ("MICRODATA", "microdata"), ("RDFA", "rdfa"), ("JSON", "json-ld")]
)
async def test_30_each_rendering_alone(name: str, read_by: str) -> None:
    context = await read(rendering(name))
    assert context.extracted_by == read_by
    assert (context.title, context.company) == ("Software Engineer", "ABC Company Inc.")
    assert (context.location or "").replace(",", "") == "Kirkland WA"
    assert context.employment_type == "full-time"
    assert context.salary == Salary(10_000_000, 10_000_000, "USD", "year", "USD 100000")
    assert context.posted_at == datetime(2011, 10, 31, tzinfo=UTC)
    assert context.technologies == ("Java", "J2EE", "Python")
    assert context.requirements[:2] == (
        "Bachelor's Degree in Computer Science, Information Systems or related fields of study.",
        "Minumum 3 years experience as a software engineer",
    )
    assert context.requirements[-2:] == ("Highly motivated.", "Learns quickly.")
    assert context.responsibilities[0].startswith("Design and write specifications for tools")
    assert readers(context)["requirements/0"] == read_by


@pytest.mark.parametrize("name", ["PRE-MARKUP", "MICRODATA", "RDFA"])
async def test_30_lists_stay_lists(name: str) -> None:
    context = await read(rendering(name))
    assert len(context.requirements) == 7
    assert context.responsibilities == (
        "Design and write specifications for tools for in-house customers",
        "Build tools according to specifications",
    )
