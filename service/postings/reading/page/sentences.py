"""What running text says of a posting: who is looking for whom, where from, for how much, until when, whether still."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from service.postings.model import LINE_MAX_CHARS, ReadBy
from service.postings.reading.findings import Field, Finding, Reading, Span, at
from service.postings.reading.page import notices
from service.postings.reading.page.notices import NOTICE_MAX_CHARS
from service.postings.reading.page.titles import own_lines, own_sections, title_index
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.phrases import Phrases, listed
from service.postings.reading.values import dates, technologies
from service.postings.reading.values.pay import salary
from service.postings.reading.values.pay.amounts import MONEY
from service.postings.reading.values.roles import GRADES, is_role, names_a_role
from service.postings.reading.values.terms import OPEN, REMOTE, SAID_EMPLOYMENT

# A posting says the important things early.
LINES_READ_MAX = 400
SENTENCE_MAX_CHARS = 600
# What the law of some states wants said of pay stands at the end of a long paragraph.
PAY_MAX_CHARS = 2_000
# A posting speaks of money in some ten lines; a page of more is about something else.
PAY_TRIED_MAX = 60
# How far behind "apply by" its date may stand.
DATE_WITHIN_CHARS = 40

# A word of a name, whole: C#, CI/CD, Node.js, Entwickler:in, St. Gallen; the full stop of a sentence is not of it.
# (Not with a possessive quantifier: Python 3.11.2 loses the span of a group that holds one.)
_GOING_ON = r"(?:[\w&'’+#/*-]|\.(?=\w)|:(?=in(?:nen)?\b)|(?<=\b(?:Dr|Ft|Jr|Mt|Sr|St))\.(?= )|(?<=\bSte)\.(?= ))"
_WORD = rf"[^\W\d_a-zß-ÿ]{_GOING_ON}{{0,40}}(?!{_GOING_ON})"
# The one full stop that is a name's own where it ends: Acme Inc., Molinos S.L., Washington, D.C.
_STOP = r"(?:(?:(?<=\bCo)|(?<=\b(?:Inc|Ltd))|(?<=\bCorp)|(?<=\.[^\W\d_]))\.)?"
# What joins the words of a name stands between two of them; "für" joins those of titles and employers alone.
_JOINED = r"(?:&|of|de(?: l[ao]s?)?|del|du|des)"
_NAME = rf"{_WORD}(?: (?:(?:{_JOINED}|für) )?{_WORD}){{0,4}}{_STOP}"
_PLACE_NAME = rf"{_WORD}(?: (?:{_JOINED} )?{_WORD}){{0,4}}{_STOP}"
_SEEKING = (
    r"(?:seeks|is seeking|is looking for|is hiring|is recruiting|are hiring"
    r"|sucht|stellt ein|recherche|recrute|busca|contrata|selecciona)"
)
_ARTICLE = re.compile(r"(?:The|Die|Der|Das|La société|L['’]entreprise|La empresa|La|Le|El|Les)\s(?=\S)")
COMPANY = re.compile(
    rf"(?:^|(?<=[.:!?,] ))(?:At |Bei |Chez |La société |L['’]entreprise |La empresa )?(?P<company>{_NAME}),?"
    rf" (?:currently |zurzeit )?{_SEEKING}(?![^\W_])"
)
COMPANY_WE = re.compile(
    rf"(?:^|(?<=[.:!?] ))(?:At|Bei|Chez|En) (?P<company>{_NAME}),?"
    rf" (?:we|you|wir|nous|vous|tu|on|buscamos|creemos|trabajamos|queremos|arbeiten wir|suchen wir)(?![^\W_])"
)
TITLE = re.compile(
    r"(?:hiring|looking for|seeking|seeks|suchen|sucht"
    r"|[Rr]echerchons|recherche|[Rr]ecrutons|recrute|[Bb]uscamos|[Bb]usca)"
    r" (?:an?|eine?n?|une?|una?|un\(e\)|eine?(?:\(n\)|[:*_]n))(?P<said_before>(?: [a-zß-ÿ-]{2,16}){0,2}?)"
    rf" (?P<title>{_NAME})"
)
# A sentence seeks one person; where that is no title, the next may be.
TITLES_TRIED_MAX = 3
# What stands behind a title in lower case: "Go backend developer", "Data Engineer to join us".
_BEHIND = re.compile(r"(?: [a-zß-ÿ-]{1,20}){1,3}")
_SPACED_WORD = re.compile(r"[^ ]+")
# How a sentence goes on behind a title that is complete.
_GOES_ON_WORDS = """
    to who that which whose for in at with and or on from as by where you your we our
    und oder für mit zur zum der die das im am ab als bei nach von sowie welche welcher
    pour qui que et ou avec à au aux en dans de du des sur afin
    para con y o desde como del"""
_GOES_ON = frozenset(_GOES_ON_WORDS.split())
PLACE = re.compile(
    r"(?:based in|located in|office in|offices in|headquartered in|Sitz in|Standort in|Büro in|basée? à|située? à"
    r"|ubicad[oa] en|con sede en|sede en|oficinas? en|am Standort|implantée? à|bureaux à)"
    rf" (?P<place>{_PLACE_NAME}(?:, {_PLACE_NAME}){{0,2}})"
)
PRONOUNS = frozenset(
    listed(
        """we; wir; nous; who; it; he; she; our client; the company; our company; this; unser kunde; er; sie; on; il;
            elle;
        notre client; l'entreprise; nuestro cliente; la empresa; empresa; cliente; ich; man; kunde; unternehmen"""
    )
)
UNTIL: Phrases[bool] = Phrases(
    (phrase, True)
    for phrase in listed(
        """apply by; apply before; application deadline; deadline; applications close; closing date; open until;
        valid until; closes on; expires on; applications by;
        bewerbungsfrist; bewerbungsschluss; bewerbungsende; bewerbung bis; bewerbungen bis; bewerbungen bitte bis;
        bewerben sie sich bis; bewirb dich bis; bewerben sie sich bitte bis; bewirb dich bitte bis; gültig bis;
        date limite; postulez avant le; candidatez avant le; candidature avant le; candidatures avant le;
        candidature jusqu'au; candidatures jusqu'au; postuler jusqu'au; postuler avant le; valable jusqu'au; clôture;
        fecha límite; fecha tope; hasta el; candidaturas hasta; inscripciones hasta; plazo; cierre"""
    )
)
SINCE: Phrases[bool] = Phrases(
    (phrase, True)
    for phrase in listed(
        """posted on; posted; date posted; published on; published; veröffentlicht am; veröffentlicht; online seit;
        eingestellt am; publié le; publiée le; mis en ligne le; mise en ligne le; date de publication; publicado el;
        publicada el; fecha de publicación"""
    )
)


