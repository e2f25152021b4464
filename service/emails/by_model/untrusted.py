"""Text that somebody else wrote, before a language model sees it and after it has answered. Pure.

Whoever writes a posting, a README, a résumé or a name can write to the model in it. Three things are done about it,
beside telling the model that data are data: what cannot be seen is taken out, what can be reached (addresses, links,
numbers) is withheld unless it is a contact of the two people concerned, and what speaks to the writer of the letter
is withheld with the rest of its line.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.emails.brief import Brief
from service.emails.contacts import bare_name, contact_key, contacts
from service.emails.grounding import CONTACT_FIELDS, own_contacts
from service.emails.model import Source

# An order and what it wants written: what follows it in its line, so far.
PASSAGE_MAX_CHARS = 600
# A page of nothing but orders is looked at so far.
PASSAGES_MAX = 50

# Of each source, in characters: some 20 000 tokens together, which every current model reads at once.
SOURCE_MAX_CHARS: Mapping[Source, int] = {
    Source.JOB: 24_000,
    Source.RESUME: 30_000,
    Source.GITHUB: 10_000,
    Source.PROJECT: 10_000,
    Source.CONVERSATION: 10_000,
}
# One place of a source: a paragraph. The posting's whole text is cut to what its longest honest form has.
PLACE_MAX_CHARS = 2_000
POSTING_TEXT_MAX_CHARS = 12_000

# Without a word that a model could take for a part of a sentence.
WITHHELD_CONTACT = "(withheld)"
WITHHELD_ORDER = "(withheld...)"
_NOTHING = frozenset({"", WITHHELD_CONTACT, WITHHELD_ORDER})

_LETTER = (
    r"(?:the|your|this|every|each|any)\s+(?:cover\s+)?"
    r"(?:letter|e-?mails?|message|reply|replies|answer|output|subject)\b"
)
_MACHINE = (
    r"(?:ai|llms?|(?:large\s+)?language\s+models?|ai\s+(?:assistants?|models?|agents?)|(?:chat-?)?bots?|assistants?)"
)
# Narrow on purpose: postings ask for people who write system prompts, and for letters with a salary in them. What
# begins like a word is looked for at the beginnings of words, which one look tells.
_ORDER = re.compile(
    r"\b(?:"
    r"(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,60}"
    r"\b(?:instruction|prompt|rule|above|before|previous|guideline|everything)\w*"
    r"|(?:your|the|this)\s+system\s+(?:prompt|message|role)\b|you\s+are\s+now\b"
    r"|(?:new|updated|hidden)\s+instructions?\b"
    rf"|(?:if|as)\s+(?:you\s+are\s+)?an?\s+{_MACHINE}(?=\s*[,.:;!)]|\s+(?:reading|processing|writing|that)\b)"
    rf"|(?:dear|attention|note\s+to(?:\s+the|\s+any|\s+all)?)[\s,:]+{_MACHINE}\b"
    rf"|{_MACHINE}\s+(?:must|reading\s+this|processing\s+this|writing\s+this)\b"
    r"|(?:write|say|state|include|mention|add|insert|put|append|begin|start|end|close|sign|repeat|reveal|print)\b"
    rf"[^.!?\n]{{0,120}}\b(?:in|into|to|of|with|at|as)\s+{_LETTER}"
    rf"|(?:begin|start|end|close|sign)\s+{_LETTER}"
    r"|(?:repeat|reveal|print)\b[^.!?\n]{0,40}\b(?:prompt|instructions?|secret|marker|canary)\b"
    r"|(?:ignoriere|missachte|vergiss)\b[^.!?\n]{0,60}\b(?:anweisung|vorherig|obig|regel|bisherig)\w*"
    r"|(?:ignore[zr]|oublie[zr]?)\b[^.!?\n]{0,60}\b(?:instruction|consigne|précédent)\w*"
    r"|(?:ignora|olvida|olvide)\b[^.!?\n]{0,60}\b(?:instrucci|anterior)\w*"
    r")|<\|[^|\n]{0,40}\|>|\[/?INST\]|^\s*\W{0,4}(?:system|assistant|developer)\s*\W{0,3}:",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_START = re.compile(r"(?:^|[.!?…]\s+|\n)(?=\S)")
# None of the parts may run over the beginning of another: that would be quadratic.
_HIDDEN = re.compile(
    r"<!--(?:(?!<!--).){0,4000}?-->|!\[[^\[\]\n]{0,300}\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,300}\])|<img\b[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
# What a fence, a heading of ours or a chat format could be forged from.
_FENCE = re.compile(r"`{3,}|~{3,}|[<\[{]{2,}|[>\]}]{2,}|[=#*_-]{4,}|</?[a-z_]{1,20}(?:\s[^>\n]{0,80})?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """What may be cited, as the model is shown it."""

    source: Source
    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """The sources of one letter, made fit for a model; `planted` are the orders that were found in them."""

    own_contacts: frozenset[str]
    places: tuple[Place, ...]
    planted: tuple[str, ...]


def visible(text: str) -> str:
    """`text` as a reader sees it, its line breaks kept: what is invisible is taken out."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(map(_seen, text.replace("\r\n", "\n")))


