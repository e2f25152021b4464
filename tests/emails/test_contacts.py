"""Contacts in a text, however they are disguised, and what only looks like one."""

import pytest

from service.emails.contacts import contact_key, contacts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to ada@example.com, please", ["ada@example.com"]),
        ("see https://example.com/a?b=c.", ["https://example.com/a?b=c"]),
        ("example.com", ["example.com"]),
        ("call +49 (30) 5550-0142 now", ["+49 (30) 5550-0142"]),
        ("Node.js, ASP.NET and Socket.IO", []),
        ("done.In short", []),
        ("from 2017 - 2021, on 2021-03-15 and 15.03.2021", []),
        ("1 000 000 rows, 3,000,000 requests, 1.234.567,89 EUR", []),
        ("version 3.11.4 at 10:30", []),
        ("since 2021. 15 people, 3 teams", []),
        ("I am a 0@.", []),
        ("“@0 0” and «@0 0»", []),
        ("«a@b.example», 'c@d.example'", ["a@b.example", "c@d.example"]),
        ("evil.photography, jobs.evil.company or a.ninja", ["evil.photography", "jobs.evil.company", "a.ninja"]),
        ("abcdef.onion", ["abcdef.onion"]),
        ("еvil.com, evil.соm and злой.рф", ["еvil.com", "evil.соm", "злой.рф"]),
        ("ｅｖｉｌ．ｃｏｍ and evil｡com", ["evil.com", "evil。com"]),
        ("at evil . example, evil[.]com or evil dot com", ["evil . example", "evil[.]com", "evil dot com"]),
        ("evil AT evil DOT com", ["evil AT evil DOT com"]),
        ("evil (at) evil (dot) com", ["evil (at) evil (dot) com"]),
        ("http://1.2.3.4/x or 1.2.3.4:8080", ["http://1.2.3.4/x", "1.2.3.4:8080"]),
        ("call zero three zero, five five five, zero one", ["zero three zero, five five five, zero one"]),
        ("plus 49 drei null, doppel", []),
        ("B.Sc. and M.Tech at Foo Co.Ltd., U.S., Ph.D., z.B. in Graz", []),
        ("the .NET stack; at this point in time; der Punkt ist rot", []),
        ("one or two, three to five of seven", []),
    ],
)
def test_contacts_are_found_and_nothing_else(text: str, found: list[str]) -> None:
    assert contacts(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.Example.com/", "example.com"),
        ("mailto:A@b.example", "a@b.example"),
        ("+49 30 555-0142", "0049305550142"),
        ("(030) 555 0142", "030/5550142"),
        ("zero three zero, five five five, zero one four two", "030 5550142"),
        ("evil (at) evil . example", "evil@EVIL.example"),
    ],
)
def test_two_writings_of_one_contact_have_one_key(one: str, other: str) -> None:
    assert contact_key(one) == contact_key(other)


def test_two_contacts_have_two_keys() -> None:
    assert contact_key("example.com") != contact_key("example.com/pay")
    assert contact_key("+49 30 555 0142") != contact_key("+49 30 555 0143")
