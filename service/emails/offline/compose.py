"""The offline writer: a short plain letter from the brief, the same for the same brief. Pure.

Every sentence that states a fact cites where it stands. What cannot be said is left out, never filled in: without a
posting the letter enquires, without a résumé it asks, and without a name it ends unsigned.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.adapters.language_model import OnCall
from service.emails.brief import LANGUAGES, Brief, Candidate, Draft, OnSentence, Position, Vacancy
from service.emails.matching import shared_technologies
from service.emails.model import Caveat, Evidence, Source, WriterUsage
from service.emails.names import (
    COMPANY_WORDS_MAX,
    TITLE_WORDS_MAX,
    Known,
    first_name,
    fit_name,
    is_employer,
    known_names,
)
from service.emails.offline.examples import Sentence, examples, is_quotable_requirement, requirement_sentence
from service.emails.offline.grammar import calm, with_article
from service.emails.offline.phrasebook import Manner, Phrasebook, phrasebooks
from service.emails.sentences import first_sentence, sentences
from service.emails.wording import listed, word_count

PROVIDER, MODEL = "offline", "composer-1"

TECHNOLOGIES_NAMED_MAX = 4
SUBJECT_CHARS_MAX = 120


async def write(brief: Brief, /, *, on_sentence: OnSentence | None, on_call: OnCall) -> Draft:
    """`compose`, as a `Writer`."""
    draft = compose(brief)
    if on_sentence is not None:
        for sentence in sentences(draft.body):
            on_sentence(sentence)
    return draft


def compose(brief: Brief) -> Draft:
    books = phrasebooks()
    book = books.get(brief.language.split("-")[0].casefold(), books[LANGUAGES[0]])
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
    told = list(examples(candidate, vacancy, book))
    if vacancy is not None and told and (asked := requirement_sentence(told[0][0], candidate, book)):
        yield Ranked(asked, 1, 6)
    for number, (_, sentence) in enumerate(told):
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
        title = _titled(position.title, book)
        organisation = fit_name(position.organisation, COMPANY_WORDS_MAX)
        if not is_employer(organisation):
            template = book.freelance if position.is_current else book.freelance_latest
        elif position.is_current:
            template = book.since if position.since_year else book.current
        else:
            template = book.latest
        text = template.format(position=title, organisation=organisation, year=position.since_year)
        return Sentence(_one_stop(text), ((Source.RESUME, position.reference),))
    if label := _titled(candidate.label, book):
        return Sentence(book.label.format(position=label), ((Source.RESUME, "basics/label"),))
    return None


def _present(positions: tuple[Position, ...]) -> Position | None:
    """The position held now, else the one the résumé names first; those whose names fit no sentence do not count."""
    fit = [p for p in positions if fit_name(p.title, TITLE_WORDS_MAX) and fit_name(p.organisation, COMPANY_WORDS_MAX)]
    return next((position for position in fit if position.is_current), fit[0] if fit else None)


def _titled(title: str, book: Phrasebook) -> str:
    fit = fit_name(calm(title), TITLE_WORDS_MAX)
    return with_article(fit) if fit and book.with_article else fit


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
        if is_quotable_requirement(requirement):
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
    if brief.is_language_guessed:
        detail = f"The language of the posting could not be told; the letter is in {book.language}."
        yield Caveat("language-guessed", detail)
    if brief.instructions.strip():
        yield Caveat("instructions-not-followed", "The offline composer follows no free instructions.")
    if not known.candidate:
        yield Caveat("unsigned", "The candidate's name is not known; the letter ends without a signature.")
    if brief.vacancy is not None and brief.vacancy.is_open is False:
        yield Caveat("posting-closed", "The posting reads as closed.")
