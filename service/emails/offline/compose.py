"""The offline writer: a short plain letter from the brief, the same for the same brief. Pure.

Every sentence that states a fact cites where it stands. What cannot be said is left out, never filled in: without a
posting the letter enquires, without a résumé it asks, and without a name it ends unsigned.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.adapters.language_model import OnCall
from service.emails.brief import Brief, Candidate, Draft, OnSentence, Position, Reference, Statement, Vacancy
from service.emails.matching import Match, ranked, shared_technologies
from service.emails.model import Caveat, Evidence, Source, WriterUsage
from service.emails.names import COMPANY_WORDS_MAX, TITLE_WORDS_MAX, Known, first_name, fit_name, known_names
from service.emails.offline.grammar import past_clause, with_article
from service.emails.offline.phrasebooks import Manner, Phrasebook
from service.emails.offline.phrasebooks.de import GERMAN
from service.emails.offline.phrasebooks.en import ENGLISH
from service.emails.offline.phrasebooks.es import SPANISH
from service.emails.offline.phrasebooks.fr import FRENCH
from service.emails.sentences import first_sentence, sentences
from service.emails.wording import is_presentable, is_quotable, listed, word_count

PHRASEBOOKS = {book.language: book for book in (ENGLISH, GERMAN, FRENCH, SPANISH)}

PROVIDER, MODEL = "offline", "composer-1"

# A recruiter reads three examples; the fourth is what the résumé is for.
EXAMPLES_MAX = 3
TECHNOLOGIES_NAMED_MAX = 4
# Longer lines are paragraphs, shorter ones are labels: neither is an example.
EXAMPLE_WORDS = range(3, 41)
EXAMPLE_MAX_CHARS = 400
# Of the best matches so many are looked at: a résumé whose best twenty lines cannot be quoted is no résumé.
EXAMINED_MAX = 20
REQUIREMENT_WORDS = range(2, 15)
SUBJECT_CHARS_MAX = 120


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    grounds: tuple[Reference, ...] = ()


async def write(brief: Brief, /, *, on_sentence: OnSentence | None, on_call: OnCall) -> Draft:
    """`compose`, as a `Writer`."""
    draft = compose(brief)
    if on_sentence is not None:
        for sentence in sentences(draft.body):
            on_sentence(sentence)
    return draft


def compose(brief: Brief) -> Draft:
    book = PHRASEBOOKS.get(brief.language.split("-")[0].casefold(), ENGLISH)
    manner = book.manners[brief.tone]
    known = _fitting(known_names(brief), brief, book)
    paragraphs = _fitted(list(_paragraphs(brief, book, known)), brief.max_words - _frame_words(manner, known))
    closing = f"{manner.sign_off}\n{known.candidate}".rstrip()
    body = "\n\n".join([_greeting(manner, known), *(" ".join(s.text for s in group) for group in paragraphs), closing])
    sentences = [sentence for group in paragraphs for sentence in group]
    claims = [Evidence(s.text, source, reference) for s in sentences for source, reference in s.grounds]
    return Draft(
        subject=_subject(book, brief, known),
        body=body,
        language=book.language,
        claims=tuple(claims),
        usage=WriterUsage(PROVIDER, MODEL),
        caveats=tuple(_caveats(brief, book, known)),
    )


def _greeting(manner: Manner, known: Known) -> str:
    if not known.recruiter:
        return manner.greeting_nobody
    return manner.greeting.format(name=known.recruiter, first=first_name(known.recruiter))


def _fitting(known: Known, brief: Brief, book: Phrasebook) -> Known:
    """As many of the names as the shortest letter has room for; the recruiter's and the candidate's go last."""
    manner = book.manners[brief.tone]
    untitled = replace(known, title="", title_grounds=())
    unnamed = replace(untitled, company="", company_grounds=())
    for names in (known, untitled, unnamed):
        least = _frame_words(manner, names) + word_count(f"{_opening(brief, book, names).text} {manner.ask}")
        if least <= brief.max_words:
            return names
    return replace(unnamed, recruiter="", candidate="")


def _frame_words(manner: Manner, known: Known) -> int:
    return word_count(f"{_greeting(manner, known)} {manner.sign_off} {known.candidate}")


# The paragraphs, each sentence with its rank: what is dropped first when the letter is too long has the highest.


@dataclass(frozen=True, slots=True)
class Ranked:
    sentence: Sentence
    paragraph: int
    rank: int


def _fitted(candidates: list[Ranked], words: int) -> list[list[Sentence]]:
    """Take sentences by rank while they fit; the first rank (the opening and the ask) always stays."""
    kept: list[int] = []
    for index in sorted(range(len(candidates)), key=lambda index: candidates[index].rank):
        needed = word_count(candidates[index].sentence.text)
        if candidates[index].rank == 0 or needed <= words:
            kept.append(index)
            words -= needed
    grouped: dict[int, list[Sentence]] = {}
    for index in sorted(kept):
        grouped.setdefault(candidates[index].paragraph, []).append(candidates[index].sentence)
    return list(grouped.values())


def _paragraphs(brief: Brief, book: Phrasebook, known: Known) -> Iterator[Ranked]:
    manner = book.manners[brief.tone]
    yield Ranked(_opening(brief, book, known), 0, 0)
    if brief.vacancy is not None and brief.vacancy.is_open is False:
        yield Ranked(Sentence(book.closed, ((Source.JOB, "is_open"),)), 0, 1)
    if brief.candidate is not None:
        yield from _of_candidate(brief.candidate, brief.vacancy, book, manner)
    elif brief.vacancy is not None and (question := _curious(brief.vacancy, book, manner)):
        yield Ranked(question, 0, 2)
    yield Ranked(Sentence(manner.ask), 3, 0)
    yield Ranked(Sentence(manner.offer), 3, 7)


def _of_candidate(candidate: Candidate, vacancy: Vacancy | None, book: Phrasebook, manner: Manner) -> Iterator[Ranked]:
    if introduction := _introduction(candidate, book):
        yield Ranked(introduction, 0, 2)
    examples = list(_examples(candidate, vacancy, book))
    if vacancy is not None and examples and (asked := _asked_for(examples[0][0], book)):
        yield Ranked(asked, 1, 6)
    for number, (_, sentence) in enumerate(examples):
        yield Ranked(sentence, 1, (3, 5, 8)[number])
    if vacancy is not None and (technologies := _technologies(candidate, vacancy, book, manner)):
        yield Ranked(technologies, 2, 4)


def _opening(brief: Brief, book: Phrasebook, known: Known) -> Sentence:
    manner = book.manners[brief.tone]
    if brief.vacancy is None:
        template = manner.enquiry_at if known.company else manner.enquiry
    elif known.title:
        template = manner.titled_at if known.company else manner.titled
    else:
        template = manner.posted_at if known.company else manner.posted
    title = book.quoted.format(text=known.title) if book.sets_off_titles and _is_odd(known.title) else known.title
    grounds = (*known.title_grounds, *known.company_grounds) if brief.vacancy else ()
    return Sentence(_one_stop(template.format(title=title, company=known.company)), grounds)


def _is_odd(title: str) -> bool:
    """`DevOps Engineer, Kubernetes - Remote` would dissolve in the sentence around it."""
    return re.search(r"[,:|/]|\s[-–]\s", re.sub(r"\([^)]*\)", "", title)) is not None


def _one_stop(sentence: str) -> str:
    """`... at Acme Inc.`, not `Inc..`"""
    return re.sub(r"\.\.$", ".", sentence)


def _introduction(candidate: Candidate, book: Phrasebook) -> Sentence | None:
    position = _present(candidate.positions)
    if position is not None:
        title, organisation = (
            fit_name(position.title, TITLE_WORDS_MAX),
            fit_name(position.organisation, COMPANY_WORDS_MAX),
        )
        template = book.latest if not position.is_current else book.since if position.since_year else book.current
        text = template.format(position=_titled(title, book), organisation=organisation, year=position.since_year)
        return Sentence(_one_stop(text), ((Source.RESUME, position.reference),))
    if label := fit_name(candidate.label, TITLE_WORDS_MAX):
        return Sentence(book.label.format(position=_titled(label, book)), ((Source.RESUME, "basics/label"),))
    return None


def _present(positions: tuple[Position, ...]) -> Position | None:
    """The position held now, else the one the résumé names first; those whose names fit no sentence do not count."""
    fit = [p for p in positions if fit_name(p.title, TITLE_WORDS_MAX) and fit_name(p.organisation, COMPANY_WORDS_MAX)]
    return next((position for position in fit if position.is_current), fit[0] if fit else None)


def _titled(title: str, book: Phrasebook) -> str:
    return with_article(title) if book.with_article else title


def _examples(candidate: Candidate, vacancy: Vacancy | None, book: Phrasebook) -> Iterator[tuple[Match, Sentence]]:
    """The best lines as sentences, those of one employer side by side; summaries only where there are no highlights."""
    matches = ranked(candidate, vacancy)
    distinct = _usable([m for m in matches if not m.statement.is_summary])
    if not distinct:
        distinct = _usable([m for m in matches if m.statement.is_summary])
    order = {match.statement.about: place for place, match in reversed(list(enumerate(distinct)))}
    told: list[str] = []
    for match in sorted(distinct, key=lambda match: order[match.statement.about]):
        yield match, _example(match.statement, book, told)
        told.append(match.statement.about)


def _usable(matches: Sequence[Match]) -> list[Match]:
    """The best that are fit to be quoted, each text once."""
    found: dict[str, Match] = {}
    for match in matches[:EXAMINED_MAX]:
        if len(found) < EXAMPLES_MAX and match.statement.text not in found and _is_usable(match.statement):
            found[match.statement.text] = match
    return list(found.values())


def _is_usable(statement: Statement) -> bool:
    text = first_sentence(statement.text)
    return (
        len(text) <= EXAMPLE_MAX_CHARS
        and word_count(text) in EXAMPLE_WORDS
        and fit_name(statement.about, COMPANY_WORDS_MAX) != ""
        and (is_quotable(statement.text) if statement.source is Source.GITHUB else is_presentable(text))
    )


def _example(statement: Statement, book: Phrasebook, told: list[str]) -> Sentence:
    """`told` are the employers and projects of the examples before this one, in their order."""
    text = first_sentence(statement.text)
    about = fit_name(statement.about, COMPANY_WORDS_MAX)
    did = past_clause(text)
    if did is not None and book.joins_past_tense:
        again = told.count(statement.about)
        first = book.did_in_project if statement.is_project else book.did
        template = (first, book.did_also, book.did_as_well)[min(again, 2)]
        return Sentence(template.format(organisation=about, did=did), ((statement.source, statement.reference),))
    first = book.example_of_project if statement.is_project else book.example_elsewhere if told else book.example
    template = book.example_also if statement.about in told else first
    # A line in English within a letter in another language is marked as the quotation it is.
    shown = book.quoted.format(text=text) if did is not None else text
    return Sentence(template.format(organisation=about, text=shown), ((statement.source, statement.reference),))


def _asked_for(match: Match, book: Phrasebook) -> Sentence | None:
    requirement = match.requirement
    if requirement is None or not _is_quotable_requirement(requirement):
        return None
    quoted = book.quoted.format(text=first_sentence(requirement.text))
    template = book.includes if requirement.reference.startswith("responsibilities/") else book.asked_for
    return Sentence(template.format(requirement=quoted), ((requirement.source, requirement.reference),))


def _is_quotable_requirement(requirement: Statement) -> bool:
    text = first_sentence(requirement.text)
    return is_quotable(requirement.text) and word_count(text) in REQUIREMENT_WORDS and not set(text) & set('“”„«»"')


def _technologies(candidate: Candidate, vacancy: Vacancy, book: Phrasebook, manner: Manner) -> Sentence | None:
    shared = [(t, ground) for t, ground in shared_technologies(candidate, vacancy) if fit_name(t.text, 4)]
    named = shared[:TECHNOLOGIES_NAMED_MAX]
    if not named:
        return None
    text = manner.technologies.format(technologies=listed([t.text for t, _ in named], book.conjunction))
    grounds = [(s.source, s.reference) for pair in named for s in pair]
    return Sentence(text, tuple(dict.fromkeys(grounds)))


def _curious(vacancy: Vacancy, book: Phrasebook, manner: Manner) -> Sentence | None:
    technologies = [t for t in vacancy.technologies if fit_name(t.text, 4)][:TECHNOLOGIES_NAMED_MAX]
    if len(technologies) > 1:
        text = listed([t.text for t in technologies], book.conjunction)
        grounds = tuple((t.source, t.reference) for t in technologies)
        return Sentence(manner.curious_technologies.format(technologies=text), grounds)
    for requirement in vacancy.requirements:
        if _is_quotable_requirement(requirement):
            text = book.quoted.format(text=first_sentence(requirement.text))
            return Sentence(
                manner.curious_requirement.format(requirement=text), ((requirement.source, requirement.reference),)
            )
    return None


def _subject(book: Phrasebook, brief: Brief, known: Known) -> str:
    if brief.vacancy is not None and known.title:
        template = book.subject_titled_at if known.company else book.subject_titled
    else:
        template = book.subject_at if known.company else book.subject_bare
    subject = template.format(title=known.title, company=known.company)
    signed = f"{subject} – {known.candidate}" if known.candidate else subject
    return signed if len(signed) <= SUBJECT_CHARS_MAX else subject[:SUBJECT_CHARS_MAX].rstrip()


def _caveats(brief: Brief, book: Phrasebook, known: Known) -> Iterator[Caveat]:
    if not brief.language.casefold().startswith(book.language):
        detail = f"The offline composer does not write {brief.language}; the letter is in {book.language}."
        yield Caveat("language-fallback", detail)
    if brief.instructions.strip():
        yield Caveat("instructions-not-followed", "The offline composer follows no free instructions.")
    if not known.candidate:
        yield Caveat("unsigned", "The candidate's name is not known; the letter ends without a signature.")
    if brief.vacancy is not None and brief.vacancy.is_open is False:
        yield Caveat("posting-closed", "The posting reads as closed.")
