"""Every way a board writes a posting's address, and what is asked for it."""

import json

import pytest

from service.postings.addresses import canonical
from service.postings.board_addresses import BOARD_KEPT_SECONDS, at_board

ID = "5d54d69b-e940-452e-b892-1170aa60f095"
JOB = "job/Illinois---Chicago/Success-Manager_JR332446"

Asked = tuple[str, str]


def greenhouse(board: str) -> Asked:
    return "boards-api.greenhouse.io", f"/v1/boards/{board}/jobs/12?pay_transparency=true"


def lever(posting: str, region: str = "") -> Asked:
    return f"api{region}.lever.co", f"/v0/postings/acme/{posting}"


def ashby(board: str) -> Asked:
    return "api.ashbyhq.com", f"/posting-api/job-board/{board}?includeCompensation=true"


def smartrecruiters(posting: str) -> Asked:
    return "api.smartrecruiters.com", f"/v1/companies/Acme/postings/{posting}"


def recruitee() -> Asked:
    return "acme.recruitee.com", "/api/offers/a-title"


def workday(host: str, path: str = JOB) -> Asked:
    return host, f"/wday/cxs/acme/Site/{path}"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://boards.greenhouse.io/acme/jobs/12", greenhouse("acme")),
        ("https://job-boards.greenhouse.io/acme/jobs/12?gh_src=x", greenhouse("acme")),
        ("https://job-boards.eu.greenhouse.io/acme/jobs/12/", greenhouse("acme")),
        ("http://boards.greenhouse.io/embed/job_app?for=acme&token=12", greenhouse("acme")),
        ("https://boards.greenhouse.io/embed/job_board?for=acme&gh_jid=12", greenhouse("acme")),
        ("https://boards.greenhouse.io/acme?gh_jid=12", greenhouse("acme")),
        ("https://www.acme-labs.com/careers/?gh_jid=12#apply", greenhouse("acmelabs")),
        ("https://careers.acme.co.uk/role?gh_jid=12", greenhouse("acme")),
        (f"https://jobs.lever.co/acme/{ID}", lever(ID)),
        (f"https://jobs.lever.co/acme/{ID.upper()}/apply", lever(ID.upper())),
        (f"https://jobs.eu.lever.co/acme/{ID}?lever-source=x", lever(ID, ".eu")),
        (f"https://jobs.ashbyhq.com/acme/{ID}", ashby("acme")),
        (f"https://jobs.ashbyhq.com/tidal%20maps/{ID}/application", ashby("tidal%20maps")),
        ("https://jobs.smartrecruiters.com/Acme/744000098765432-a-title", smartrecruiters("744000098765432")),
        ("https://careers.smartrecruiters.com/Acme/744000098765432", smartrecruiters("744000098765432")),
        (f"https://jobs.smartrecruiters.com/ni/Acme/{ID}-a-title", smartrecruiters(ID)),
        (f"https://jobs.smartrecruiters.com/oneclick-ui/company/Acme/publication/{ID}", smartrecruiters(ID)),
        ("https://acme.recruitee.com/o/a-title", recruitee()),
        ("https://acme.recruitee.com/l/nl/o/a-title/c/new", recruitee()),
        (f"https://acme.wd5.myworkdayjobs.com/Site/{JOB}", workday("acme.wd5.myworkdayjobs.com")),
        (f"https://acme.wd5.myworkdayjobs.com/en-US/Site/{JOB}/apply/x", workday("acme.wd5.myworkdayjobs.com")),
        (
            "https://acme.wd1.myworkdayjobs.com/de/Site/details/T_R1?q=x",
            workday("acme.wd1.myworkdayjobs.com", "job/T_R1"),
        ),
        (f"https://wd3.myworkdaysite.com/en-US/recruiting/acme/Site/{JOB}", workday("wd3.myworkdaysite.com")),
    ],
)
def test_a_posting_of_a_board(url: str, asked: Asked) -> None:
    found = at_board(canonical(url))
    assert found is not None
    assert (found.questions[0].host, found.questions[0].target) == asked
    assert found.questions[0].body is None


@pytest.mark.parametrize(
    "url",
    [
        "https://boards.greenhouse.io/acme",
        "https://boards.greenhouse.io/acme/jobs/twelve",
        "https://boards.greenhouse.io/embed/job_app?token=12",
        "https://boards.greenhouse.io:8443/acme/jobs/12",
        "https://boards.greenhouse.io.evil.example/acme/jobs/12",
        "https://api.lever.co/v0/postings/acme",
        "https://jobs.lever.co/acme",
        "https://jobs.lever.co/acme/apply-here",
        f"https://jobs.lever.co/../{ID}",
        f"https://jobs.lever.co/a%2Fb/{ID}",
        f"https://jobs.lever.co/a%5Cb/{ID}",
        f"https://jobs.lever.co/a%00b/{ID}",
        f"https://jobs.lever.co/{'a' * 201}/{ID}",
        f"https://user.jobs.lever.co/acme/{ID}",
        "https://jobs.ashbyhq.com/acme",
        "https://jobs.smartrecruiters.com/Acme",
        "https://jobs.smartrecruiters.com/Acme/a-title",
        "https://acme.recruitee.com/",
        "https://api.recruitee.com/o/a-title",
        "https://a.b.recruitee.com/o/a-title",
        "https://recruitee.com.evil.example/o/a-title",
        "https://acme.wd5.myworkdayjobs.com/en-US/Site",
        "https://acme.wd5.myworkdayjobs.com/en-US/Site/job/",
        "https://acme.wd5.myworkdayjobs.com/en-US/Site/job/apply",
        "https://evil.example/acme.wd5.myworkdayjobs.com/Site/job/a/b_1",
        "https://localhost/?gh_jid=12",
        "https://example.com/?gh_jid=x",
        "https://example.com/jobs/12",
    ],
)
def test_everything_else_is_a_page(url: str) -> None:
    assert at_board(canonical(url)) is None


def test_a_list_is_asked_for_behind_the_posting_alone() -> None:
    found = at_board("https://job-boards.greenhouse.io/acme/jobs/12")
    assert found is not None
    assert [question.target for question in found.questions[1:]] == ["/v1/boards/acme/jobs?content=true"]
    assert [question.keep_seconds for question in found.questions] == [0, BOARD_KEPT_SECONDS]


def test_workday_is_searched_for_the_requisition() -> None:
    found = at_board(f"https://acme.wd5.myworkdayjobs.com/en-US/Site/{JOB}")
    assert found is not None
    assert (found.employer, found.posting) == ("acme", "Success-Manager_JR332446")
    search = found.questions[1]
    assert (search.target, search.keep_seconds) == ("/wday/cxs/acme/Site/jobs", 0)
    assert json.loads(search.body or b"")["searchText"] == "JR332446"


def test_a_board_that_is_guessed_has_to_name_the_site() -> None:
    found = at_board("https://www.acme.com/careers?gh_jid=12")
    assert found is not None
    assert (found.only_of_host, len(found.questions)) == ("www.acme.com", 1)
