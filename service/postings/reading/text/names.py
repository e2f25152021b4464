"""Names of occupations and of companies: nouns that make a title a title, forms that end a company's name."""

import re
from functools import cache

from service import vocabulary
from service.postings.reading.text.phrases import words_in, words_of

# Those of the Latin, Greek, Cyrillic and Armenian alphabets (Unicode's blocks up to U+058F), for a class of a pattern:
# `re` has no class of capitals.
CAPITALS = "".join(letter for letter in map(chr, range(0x590)) if letter.isupper())


def is_role(word: str) -> bool:
    """Is this the name of an occupation, in whatever case, for one person or several?"""
    word, nouns = word.casefold(), _nouns()
    return word in nouns or word.removesuffix("s") in nouns or _compound_role().fullmatch(word) is not None


def names_a_role(text: str) -> bool:
    return any(is_role(word) for word in words_of(text))


@cache
def grades() -> frozenset[str]:
    """How far someone has come, before what they are: "a senior Go developer"."""
    return words_in(lambda language: language.roles.grades)


def is_legal_form(text: str) -> bool:
    return _legal_form().fullmatch(text) is not None


def is_certain_legal_form(text: str) -> bool:
    return _certain_form().fullmatch(text) is not None


@cache
def ends_in_legal_form() -> re.Pattern[str]:
    return re.compile(rf"{_behind_name()}$")


@cache
def company_with_place() -> re.Pattern[str]:
    """ "Acme GmbH, Hamburg"; what some put before a name is none of it."""
    return re.compile(rf"(?:Firma |Fa\. )?(?P<company>[^\s,].{{0,60}}?{_behind_name()}), ?(?P<place>\S.*)")


@cache
def _nouns() -> frozenset[str]:
    return words_in(lambda language: language.roles.nouns)


@cache
def _compound_role() -> re.Pattern[str]:
    """What German puts at the end of one word: Softwareentwicklerin, Teamleiter."""
    endings = vocabulary.phrases(lambda language: language.roles.endings)
    return re.compile(rf".{{2,}}(?:{'|'.join(sorted(endings, key=len, reverse=True))})")


@cache
def _certain_form() -> re.Pattern[str]:
    return re.compile(_written(vocabulary.companies().certain))


@cache
def _legal_form() -> re.Pattern[str]:
    return re.compile(_written((*vocabulary.companies().certain, *vocabulary.companies().short)))


@cache
def _behind_name() -> str:
    """The short forms are also regions behind a comma: "Calgary, AB"."""
    companies = vocabulary.companies()
    apart = rf"[\s,]{_written(companies.certain)}|(?<!,)\s{_written(companies.short)}"
    return rf"(?:{apart}|(?:{'|'.join(map(re.escape, companies.joined))}))"


def _written(forms: tuple[str, ...]) -> str:
    """`S.A.` with a blank between its letters, too."""
    patterns = (re.escape(form).replace(r"\.", r"\. ?").removesuffix(" ?") for form in sorted(forms, key=len)[::-1])
    return rf"(?:{'|'.join(patterns)})"
