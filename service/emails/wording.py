"""What may stand in a letter: pure readings of text for the composer (which leaves out) and the gate (which refuses).

Text of a posting, a résumé or a chat is data. Nothing here obeys it; some of it is only kept away from the reader.
"""

import re
import unicodedata
from collections.abc import Iterable

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

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"“”„]{1,64}@[^\W_][^\s@<>()\[\],;:\"“”„]{0,254}")
_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\bmailto:|\btel:)[^\s<>\"“”„)]+", re.IGNORECASE)
# A bare host name is told from `Node.js` by its ending: the general domains and those that are abused most.
_HOST = re.compile(
    r"\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}"
    r"(?:com|org|net|io|dev|ai|app|co|me|info|biz|edu|gov|example|test|eu|uk|de|fr|es|it|nl|ch|at|pl|ru|cn|in|us|ca|"
    r"xyz|top|link|site|online|shop|click|live|tech|ly|gg|cc|tv)\b(?:/[^\s<>\"“”„)]*)?",
    re.IGNORECASE,
)
# Seven digits and more with the separators people write; dates ("2019 - 2023") and amounts are told apart below.
_PHONE = re.compile(
    r"(?<![\w.])\+?\(?\d(?:(?:[ \t\u00a0]?[()\-–/][ \t\u00a0]?|[)][ \t\u00a0]?[(]|[ \t\u00a0.])?\d){6,17}(?!\w)"
)
_DATES = re.compile(r"(?:19|20)\d\d\s*[-–/]\s*(?:19|20)\d\d|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}")
_GROUPED_AMOUNT = re.compile(r"\d{1,3}(?:[.,\s\u00a0]\d{3})+(?:[.,]\d{1,2})?")

# What every link and host has within it. Most of what is read has none, and patterns that may begin anywhere are slow.
_INNER_MARK = re.compile(r"[:.]\S")
_DIGIT = re.compile(r"\d")

# Names of technologies that look like hosts.
_NOT_HOSTS = frozenset({"asp.net", "vb.net", "ado.net", "ml.net", "socket.io", "draw.io", "asp.net.core"})

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
_FIGURE_BEFORE = re.compile(r"\d[.,]?$")
_FIGURE_AFTER = re.compile(r"[.,]?\d")

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


def contacts(text: str) -> list[str]:
    """The addresses, links, host names and phone numbers in `text`; full-width and circled forms are resolved."""
    resolved = unicodedata.normalize("NFKC", text)
    found: list[str] = []
    if "@" in resolved:
        found += _ADDRESS.findall(resolved)
        resolved = _ADDRESS.sub(" ", resolved)
    if _INNER_MARK.search(resolved):
        found += _LINK.findall(resolved)
        resolved = _LINK.sub(" ", resolved)
        found += [match.group() for match in _HOST.finditer(resolved) if _is_host(match.group())]
    if _DIGIT.search(resolved):
        found += [match.group() for match in _PHONE.finditer(resolved) if not _is_amount_or_date(match.group().strip())]
    return list(dict.fromkeys(contact.strip().rstrip(".,;:!?'’") for contact in found))


def _is_host(name: str) -> bool:
    """`Thanks.In short` is a missing space, `ASP.NET` a technology."""
    host, _, path = name.partition("/")
    ending = host.rsplit(".", 1)[-1]
    return bool(path) or (host.casefold() not in _NOT_HOSTS and not ending.istitle())


def _is_amount_or_date(number: str) -> bool:
    return bool(_DATES.fullmatch(number) or _GROUPED_AMOUNT.fullmatch(number))


def contact_key(contact: str) -> str:
    """What two writings of one contact have in common: the digits of a number, the bare lower-case form of the rest."""
    if not re.search(r"[^\W\d_]", contact):
        return re.sub(r"\D", "", contact).lstrip("0")
    bare = re.sub(r"^(?:[a-z][a-z0-9+.-]*://|mailto:|tel:)?(?:www\.)?", "", contact.casefold())
    return bare.rstrip("/")


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


def has_figure(text: str, figure: str) -> bool:
    """Whether `text` has this figure, not as a part of a longer one."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    at = text.find(figure)
    while at >= 0:
        end = at + len(figure)
        if not _FIGURE_BEFORE.search(text[max(0, at - 2) : at]) and not _FIGURE_AFTER.match(text[end : end + 2]):
            return True
        at = text.find(figure, end)
    return False


def listed(items: Iterable[str], conjunction: str) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *front, last = items
    return f"{', '.join(front)} {conjunction} {last}" if front else last
