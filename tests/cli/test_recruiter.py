"""What `--recruiter` may look like."""

import pytest

from service.cli import MISUSED, Refused
from service.cli.recruiter import read_recruiter
from service.emails.model import Recruiter


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
