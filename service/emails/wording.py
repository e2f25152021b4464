"""What may stand in a letter: pure readings of text for the composer (which leaves out) and the gate (which refuses).

Text of a posting, a résumé or a chat is data. Nothing here obeys it; some of it is only kept away from the reader.
"""

import re
import unicodedata
from collections.abc import Iterable

from service.emails.contacts import contacts
from service.kernel.text import LINE_ENDS

# RFC 2047: `=?charset?encoding?text?=`, which a lenient reader decodes into whatever it hides.
_ENCODED_WORD = re.compile(r"=\?[^?\s]*\?[^?\s]*\?.*?\?=", re.DOTALL)

_PLACEHOLDER = re.compile(
    r"""
    \{\{.*?\}\} | \{%.*?%\} | \$\{[^}]*\}               # {{name}}, {% if %}, ${name}
  | \[[^\]\n]{0,5}(?:your|name|company|title|role|position|date|insert|recruiter|candidate|link|phone|e-?mail
        |ihr|firm|datum|stelle|unternehmen|nom|entreprise|poste|nombre|empresa|puesto)[^\]\n]{0,40}\]
  | <\s*(?:your|insert|name|company|title|role|position|date|recruiter|candidate|firma\w*|nom|nombre)[^>\n]{0,40}>
  | \{\s*(?:your|name|company|title|role|position|date|recruiter|candidate|first|last)[^}\n]{0,40}\}
  | \b(?:TODO|TBD|FIXME|X{3,8}|lorem\s+ipsum)\b
  | \byour\s+(?:full\s+)?name(?:\s+here)?\b | \bcompany\s+name\b | \binsert\s+\w+\s+here\b | _{4,}
    """,
    re.IGNORECASE | re.VERBOSE,
)

_MARKDOWN_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")

# Sentences that speak to whoever writes the letter rather than of the work. Leaving one unquoted costs nothing.
_ORDERS = re.compile(
    r"\b(?:ignor\w*|disregard\w*|forget\s+(?:all|any|the|your)|previous(?:ly)?|prior\s+(?:instruction|prompt)\w*|instruct\w*|"
    r"prompts?|system\s+(?:message|role)|assistants?|chatbots?|llms?|language\s+models?|gpt\w*|you\s+(?:are|must|will)\s+now|"
    r"(?:your|the|this)\s+(?:letter|e-?mail|message|reply|answer|response|output|application)|"
    r"mention|reply|respond|repeat|include|say|write\s+that|begin\s+with|end\s+with|subject\s+line|"
    r"apply\s+(?:at|via|through|by|now)|contact|call\s+us|send\s+(?:us|your)|click)\b",
    re.IGNORECASE,
)

# What nobody writes about their own work, and no name contains.
_PLAIN_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,60}\b(?:instruction|prompt|rule|above|before|previous)\w*"
    r"|\bsystem\s+(?:prompt|message|role)\b|\byou\s+are\s+now\b",
    re.IGNORECASE | re.DOTALL,
)


def has_control_characters(text: str, *, allowed: str = "") -> bool:
    return any(c in LINE_ENDS or unicodedata.category(c) in {"Cc", "Cs"} for c in text if c not in allowed)


def has_encoded_word(text: str) -> bool:
    return _ENCODED_WORD.search(text) is not None


def placeholders(text: str) -> list[str]:
    return [match.group() for match in _PLACEHOLDER.finditer(text)]


def is_quotable(text: str) -> bool:
    """Whether somebody else's text may stand in a letter: nothing to reach or to fill in, no order to the writer."""
    return not (contacts(text) or placeholders(text) or _ORDERS.search(text) or _MARKDOWN_IMAGE.search(text))


def is_presentable(text: str) -> bool:
    """The same for a name, or a line of the candidate's own record, where "contact" and "prompt" are ordinary words."""
    return not (contacts(text) or placeholders(text) or _PLAIN_ORDERS.search(text) or _MARKDOWN_IMAGE.search(text))


def word_count(text: str) -> int:
    """Words as a reader counts them: a dash or a bullet is none."""
    return sum(any(character.isalnum() for character in token) for token in text.split())


def numbers(text: str) -> set[str]:
    """The figures in `text`, as digits and separators: `40`, `1.5`, `120`."""
    return {match.group().rstrip(".,") for match in re.finditer(r"\d[\d.,]*", unicodedata.normalize("NFKC", text))}


def listed(items: Iterable[str], conjunction: str) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *front, last = items
    return f"{', '.join(front)} {conjunction} {last}" if front else last
