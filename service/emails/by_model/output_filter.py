"""The check of a model's sentences, one by one: before they are shown while the letter is still being written, and
when a letter is mended. It is stricter than the gate, which judges whole letters of any writer. Pure.

A model reads text of others, so a contact or an order does not become ours by standing in a source.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from service.emails.brief import Brief
from service.emails.by_model.experience import speaks_of_years, words_of
from service.emails.by_model.untrusted import WITHHELD_CONTACT, Material, Place, defused, hidden
from service.emails.contacts import contact_key, contacts
from service.emails.gate import FIGURES_OF_A_CALL
from service.emails.grounding import figures_of
from service.emails.model import Source
from service.emails.tenure import years_named
from service.emails.wording import has_control_characters, has_encoded_word, numbers, placeholders
from service.kernel.text import one_line

# So many characters of the marker in a row are no accident.
LEAK_CHARS_LEAST = 12
# So many words in a row that stand in an order are its words; shorter sentences count when all of them do.
ECHO_WORDS = 5
# A contact may be broken in two by a sentence's end: so much of what went before is looked at with each sentence.
TAIL_MAX_CHARS = 80

_WITHHELD = re.compile(r"\(\s*withheld\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` becomes that of the warning; `detail` is a sentence for the model and for the letter's owner."""

    code: str
    detail: str


class OutputFilter:
    """For one brief and one request's canary."""

    def __init__(self, brief: Brief, material: Material, *, canary: str) -> None:
        self._canary = _letters(canary)
        self._own = material.own_contacts
        self.has_orders = bool(material.planted)
        own = (place.text for place in material.places if place.source is not Source.JOB)
        self._own_words = (brief.instructions, *own)
        self._covered_years = brief.candidate.years if brief.candidate else 0
        self._planted = [" ".join(_words(passage)) for passage in material.planted]
        recruiter = brief.recruiter
        named = (defused(text) for text in (recruiter.name, recruiter.title, recruiter.company))
        self._lures = [" ".join(_words(sentence)) for place in material.places for sentence in _lures(place)]
        self._grounds = [brief.instructions, *named, *(place.text for place in material.places)]
        if not self.has_orders:
            self._shouted = self._names = frozenset[str]()
            return
        known = {word for text in self._grounds for word in _words(text)}
        shouted = {
            word for passage in material.planted for word in _WORD.findall(passage) if len(word) > 3 and word.isupper()
        }
        self._shouted = frozenset(word.casefold() for word in shouted) - known
        names = (brief.recruiter.name, brief.employer, brief.candidate.name if brief.candidate else "")
        self._names = frozenset(" ".join(_words(name)) for name in names)

    @cached_property
    def _figures(self) -> frozenset[str]:
        return figures_of(self._grounds)

    @cached_property
    def _years(self) -> int:
        """Of experience, by the dates of the résumé or the candidate's own words."""
        own = [years for text in self._own_words for years in years_named(text)]
        return max(self._covered_years, *own, 0)

    @cached_property
    def record(self) -> frozenset[str]:
        """The telling words of what is known of the candidate, the posting left aside."""
        return words_of(self._own_words)

    def faults(self, text: str, *, tail: str = "") -> Iterator[Fault]:
        """What is wrong with a sentence, or with a whole text; `tail` is the end of what stands before it."""
        before = _end_of(tail)
        if self.leaks(before + text):
            yield Fault("leak-removed", "It repeats the confidential marker.")
        if has_control_characters(text, allowed="\n\t") or has_encoded_word(text):
            yield Fault("control-characters-removed", "It has characters that do not belong into a letter.")
        if _WITHHELD.search(text):
            yield Fault("placeholder-removed", "It repeats what stands where something was withheld.")
        for found in placeholders(text):
            yield Fault("placeholder-removed", f"{one_line(found)!r} was never filled in.")
        for contact in contacts(before + text):
            if contact_key(contact) not in self._own:
                detail = f"{one_line(contact)[:100]!r} is no contact of the candidate or the recruiter."
                yield Fault("foreign-contact-removed", detail)
        if hidden(text):
            yield Fault("foreign-contact-removed", "It has an image or a comment in it.")
        if self._echoes(text):
            yield Fault("instruction-removed", f"{one_line(text)[:100]!r} follows an order that stands in a source.")

    def figures(self, text: str) -> Iterator[Fault]:
        """The figures that stand in no source, orders in the sources not counted."""
        named = numbers(text) - FIGURES_OF_A_CALL
        for number in sorted(named - self._figures if named else named):
            yield Fault("unsupported-claim", f"The figure {number} stands in none of the sources.")
        if speaks_of_years(text) and any(years > self._years for years in years_named(text)):
            yield Fault("unsupported-claim", f"{one_line(text)[:100]!r} has more years than the dates cover.")

    def passes(self, text: str, *, tail: str = "") -> bool:
        return not any(self.faults(text, tail=tail)) and not any(self.figures(text))

    def leaks(self, text: str) -> bool:
        """Whether a good part of the canary stands in `text`, however it is spaced, or backwards."""
        written = _letters(text)
        starts = range(len(self._canary) - LEAK_CHARS_LEAST + 1)
        parts = (self._canary[at : at + LEAK_CHARS_LEAST] for at in starts)
        backwards = written[::-1]
        return any(part in written or part in backwards for part in parts)

    def _echoes(self, text: str) -> bool:
        words = _words(text)
        if len(words) > 1 and any(f" {' '.join(words)} " in f" {lure} " for lure in self._lures):
            return True
        if not words or not self._planted or " ".join(words) in self._names:
            return False
        if not self._shouted.isdisjoint(words):
            return True
        size = min(ECHO_WORDS, len(words))
        runs = {f" {' '.join(words[at : at + size])} " for at in range(len(words) - size + 1)}
        return any(run in f" {passage} " for passage in self._planted for run in runs)


def _lures(place: Place) -> Iterator[str]:
    """The sentences of a posting that lead somewhere: copied whole they are no less a lure without the address."""
    if place.source is Source.JOB and WITHHELD_CONTACT in place.text:
        for sentence in re.split(r"(?<=[.!?])\s+|\n", place.text):
            if WITHHELD_CONTACT in sentence:
                yield sentence.replace(WITHHELD_CONTACT, " ")


def _end_of(tail: str) -> str:
    """Its last words, none of them cut: half of an address would be another one."""
    return tail if len(tail) <= TAIL_MAX_CHARS else tail[-TAIL_MAX_CHARS:].partition(" ")[2]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(unicodedata.normalize("NFKC", text))]


def _letters(text: str) -> str:
    """Only what can be read aloud, so that a marker is found however it was spaced."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
