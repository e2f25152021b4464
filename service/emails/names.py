"""The names a letter may use: of the position, the company, the people; each fit for a sentence, or left out. Pure."""

import re
from dataclasses import dataclass
from functools import cache

from service.emails.brief import Brief, Reference
from service.emails.contacts import bare_name
from service.emails.model import Source
from service.emails.wording import is_presentable
from service.kernel.text import one_line
from service.vocabulary import phrases

# Names as they fit a sentence; a longer one is a mistake of the page it was read from.
TITLE_WORDS_MAX, COMPANY_WORDS_MAX, NAME_WORDS_MAX = 10, 6, 5
NAME_CHARS_MAX = 80


@dataclass(frozen=True, slots=True)
class Known:
    """The names the letter may use, already fit for a sentence; empty where there is none."""

    title: str
    company: str
    recruiter: str
    candidate: str
    title_grounds: tuple[Reference, ...]
    company_grounds: tuple[Reference, ...]


def known_names(brief: Brief) -> Known:
    vacancy = brief.vacancy
    posted_by = fit_name(_bare_host(vacancy.company), COMPANY_WORDS_MAX) if vacancy else ""
    company = posted_by or fit_name(_bare_host(brief.recruiter.company), COMPANY_WORDS_MAX)
    title = fit_name(_bare_title(vacancy.title, company), TITLE_WORDS_MAX) if vacancy else ""
    return Known(
        title=title,
        company=company,
        recruiter=fit_name(brief.recruiter.name, NAME_WORDS_MAX),
        candidate=fit_name(brief.candidate.name, NAME_WORDS_MAX) if brief.candidate else "",
        title_grounds=((Source.JOB, "title"),) if title else (),
        company_grounds=((Source.JOB, "company"),) if posted_by else (),
    )


def is_employer(organisation: str) -> bool:
    """Not `Freelance`, `Self-employed` or `Freelance developer`: one is not at those."""
    words = set(re.findall(r"[^\W_]+", organisation.casefold()))
    independent = _independent()
    return not words or words.isdisjoint(independent) or not words <= (independent | _beside_independent())


@cache
def _independent() -> frozenset[str]:
    said = phrases(lambda language: language.resume.words.independent)
    return frozenset(word for phrase in said for word in re.findall(r"[^\W_]+", phrase))


@cache
def _beside_independent() -> frozenset[str]:
    return frozenset(
        (
            *phrases(lambda language: language.roles.nouns),
            *phrases(lambda language: language.roles.grades),
            *phrases(lambda language: language.stop_words),
            *("clients", "contract", "software", "web", "various"),
        )
    )


def fit_name(text: str, words_max: int) -> str:
    """A name fit for a sentence, or nothing: one that is an order, a link or a paragraph is no name."""
    name = one_line(text).strip(" ,;:")
    # `.AL` and `Evil .` are hosts beside the words of a sentence.
    is_fit = len(name) <= NAME_CHARS_MAX and len(name.split()) <= words_max and is_presentable(f"a {name} in")
    return name if is_fit and any(character.isalnum() for character in name) else ""


def _bare_host(company: str) -> str:
    """`Booking` of `Booking.com`: a company's name, but not a link to it."""
    name = one_line(company)
    return bare_name(name) or name


# What German and French law make postings say after a title: (m/w/d), (F/H), (all genders).
_GENDERS = re.compile(r"\s*[(\[](?:[mwfdhxi*](?:\s*[/|*,]\s*[mwfdhxi*])+|all genders)[)\]]", re.IGNORECASE)


def _bare_title(title: str, company: str) -> str:
    """`Backend Engineer` of `Backend Engineer (m/w/d) at Acme`: the letter names the company itself."""
    title = _GENDERS.sub("", title)
    if not company:
        return title
    return re.sub(rf"\s*(?:\b(?:{_at()})\b|[@|,:–-])\s*{re.escape(company)}\s*$", "", title, flags=re.IGNORECASE)


@cache
def _at() -> str:
    titles = (
        *phrases(lambda language: language.posting.titles.at),
        *phrases(lambda language: language.posting.titles.at_or_in),
    )
    return "|".join(map(re.escape, titles))


def first_name(name: str) -> str:
    """The given name of `Ada Park`; all of `Dr. Ada Park`, `Park, Ada` or a single name, where it cannot be told."""
    words = name.split()
    is_plain_pair = len(words) == 2 and all(word.replace("-", "").replace("'", "").isalpha() for word in words)
    return words[0] if is_plain_pair and len(words[0]) > 2 and name.isascii() else name
