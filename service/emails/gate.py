"""What may leave the house: the check of a writer's answer, whoever wrote it. Pure.

Reasons refuse the letter; caveats go out with it, for its owner to look at.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from service.emails.brief import Brief, Draft
from service.emails.contacts import contact_key, contacts
from service.emails.grounding import figures_of, own_contacts
from service.emails.matching import terms
from service.emails.model import SUBJECT_MAX_CHARS, Caveat, Evidence
from service.emails.sentences import first_sentence
from service.emails.wording import has_control_characters, has_encoded_word, numbers, placeholders, word_count
from service.kernel.text import one_line

# Fewer words repeated are a name, and naming is what is checked.
QUOTATION_WORDS_LEAST = 3
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
        *company_refusals(draft, brief),
    )
    return Verdict(
        tuple(refused), (*_unsupported_claims(draft, brief), *_unsupported_numbers(draft, brief), *_language(draft))
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


_COMPANY = r"(?P<name>[A-ZÀ-Þ0-9][\w&.'’+-]*(?:[ ](?:&[ ]|of[ ]|de[ ])?[A-ZÀ-Þ][\w&.'’+-]*){0,4})"
# Words after which a letter of this kind names the employer it is written to.
_TOWARDS_EMPLOYER = re.compile(
    r"\b(?i:join(?:ing)?|(?:role|position|opportunity|opening|openings|vacancy)\s+(?:at|with|within)"
    r"|appl(?:y|ying|ication)\s+(?:to|at)|(?:interested|interest)\s+in\s+working\s+(?:at|for)|hear\s+(?:that|whether)"
    r"|stellen?[^.!?:\n]{0,60}?\bbei|postes?[^.!?:\n]{0,60}?\bchez|puestos?[^.!?:\n]{0,60}?\ben)\s+" + _COMPANY
)
_IS_HIRING = re.compile(r"\b" + _COMPANY + r"\s+(?:is|are|was)\s+(?:currently\s+)?(?:hiring|looking\s+for|recruiting)")
_SUBJECT_EMPLOYER = re.compile(r"\b(?:at|bei|chez)\s+" + _COMPANY)
# "In my role at ..." looks back; the letter may name every employer the résumé has.
_HELD = re.compile(r"(?:role|position|opportunity|stelle|poste|puesto)", re.IGNORECASE)
_LOOKING_BACK = re.compile(r"\b(?:my|previous|former|current|last|first|earlier|past)\b[^.\n]{0,40}$", re.IGNORECASE)
_LEGAL_FORMS = frozenset(
    {"inc", "ltd", "llc", "gmbh", "ag", "se", "kg", "sa", "sas", "sl", "bv", "plc", "co", "corp", "limited", "company"}
)


def company_refusals(draft: Draft, brief: Brief) -> Iterator[Refusal]:
    """A company named as the employer that is not the posting's or the recruiter's: the worst mistake of a letter."""
    title = brief.vacancy.title if brief.vacancy else ""
    signed = brief.candidate.name if brief.candidate else ""
    own = one_line(" ".join((brief.employer, brief.recruiter.company, brief.instructions, title, signed)))
    own_words = _company_words(own)
    own_name = brief.employer or "nobody known"
    for name in dict.fromkeys(_named_employers(draft, brief)):
        words = _company_words(name)
        if words and not words & own_words and name.casefold() not in own.casefold():
            detail = f"{one_line(name)!r} is named as the employer; the letter is to {own_name!r}."
            yield Refusal("other-company", detail)


def _named_employers(draft: Draft, brief: Brief) -> Iterator[str]:
    body = _without_quotations(draft, brief)
    for pattern in (_TOWARDS_EMPLOYER, _IS_HIRING):
        for match in pattern.finditer(body):
            before = body[max(0, match.start() - 60) : match.start()]
            if not (_HELD.match(match.group()) and _LOOKING_BACK.search(before)):
                yield match["name"]
    yield from (match["name"] for match in _SUBJECT_EMPLOYER.finditer(draft.subject))


def _without_quotations(draft: Draft, brief: Brief) -> str:
    """The letter without what it repeats word for word from the lines it cites: they speak of the past or of others."""
    body = draft.body
    for claim in draft.claims:
        cited = first_sentence(one_line(brief.ground(claim.source, claim.reference)))
        if word_count(cited) >= QUOTATION_WORDS_LEAST:
            body = re.sub(re.escape(cited), " ", body, flags=re.IGNORECASE)
    return body


def _company_words(name: str) -> frozenset[str]:
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", re.sub(r"['’]s\b", "", name)).casefold())
    return frozenset(word for word in words if word not in _LEGAL_FORMS)


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

_FUNCTION_WORDS = {
    "en": "the and of to in for with is are was have has that this would be you your at from which it as on an",
    "de": "der die das und ich in zu den mit von für auf ist im bei nicht ein eine als auch wir sie ihnen gern aus",
    "fr": "le la les et de des un une en je vous que qui pour dans est sur avec chez nous mon ce par au aux",
    "es": "el la los las y de que en un una por con para es mi su se lo como del al más he me",
}


def _language(draft: Draft) -> Iterator[Caveat]:
    """Whether the letter reads as another of the languages we know; what stands in quotation marks does not count."""
    own = draft.language.split("-")[0].casefold()
    unquoted = re.sub(r"[“„«\"][^”“»\"]*[”“»\"]", " ", draft.body)
    words = re.findall(r"[^\W\d_]+", unquoted.casefold())
    counts = {language: sum(word in known.split() for word in words) for language, known in _FUNCTION_WORDS.items()}
    likeliest = max(counts, key=lambda language: counts[language])
    if own in counts and likeliest != own and counts[likeliest] >= max(LANGUAGE_WORDS_LEAST, 2 * counts[own]):
        yield Caveat("language-doubtful", f"The letter should be in {own} and reads as {likeliest}.")
