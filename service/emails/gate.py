"""What may leave the house: the check of a writer's answer, whoever wrote it. Pure.

Reasons refuse the letter; caveats go out with it, for its owner to look at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.emails.brief import Brief, Draft
from service.emails.contacts import contact_key, contacts
from service.emails.employers import other_employers
from service.emails.grounding import figures_of, own_contacts
from service.emails.language import common_words
from service.emails.matching import terms
from service.emails.model import SUBJECT_MAX_CHARS, Caveat, Evidence, Source
from service.emails.wording import has_control_characters, has_encoded_word, numbers, placeholders, word_count
from service.kernel.text import one_line

# Fewer stop words than this in a letter say nothing about its language.
LANGUAGE_WORDS_LEAST = 8


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    refused: tuple[Refusal, ...]
    caveats: tuple[Caveat, ...]

    @property
    def is_fit(self) -> bool:
        return not self.refused


def judge(draft: Draft, brief: Brief) -> Verdict:
    refused = (
        *_subject_refusals(draft.subject),
        *_body_refusals(draft, brief),
        *_placeholder_refusals(draft),
        *_contact_refusals(draft, brief),
        *_company_refusals(draft, brief),
    )
    return Verdict(
        tuple(refused),
        (*_unsupported_claims(draft, brief), *_unsupported_numbers(draft, brief), *_language(draft), *_thin(draft)),
    )


def _subject_refusals(subject: str) -> Iterator[Refusal]:
    if not subject.strip():
        yield Refusal("empty-subject", "The letter has no subject.")
    if len(subject) > SUBJECT_MAX_CHARS:
        yield Refusal("long-subject", f"The subject has more than {SUBJECT_MAX_CHARS} characters.")
    if has_control_characters(subject) or has_encoded_word(subject):
        yield Refusal("subject-not-one-line", "The subject is not one plain line.")


def _body_refusals(draft: Draft, brief: Brief) -> Iterator[Refusal]:
    words = word_count(draft.body)
    if not words:
        yield Refusal("empty-body", "The letter has no text.")
    if words > brief.max_words:
        yield Refusal("too-long", f"The letter has {words} words; {brief.max_words} were asked for.")
    if has_control_characters(draft.body, allowed="\n\t"):
        yield Refusal("control-characters", "The letter has control characters.")


def _placeholder_refusals(draft: Draft) -> Iterator[Refusal]:
    for found in placeholders(f"{draft.subject}\n{draft.body}"):
        yield Refusal("placeholder", f"{one_line(found)!r} was never filled in.")


def _contact_refusals(draft: Draft, brief: Brief) -> Iterator[Refusal]:
    found = contacts(f"{draft.subject}\n{draft.body}")
    own = own_contacts(brief) if found else frozenset[str]()
    for contact in found:
        if contact_key(contact) not in own:
            yield Refusal("foreign-contact", f"{one_line(contact)!r} is no contact of the candidate or the recruiter.")


def _company_refusals(draft: Draft, brief: Brief) -> Iterator[Refusal]:
    for detail in other_employers(draft.subject, draft.body, draft.claims, brief):
        yield Refusal("other-company", detail)


def _unsupported_claims(draft: Draft, brief: Brief) -> Iterator[Caveat]:
    for claim in draft.claims:
        if not is_supported(claim, brief):
            yield Caveat(
                "unsupported-claim",
                f"{one_line(claim.claim)!r} cites {claim.source} {one_line(claim.reference)!r}, which does not say so.",
            )


def is_supported(claim: Evidence, brief: Brief) -> bool:
    """Whether the cited place exists and shares a telling word with the claim."""
    ground = brief.ground(claim.source, claim.reference)
    if not ground or ground in {"true", "false"}:
        return bool(ground)
    return bool(terms(ground) & terms(claim.claim)) or ground.casefold() in claim.claim.casefold()


def _unsupported_numbers(draft: Draft, brief: Brief) -> Iterator[Caveat]:
    """A figure that stands in no source is invented, or worked out by the writer: either way its owner should look."""
    unsure = numbers(draft.body) - FIGURES_OF_A_CALL
    for number in sorted(unsure - figures_of(brief.texts()) if unsure else unsure):
        yield Caveat("unsupported-claim", f"The figure {number} stands in none of the sources.")


# "15 minutes for a call" is an offer, not a claim.
FIGURES_OF_A_CALL = frozenset({"10", "15", "20", "30"})


def _language(draft: Draft) -> Iterator[Caveat]:
    """Whether the letter reads as another of the languages we know; what stands in quotation marks does not count."""
    own = draft.language.split("-")[0].casefold()
    unquoted = re.sub(r"[“„«\"][^”“»\"]*[”“»\"]", " ", draft.body)
    counts = common_words(unquoted)
    likeliest = max(counts, key=lambda language: counts[language])
    if own in counts and likeliest != own and counts[likeliest] >= max(LANGUAGE_WORDS_LEAST, 2 * counts[own]):
        yield Caveat("language-doubtful", f"The letter should be in {own} and reads as {likeliest}.")


def _thin(draft: Draft) -> Iterator[Caveat]:
    if all(claim.source is Source.JOB for claim in draft.claims):
        yield Caveat("thin", "Nothing in the letter rests on what is known of the candidate.")
