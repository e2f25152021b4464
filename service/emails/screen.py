"""The check of a model's sentences, one by one: before they are shown while the letter is still being written, and
when a letter is mended. It is stricter than the gate, which judges whole letters of any writer. Pure.

A model reads text of others, so a contact or an order does not become ours by standing in a source.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from service.emails.brief import Brief
from service.emails.gate import FIGURES_OF_A_CALL
from service.emails.model import Source
from service.emails.untrusted import defused, hidden, orders, own_contacts
from service.emails.wording import (
    contact_key,
    contacts,
    has_control_characters,
    has_encoded_word,
    has_figure,
    numbers,
    placeholders,
    plain,
)

# So many characters of the marker in a row are no accident.
LEAK_CHARS_LEAST = 12
# So many words in a row that stand in an order are its words; shorter sentences count when all of them do.
ECHO_WORDS = 5
# A contact may be broken in two by a sentence's end: so much of what went before is looked at with each sentence.
TAIL_MAX_CHARS = 80

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` becomes that of the warning; `detail` is a sentence for the model and for the letter's owner."""

    code: str
    detail: str


class Screen:
    """For one brief and one request's canary."""

    def __init__(self, brief: Brief, *, canary: str) -> None:
        self._canary = _letters(canary)
        self._own = own_contacts(brief)
        planted = [passage for text in _foreign_texts(brief) for passage in orders(text)]
        self.has_orders = bool(planted)
        self._planted = [" ".join(_words(passage)) for passage in planted]
        self._grounds = [brief.instructions, *(defused(text, self._own) for text in _foreign_texts(brief))]
        known = {word for text in self._grounds for word in _words(text)}
        shouted = {word for passage in planted for word in _WORD.findall(passage) if len(word) > 3 and word.isupper()}
        self._shouted = frozenset(word.casefold() for word in shouted) - known
        self._names = {
            " ".join(_words(name))
            for name in (brief.recruiter.name, brief.employer, brief.candidate.name if brief.candidate else "")
        }

    def faults(self, text: str, *, tail: str = "") -> Iterator[Fault]:
        """What is wrong with a sentence, or with a whole text; `tail` is the end of what stands before it."""
        before = _end_of(tail)
        if self.leaks(before + text):
            yield Fault("leak-removed", "It repeats the confidential marker.")
        if has_control_characters(text, allowed="\n\t") or has_encoded_word(text):
            yield Fault("control-characters-removed", "It has characters that do not belong into a letter.")
        for found in placeholders(text):
            yield Fault("placeholder-removed", f"{plain(found)!r} was never filled in.")
        for contact in contacts(before + text):
            if contact_key(contact) not in self._own:
                detail = f"{plain(contact)[:100]!r} is no contact of the candidate or the recruiter."
                yield Fault("foreign-contact-removed", detail)
        if hidden(text):
            yield Fault("foreign-contact-removed", "It has an image or a comment in it.")
        if self._echoes(text):
            yield Fault("instruction-removed", f"{plain(text)[:100]!r} follows an order that stands in a source.")

    def figures(self, text: str) -> Iterator[Fault]:
        """The figures that stand in no source, orders in the sources not counted."""
        for number in sorted(numbers(text) - FIGURES_OF_A_CALL):
            if not any(has_figure(ground, number) for ground in self._grounds):
                yield Fault("unsupported-claim", f"The figure {number} stands in none of the sources.")

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
        if not words or not self._planted or " ".join(words) in self._names:
            return False
        if not self._shouted.isdisjoint(words):
            return True
        size = min(ECHO_WORDS, len(words))
        runs = {f" {' '.join(words[at : at + size])} " for at in range(len(words) - size + 1)}
        return any(run in f" {passage} " for passage in self._planted for run in runs)


def _foreign_texts(brief: Brief) -> Iterator[str]:
    """Every text but the caller's own instructions."""
    yield from (brief.recruiter.name, brief.recruiter.title, brief.recruiter.company)
    for source in Source:
        yield from brief.grounds.get(source, {}).values()


def _end_of(tail: str) -> str:
    """Its last words, none of them cut: half of an address would be another one."""
    return tail if len(tail) <= TAIL_MAX_CHARS else tail[-TAIL_MAX_CHARS:].partition(" ")[2]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(unicodedata.normalize("NFKC", text))]


def _letters(text: str) -> str:
    """Only what can be read aloud, so that a marker is found however it was spaced."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
