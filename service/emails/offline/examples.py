"""What of the candidate's record a letter tells, as sentences: the lines that answer the posting best. Pure.

A line that can be made neither a sentence nor a noun behind a colon is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.emails.brief import Candidate, Reference, Statement, Vacancy
from service.emails.language import language_of
from service.emails.matching import Match, ranked
from service.emails.model import Source
from service.emails.names import COMPANY_WORDS_MAX, fit_name, is_employer
from service.emails.offline.grammar import clause, is_fragment
from service.emails.offline.phrasebook import Phrasebook
from service.emails.sentences import first_sentence
from service.emails.tenure import years_named
from service.emails.wording import is_presentable, is_quotable, word_count

# A recruiter reads three examples; the fourth is what the résumé is for.
EXAMPLES_MAX = 3
# Longer lines are paragraphs, shorter ones are labels: neither is an example.
EXAMPLE_WORDS = range(3, 41)
EXAMPLE_MAX_CHARS = 400
# Of the best matches so many are looked at: a résumé whose best twenty lines cannot be quoted is no résumé.
EXAMINED_MAX = 20
REQUIREMENT_WORDS = range(2, 15)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    grounds: tuple[Reference, ...] = ()


def examples(candidate: Candidate, vacancy: Vacancy | None, book: Phrasebook) -> Iterator[tuple[Match, Sentence]]:
    """The best lines as sentences, those of one employer side by side; summaries only where there are no highlights."""
    matches = ranked(candidate, vacancy)
    distinct = _usable([m for m in matches if not m.statement.is_summary], book)
    if not distinct:
        distinct = _usable([m for m in matches if m.statement.is_summary], book)
    order = {match.statement.about: place for place, match in reversed(list(enumerate(distinct)))}
    told: list[str] = []
    for match in sorted(distinct, key=lambda match: order[match.statement.about]):
        yield match, _sentence(match.statement, book, told)
        told.append(match.statement.about)


def requirement_sentence(match: Match, candidate: Candidate, book: Phrasebook) -> Sentence | None:
    """What the posting asks for, before the line that answers it."""
    requirement = match.requirement
    if requirement is None or not is_quotable_requirement(requirement):
        return None
    if any(years > candidate.years for years in years_named(requirement.text)):
        return None
    quoted = book.quoted.format(text=first_sentence(requirement.text))
    template = book.includes if requirement.reference.startswith("responsibilities/") else book.asked_for
    return Sentence(template.format(requirement=quoted), ((requirement.source, requirement.reference),))


def is_quotable_requirement(requirement: Statement) -> bool:
    text = first_sentence(requirement.text)
    return is_quotable(requirement.text) and word_count(text) in REQUIREMENT_WORDS and not set(text) & set('“”„«»"')


def _usable(matches: Sequence[Match], book: Phrasebook) -> list[Match]:
    """The best that are fit to be quoted, each text once."""
    found: dict[str, Match] = {}
    for match in matches[:EXAMINED_MAX]:
        if len(found) < EXAMPLES_MAX and match.statement.text not in found and _is_usable(match.statement, book):
            found[match.statement.text] = match
    return list(found.values())


def _is_usable(statement: Statement, book: Phrasebook) -> bool:
    text = first_sentence(statement.text)
    return (
        len(text) <= EXAMPLE_MAX_CHARS
        and word_count(text) in EXAMPLE_WORDS
        and fit_name(statement.about, COMPANY_WORDS_MAX) != ""
        and (is_quotable(statement.text) if statement.source is Source.GITHUB else is_presentable(text))
        and (_clause(statement) is not None or not is_fragment(text) or _is_quoted(text, book))
    )


def _clause(statement: Statement) -> str | None:
    text = first_sentence(statement.text)
    return clause(text, is_current=statement.is_current, is_project=statement.is_project)


def _is_quoted(text: str, book: Phrasebook) -> bool:
    """Whether a line in another language than the letter is marked as the quotation it is; no line in capitals is."""
    if text.isupper():
        return False
    is_english = clause(text, is_current=True) is not None
    language = language_of(text) or ("en" if is_english else "")
    return language not in {"", book.language}


def _sentence(statement: Statement, book: Phrasebook, told: list[str]) -> Sentence:
    """`told` are the employers and projects of the examples before this one, in their order."""
    text = first_sentence(statement.text)
    grounds = ((statement.source, statement.reference),)
    about, again = fit_name(statement.about, COMPANY_WORDS_MAX), told.count(statement.about)
    is_freelance = not statement.is_project and not is_employer(about)
    did = _clause(statement)
    if did is not None and book.joins_clauses:
        first = book.did_in_project if statement.is_project else book.did_freelance if is_freelance else book.did
        template = (first, book.did_also, book.did_as_well)[min(again, 2)]
        text = template.format(organisation=about, did=did)
        return Sentence(re.sub(r"\balso (am|was)\b", r"\1 also", text, count=1), grounds)
    if again:
        template = book.example_also
    elif statement.is_project:
        template = book.example_of_project
    elif is_freelance:
        template = book.example_freelance
    else:
        template = book.example_elsewhere if told else book.example
    shown = book.quoted.format(text=text) if _is_quoted(text, book) else text
    return Sentence(template.format(organisation=about, text=shown), grounds)
