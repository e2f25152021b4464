"""Findings from the values that boards have under names of their own. What a page would not show is shown in the stored
text behind its name."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape

from service.postings.model import LINE_MAX_CHARS
from service.postings.reading.boards.answers import Fields
from service.postings.reading.data.schema_org import line
from service.postings.reading.findings import Field, Finding, Reading
from service.postings.reading.page.body import contents, said_in
from service.postings.reading.text.outline import Outline
from service.postings.reading.values import dates
from service.postings.reading.values.employment import kinds_of
from service.postings.reading.values.pay import structured as structured_pay

# An employer's name in an address is made of so many words at the most.
EMPLOYER_WORDS_MAX = 6
# Descriptions have some 5 000 characters, and name the employer at their beginning.
EMPLOYER_TEXT_MAX_CHARS = 20_000

_REMOTE = {
    **dict.fromkeys(("remote", "fully remote", "fully-remote"), True),
    **dict.fromkeys(("hybrid", "on-site", "onsite", "on site", "in office", "in-office", "office"), False),
}
_WORD = re.compile(r"[^\W_]+")


def reading(findings: Sequence[Finding], body: Outline | None) -> Reading:
    """What the board's fields say, then what its description says where they are silent."""
    said = (*contents(body), *said_in(body)) if body else ()
    return Reading("board-api", (*findings, *said), body)


def plain(field: Field, written: str, label: str = "") -> Iterator[Finding]:
    if value := line(written):
        yield Finding(field, value, (value,), label=label or field)


def places(written: Sequence[str]) -> Iterator[Finding]:
    """Every place of a posting, the first one first."""
    yield from plain("location", "; ".join(dict.fromkeys(place for text in written if (place := line(text)))))


def place_of(parts: Sequence[str]) -> str:
    """City, region, country, as far as they are told and each says something new."""
    return ", ".join(dict.fromkeys(part for text in parts if (part := line(text))))


def workplace(name: str, written: str) -> Iterator[Finding]:
    """`Remote`, `Hybrid`, `On-site`, as a board names them."""
    is_remote = _REMOTE.get(line(written).lower())
    if is_remote is not None:
        yield stated("remote", name, line(written), value=is_remote)


def stated(field: Field, name: str, written: str, *, value: bool) -> Finding:
    """A yes or no, shown with the name it stood under."""
    shown = f"{name}: {written}"[:LINE_MAX_CHARS]
    return Finding(field, value, (shown,), part=(len(name) + 2, len(shown)))


def employment(written: str, label: str) -> Iterator[Finding]:
    """Kinds of employment in our terms where they are known ones, else as the employer calls them."""
    if shown := line(written):
        kinds = kinds_of(shown)
        yield Finding("employment_type", kinds[0] if kinds else shown, (shown,), label=label)


def instant(field: Field, written: str, label: str) -> Iterator[Finding]:
    at = dates.parse(written, end_of_day=field == "valid_through") if written else None
    if at is not None:
        yield Finding(field, at, (line(written),), label=label)


def pay(least: Decimal | None, most: Decimal | None, currency: str, unit: str, *, note: str = "") -> Iterator[Finding]:
    """Two ends in the currency's major unit; `unit` is the period as the board names it, `note` what it adds."""
    if found := structured_pay.ranged(least, most, currency, unit, note=line(note)):
        yield found


def employer(slug: str, body: Outline | None) -> Iterator[Finding]:
    """The employer's name as the description spells it, known by the board's address: `idealistconsulting` is
    "Idealist Consulting". Without it the address's own spelling, where that is one of a name.
    """
    folded = "".join(_WORD.findall(slug)).casefold()
    spellings = Counter(_spelled(folded, body.document.text)) if body and folded else Counter[str]()
    if spellings:
        yield from plain("company", spellings.most_common(1)[0][0])
    elif slug != slug.lower():
        yield from plain("company", slug)


def _spelled(folded: str, text: str) -> Iterator[str]:
    """Runs of words that make up the name, written as a name: with a capital."""
    words = list(_WORD.finditer(text, 0, EMPLOYER_TEXT_MAX_CHARS))
    for index, first in enumerate(words):
        if not folded.startswith(first[0].casefold()):
            continue
        run = ""
        for word in words[index : index + EMPLOYER_WORDS_MAX]:
            run += word[0].casefold()
            if run == folded:
                name = text[first.start() : word.end()]
                if name != name.lower() and "\n" not in name:
                    yield name
                break
            if not folded.startswith(run):
                break


def section(heading: str, content: str) -> str:
    """A part of a description that came with its heading apart, as HTML."""
    return f"<h2>{escape(heading)}</h2>\n{content}\n" if heading and content else content


def is_published(fields: Fields, *names: str) -> Iterator[Finding]:
    """A board's API holds what can be applied for: shown by the posting's own address there."""
    for name in names:
        if address := line(fields.text(name)):
            yield stated("is_open", name, address, value=True)
            return
