"""Which lines of a résumé answer what a posting asks for. Pure; a score is a sum a reader can redo by hand."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from service.emails.brief import LANGUAGES, Candidate, Statement, Vacancy
from service.vocabulary import languages

# A technology both name says more than three ordinary words in common.
TECHNOLOGY_WEIGHT = 3.0
TERM_WEIGHT = 1.0
# A line with a figure in it is the more concrete of two equal ones.
FIGURE_WEIGHT = 0.5
# So much of a line is matched; what a line is about stands at its beginning.
MATCHED_MAX_CHARS = 400
# A requirement is answered when so many of its terms stand in the line: one alone is chance.
TERMS_TO_ANSWER = 2

# English and German, the longest first.
_ENDING = re.compile(r"(?<=\w{4})(?:ungen|ations|ation|ating|ated|ates|ate|ings|ing|ung|ies|ed|es|en|s|e)$")
_WORD = re.compile(r"[^\W_]+(?:[+#]+|(?:[.-][^\W_]+)+)?", re.UNICODE)
_ENDS_IN_NAME = re.compile(r"[\w.+#]$")
_DIGIT = re.compile(r"\d")
_GOES_ON = re.compile(r"[\w+#]|\.\w")
# A line that holds a name in so many places, each time inside of a longer one, does not mean it.
PLACES_TRIED_MAX = 10
# Shorter names are words of other things as well: they count only as written.
_EXACT_CASE_MAX_CHARS = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A line, how much it answers, the requirement it answers best (if any), and the technologies it shares."""

    statement: Statement
    score: float
    requirement: Statement | None


def ranked(candidate: Candidate, vacancy: Vacancy | None) -> list[Match]:
    """The candidate's lines, best first; equal ones as the résumé has them. Without a vacancy its order stands."""
    if vacancy is None:
        return [Match(statement, 0.0, None) for statement in candidate.statements]
    demands = [
        _Demand(demand, terms(demand.text), _named(vacancy.technologies, demand.text))
        for demand in (*vacancy.requirements, *vacancy.responsibilities)
    ]
    matches = [_match(statement, demands, vacancy.technologies) for statement in candidate.statements]
    return sorted(matches, key=lambda match: -match.score)


@dataclass(frozen=True, slots=True)
class _Demand:
    line: Statement
    terms: frozenset[str]
    technologies: frozenset[str]


def _match(statement: Statement, demands: list[_Demand], technologies: Iterable[Statement]) -> Match:
    own, named = terms(statement.text), _named(technologies, statement.text)
    best, best_score = None, 0.0
    for demand in demands:
        common, answered = len(own & demand.terms), len(named & demand.technologies)
        score = TERM_WEIGHT * common + TECHNOLOGY_WEIGHT * answered
        if score > best_score and common >= TERMS_TO_ANSWER:
            best, best_score = demand.line, score
    figure = FIGURE_WEIGHT if _DIGIT.search(statement.text) else 0.0
    return Match(statement, best_score + TECHNOLOGY_WEIGHT * len(named) + figure, best)


def _named(technologies: Iterable[Statement], text: str) -> frozenset[str]:
    line = Line.of(text[:MATCHED_MAX_CHARS])
    return frozenset(technology.reference for technology in technologies if line.names(technology.text))


def shared_technologies(candidate: Candidate, vacancy: Vacancy) -> list[tuple[Statement, Statement]]:
    """The posting's technologies, in its order, that the résumé names, each with the line that does; skills first."""
    lines = [(line, Line.of(line.text[:MATCHED_MAX_CHARS])) for line in (*candidate.skills, *candidate.statements)]
    found: list[tuple[Statement, Statement]] = []
    for technology in vacancy.technologies:
        ground = next((line for line, read in lines if read.names(technology.text)), None)
        if ground is not None:
            found.append((technology, ground))
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A text, folded once for all the names that are looked for in it."""

    text: str
    folded: str

    @classmethod
    def of(cls, text: str) -> "Line":
        return cls(text, text.casefold())

    def names(self, name: str) -> bool:
        """Whether it names the technology: on word boundaries that know C, C++, C# and .NET apart."""
        if len(name) > _EXACT_CASE_MAX_CHARS:
            return _stands_in(self.folded, name.casefold())
        return bool(name) and _stands_in(self.text, name)


def _stands_in(text: str, name: str) -> bool:
    # Found by plain search: a pattern for each of sixty technologies and each of two hundred lines takes seconds.
    at = -1
    for _ in range(PLACES_TRIED_MAX):
        at = text.find(name, at + 1)
        if at < 0:
            return False
        end = at + len(name)
        if not _ENDS_IN_NAME.search(text[max(0, at - 1) : at]) and not _GOES_ON.match(text[end : end + 2]):
            return True
    return False


def terms(text: str) -> frozenset[str]:
    """The telling words of a line, in lower case without their commonest endings."""
    words = (match.group().casefold() for match in _WORD.finditer(text[:MATCHED_MAX_CHARS]))
    return frozenset(
        _ENDING.sub("", word) for word in words if len(word) > 2 and word not in _stop_words() and not word.isdigit()
    )


@cache
def _stop_words() -> frozenset[str]:
    tables = (languages()[code] for code in LANGUAGES)
    return frozenset(word for table in tables for word in (*table.stop_words, *table.posting_words))