def hidden(text: str) -> list[str]:
    """The images and comments in `text`, which show a reader something else than they say, or fetch it."""
    return _HIDDEN.findall(text)


def _seen(character: str) -> str:
    if character == "\n" or character in "\u2028\u2029\r\v\f\x85":
        return "\n"
    category = unicodedata.category(character)
    return " " if category == "Cc" else "" if category in {"Cf", "Cs", "Co", "Cn"} else character


def orders(text: str) -> list[str]:
    """The passages that speak to the writer: each from the beginning of its sentence to the end of its line."""
    return [passage for _, passage in _passages(_folded(text))]


def defused(text: str, own_contacts: frozenset[str] = frozenset()) -> str:
    """`text` for a model to read: nothing hidden, nothing to reach, nobody to obey, no fence."""
    shown = _HIDDEN.sub(" ", _folded(text))
    return _without(shown, list(_passages(shown)), own_contacts)


def material_of(brief: Brief) -> Material:
    """Read every source once, within bounds, for the prompt and for the check of the answer."""
    own = own_contacts(brief)
    recruiter = brief.recruiter
    planted = [p for text in (recruiter.name, recruiter.title, recruiter.company) for p in orders(text)]
    places: list[Place] = []
    for source in Source:
        for reference, text in _within_bounds(brief, source):
            folded = _folded(text)
            shown = _HIDDEN.sub(" ", folded)
            found = list(_passages(shown))
            planted += [passage for _, passage in (found if shown == folded else _passages(folded))]
            left = _without(shown, found, own)
            # Nothing to reach is shown at all, not even the candidate's own: whoever asks for a contact gives it.
            if left not in _NOTHING and not (source is Source.RESUME and CONTACT_FIELDS.fullmatch(reference)):
                places.append(Place(source, defused(reference)[:200], left))
    return Material(own, tuple(places), tuple(planted))


def _within_bounds(brief: Brief, source: Source) -> Iterator[tuple[str, str]]:
    """The places of a source as far as its bound goes: in their order, but a posting's whole text last."""
    left = SOURCE_MAX_CHARS[source]
    leaves = brief.grounds.get(source, {})
    for reference in sorted(leaves, key=lambda path: path == "text"):
        text = leaves[reference][: POSTING_TEXT_MAX_CHARS if reference == "text" else PLACE_MAX_CHARS]
        left -= len(text) + len(reference)
        if left < 0:
            return
        yield reference, text


def _without(shown: str, passages: list[tuple[int, str]], own: frozenset[str]) -> str:
    for start, passage in reversed(passages):
        shown = shown[:start] + WITHHELD_ORDER + shown[start + len(passage) :]
    for contact in sorted(contacts(shown), key=len, reverse=True):
        if contact_key(contact) not in own:
            shown = shown.replace(contact, bare_name(contact) or WITHHELD_CONTACT)
    return re.sub(r"[ \t]+", " ", _FENCE.sub(" ", shown)).strip()


def _folded(text: str) -> str:
    """Compatibility forms resolved: full-width letters and circled ones are letters."""
    return visible(unicodedata.normalize("NFKC", text))


def _passages(shown: str) -> Iterator[tuple[int, str]]:
    end = 0
    for count, match in enumerate(_ORDER.finditer(shown)):
        if match.start() < end or count >= PASSAGES_MAX:
            continue
        earliest = max(end, match.start() - PASSAGE_MAX_CHARS)
        begins = [found.end() for found in _SENTENCE_START.finditer(shown[earliest : match.start() + 1])]
        start = earliest + (begins[-1] if begins else 0)
        line_end = shown.find("\n", match.end())
        end = min(len(shown) if line_end < 0 else line_end, match.end() + PASSAGE_MAX_CHARS)
        yield start, shown[start:end]