def read(document: Document, read_by: ReadBy) -> Reading:
    found: dict[str, Finding] = {}
    day_first = dates.is_day_first(document.language)
    title = title_index(document)
    lines = own_lines(document, title, own_sections(document, title))
    for line in lines[:LINES_READ_MAX]:
        for finding in _of_line(line, found, day_first=day_first):
            found.setdefault(finding.field, finding)
    for finding in _pay(lines[:LINES_READ_MAX]):
        found["salary"] = finding
    # A notice that the posting is closed may stand anywhere, and weighs more than a button that is still there.
    for line in lines:
        if notice := notices.find(line.text):
            found["is_open"] = at("is_open", line, value=False, part=notice)
            break
    return Reading(read_by, tuple(found.values()))


def _pay(lines: Sequence[Line]) -> Iterator[Finding]:
    """The first salary among the lines that speak of money."""
    of_money = (line for line in lines if MONEY.search(line.text, 0, PAY_MAX_CHARS))
    for line in islice(of_money, PAY_TRIED_MAX):
        if paid := salary.find(line.text[:PAY_MAX_CHARS]):
            yield at("salary", line, paid[0], part=paid[1])
            return


def _of_line(line: Line, found: dict[str, Finding], *, day_first: bool) -> Iterator[Finding]:
    text = line.text[:SENTENCE_MAX_CHARS]
    if "company" not in found:
        yield from _named(line, text, (COMPANY, COMPANY_WE))
    if "title" not in found and (title := _title(text)):
        yield at("title", line, part=title)
    if "location" not in found and (match := PLACE.search(text)):
        yield at("location", line, part=_trimmed(match, "place"))
    if "remote" not in found:
        said_remote = (match for match in REMOTE.find(text) if match.meaning is not None)
        yield from (at("remote", line, match.meaning, part=(match.start, match.end)) for match in said_remote)
    if "is_open" not in found and len(text) <= NOTICE_MAX_CHARS and (said := next(OPEN.find(text), None)):
        yield at("is_open", line, value=True, part=(said.start, said.end))
    if "employment_type" not in found and (kinds := list(SAID_EMPLOYMENT.find(text))):
        named = ", ".join(dict.fromkeys(match.meaning for match in kinds))
        yield at("employment_type", line, named, part=(kinds[0].start, kinds[-1].end))
    if "valid_through" not in found:
        yield from _dated("valid_through", UNTIL, line, text, day_first=day_first)
    if "posted_at" not in found and len(text) <= NOTICE_MAX_CHARS:
        yield from _dated("posted_at", SINCE, line, text, day_first=day_first)


