"""Another company named as the one the letter is written to: the worst mistake of a letter. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from service.emails.brief import Brief
from service.emails.model import Evidence, Source
from service.emails.sentences import first_sentence
from service.emails.wording import word_count
from service.kernel.text import one_line
from service.vocabulary import companies, technologies

# Fewer words repeated are a name, and naming is what is checked.
QUOTATION_WORDS_LEAST = 3

_NAME = r"(?P<name>[A-ZÀ-Þ0-9][\w&.'’+-]*(?:[ ](?:&[ ]|of[ ]|de[ ])?[A-ZÀ-Þ][\w&.'’+-]*){0,4})"
# Words after which a letter of this kind names the employer it is written to.
_TOWARDS = re.compile(
    r"\b(?i:join(?:ing)?|(?:role|position|opportunity|opening|openings|vacancy)\s+(?:at|with|within)"
    r"|(?:apply|applying|application|candidacy)\s+(?:to|at|with)|interest(?:ed)?\s+in\s+working\s+(?:at|for|with)"
    r"|hear\s+(?:that|whether)|(?:stellen?|bewerb\w+)[^.!?:\n]{0,60}?\bbei"
    r"|(?:postes?|candidature)[^.!?:\n]{0,60}?\bchez|(?:puestos?|candidatura)[^.!?:\n]{0,60}?\ben)\s+"
    r"(?i:the\s+)?" + _NAME
)
# Of "I used to work for ..." the letter may name every employer the résumé has, as of "in my role at ...".
_TO_WORK = re.compile(
    r"(?<!used )(?<!hired )(?<!began )(?<!started )(?<!continued )\b(?i:to|would|could|can)\s+"
    r"(?i:work\s+(?:for|at))\s+(?i:the\s+)?" + _NAME
)
_HELD = re.compile(r"(?:role|position|opportunity|stelle|poste|puesto)", re.IGNORECASE)
_LOOKING_BACK = re.compile(r"\b(?:my|previous|former|current|last|first|earlier|past)\b[^.\n]{0,40}$", re.IGNORECASE)
_IS_HIRING = re.compile(r"\b" + _NAME + r"\s+(?:is|are|was)\s+(?:currently\s+)?(?:hiring|looking\s+for|recruiting)")
_ASPECTS = (
    r"(?i:mission|vision|values?|culture|purpose|teams?|products?|platform|customers|goals|growth|approach|commitment"
    r"|reputation|success|journey|future|plans|work|engineering|engineers|openings?|vacanc(?:y|ies))"
)
_ASPECT_OF = re.compile(
    r"\b"
    + _NAME
    + rf"['’]s?\s+(?:\w+\s+)?{_ASPECTS}\b|\b(?i:mission|vision|values|misión|visión|valores|valeurs|werte)"
    r"\s+(?i:of|at|von|bei|de|chez|en)\s+" + _NAME.replace("name", "other")
)
_GREETING = re.compile(
    r"^(?:dear|hello|hi|hey|to|greetings|liebes|hallo|guten\s+tag|sehr|bonjour|ch[eè]re|hola|estimad[oa]s?)\b"
    r"(?=[^.!?\n]{0,60}\b(?:team|équipe|equipo)\b)[^.!?:\n]{1,80}",
    re.IGNORECASE | re.MULTILINE,
)
_IN_SUBJECT = re.compile(r"\b(?:at|bei|chez)\s+" + _NAME)
# What is written with a capital letter and names no company.
_ORDINARY = """
all backend data dear design engineering equipo everyone frontend guten hallo hello hi hiring hola hr human ihr ihre it
let liebes mobile people personal platform product recruiting recruitment resources sales security software sehr support
talent acquisition team teams tech technology that the there today to what who your équipe
"""


def other_employers(subject: str, body: str, claims: Iterable[Evidence], brief: Brief) -> Iterator[str]:
    """A sentence for each company named as the employer that is neither the posting's nor the recruiter's."""
    title = brief.vacancy.title if brief.vacancy else ""
    signed = brief.candidate.name if brief.candidate else ""
    own = one_line(
        " ".join((brief.employer, brief.recruiter.company, brief.recruiter.name, brief.instructions, title, signed))
    )
    own_words = _words(own)
    own_name = brief.employer or "nobody known"
    for name in dict.fromkeys(_named(subject, _without_quotations(body, claims, brief), brief)):
        words = _words(name)
        if words and not words & own_words and name.casefold() not in own.casefold():
            yield f"{one_line(name)!r} is named as the employer; the letter is to {own_name!r}."


def _named(subject: str, body: str, brief: Brief) -> Iterator[str]:
    for text in (body, subject):
        for pattern in (_TOWARDS, _IS_HIRING):
            for match in pattern.finditer(text):
                before = text[max(0, match.start() - 60) : match.start()]
                if not (_HELD.match(match.group()) and _LOOKING_BACK.search(before)):
                    yield match["name"]
    yield from (match["name"] for match in _TO_WORK.finditer(body))
    for greeting in _GREETING.findall(body):
        yield " ".join(word for word in re.findall(r"[\w&.’']+", greeting) if not word.islower())
    names = (match["name"] or match["other"] for match in _ASPECT_OF.finditer(body))
    yield from (name for name in names if not _is_known(name, brief))
    yield from (match["name"] for match in _IN_SUBJECT.finditer(subject))


def _is_known(name: str, brief: Brief) -> bool:
    """Whether the candidate's own record speaks of it, or it is a technology: those have teams and products too."""
    written = name.casefold()
    own = (text for source, leaves in brief.grounds.items() if source is not Source.JOB for text in leaves.values())
    return any(written in text.casefold() for text in own) or any(written == form for form, _ in technologies())


def _without_quotations(body: str, claims: Iterable[Evidence], brief: Brief) -> str:
    """The letter without what it repeats word for word from the lines it cites: they speak of the past or of others."""
    for claim in claims:
        cited = first_sentence(one_line(brief.ground(claim.source, claim.reference)))
        if word_count(cited) >= QUOTATION_WORDS_LEAST:
            body = re.sub(re.escape(cited), " ", body, flags=re.IGNORECASE)
    return body


def _words(name: str) -> frozenset[str]:
    """The words that tell a company from others."""
    bare = unicodedata.normalize("NFKC", re.sub(r"['’]s\b", "", name)).casefold()
    return frozenset(re.findall(r"[^\W_]+", bare)) - _no_names()


@cache
def _no_names() -> frozenset[str]:
    forms = companies()
    written = " ".join((*forms.certain, *forms.short, *forms.others)).casefold()
    return frozenset((*re.findall(r"[^\W_]+", written), *_ORDINARY.split()))