def _named(line: Line, text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Finding]:
    for pattern in patterns:
        match = pattern.search(text)
        if match and match["company"].lower() not in PRONOUNS and len(match["company"]) > 1:
            start, end = match.span("company")
            article = _ARTICLE.match(text, start, end)
            start = article.end() if article else start
            yield at("company", line, part=(start, end))
            return


def _dated(field: Field, phrases: Phrases[bool], line: Line, text: str, *, day_first: bool) -> Iterator[Finding]:
    is_end = field == "valid_through"
    for said in phrases.find(text):
        behind = text[said.end : said.end + DATE_WITHIN_CHARS]
        if date := dates.find(behind, end_of_day=is_end, day_first=day_first):
            start, end = date[1]
            yield at(field, line, date[0], part=(said.end + start, said.end + end))
            return


def _title(text: str) -> Span | None:
    """Whom the text seeks, where it says it in full: "Go" alone is no title, "Go developer" is."""
    for match in islice(TITLE.finditer(text), TITLES_TRIED_MAX):
        start, end = _trimmed(match, "title")
        said_before = list(_SPACED_WORD.finditer(text, *match.span("said_before")))
        if any(word[0] in _GOES_ON for word in said_before):  # "a developer in Berlin"
            continue
        start = next((word.start() for word in said_before if _is_of_title(word[0])), start)
        behind = _BEHIND.match(text, end)
        words = list(_SPACED_WORD.finditer(text, end, behind.end())) if behind else []
        of_title = list(takewhile(lambda word: word[0] not in _GOES_ON, words))
        role = next((word for word in reversed(of_title) if is_role(word[0])), None)
        if role is not None:
            return start, role.end()
        if names_a_role(text[start:end]) or not (of_title or _is_technology(text[start:end])):
            return start, end
    return None


def _is_of_title(word: str) -> bool:
    return word in GRADES or is_role(word)


def _is_technology(text: str) -> bool:
    named = technologies.find(text, all_are_names=True)
    return any(span == (0, len(text)) for _, span in named)


def _trimmed(match: re.Match[str], group: str) -> tuple[int, int]:
    """A name that ended a sentence leaves its full stop there."""
    start, end = match.span(group)
    bare = match[group][:LINE_MAX_CHARS].rstrip(",;:’'/*&-")
    return start, start + len(bare) if bare else end
