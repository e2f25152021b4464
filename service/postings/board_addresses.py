"""Which job board a posting's URL belongs to, and what to ask that board's public API for it. Pure.

From the boards' own documentation, as far as there is one:
greenhouse        developers.greenhouse.io/job-board.html (boards of the EU are served by the same API)
lever             github.com/lever/postings-api
ashby             developers.ashbyhq.com/docs/public-job-posting-api (whole boards only)
smartrecruiters   developers.smartrecruiters.com, Posting API
recruitee         docs.recruitee.com, Careers Site API
workday           what the career sites' own pages ask: /wday/cxs/<tenant>/<site>/job/... and a search, POSTed
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs, quote, unquote, urlsplit

import msgspec

from service.adapters.job_boards import Board, Question

# A user who reads several postings of one board does so within minutes; a posting that is taken down meanwhile is seen
# to be gone that much later.
BOARD_KEPT_SECONDS = 120.0
# Of a path or of a query; ids have forty, titles in addresses a hundred.
PART_MAX_CHARS = 200

_GREENHOUSE_HOST = re.compile(r"(?:job-)?boards(?:\.eu)?\.greenhouse\.io")
_LEVER_HOST = re.compile(r"jobs(?:\.eu)?\.lever\.co")
_ASHBY_HOST = re.compile(r"jobs\.ashbyhq\.com")
_SMARTRECRUITERS_HOST = re.compile(r"(?:jobs|careers|www)\.smartrecruiters\.com")
_RECRUITEE_HOST = re.compile(r"(?!(?:www|api|app|docs|careers)\.)[a-z0-9][a-z0-9-]{0,62}\.recruitee\.com")
_WORKDAY_HOST = re.compile(r"([a-z0-9][a-z0-9_-]{0,62})(?:\.wd\d{1,4})?\.myworkdayjobs\.com")
_WORKDAY_SITE_HOST = re.compile(r"wd\d{1,4}\.myworkdaysite\.com")

_NUMBER = re.compile(r"\d{1,20}")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_SMARTRECRUITERS_ID = re.compile(rf"({_UUID.pattern}|\d{{6,20}})(?:-.*)?", re.IGNORECASE)
_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Za-z]{2,4})?")
# What stands below a country's own ending in the names of companies.
_SECOND_LEVEL = frozenset({"co", "com", "net", "org", "ac"})


Query: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class BoardPosting:
    """A posting as its board knows it. `questions` are asked in turn while the board says that it knows nothing there:
    the posting alone first, then the list that would hold it.

    `employer` is the name of the employer in addresses of the board. `only_of_host`: the answer has to name an address
    at this host, for the board was guessed from it.
    """

    board: Board
    employer: str
    posting: str
    questions: tuple[Question, ...]
    only_of_host: str = ""


def at_board(address: str) -> BoardPosting | None:
    """The posting that a canonical address names at a board with an API; None for every other address."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    segments = [_part(unquote(raw)) for raw in parts.path.split("/") if raw]
    if parts.port is not None or not all(segments):
        return None
    query = {name: _part(values[0]) for name, values in parse_qs(parts.query).items()}
    read = next((read for hosts, read in _READERS if hosts.fullmatch(host)), _greenhouse_elsewhere)
    return read(host, segments, query)


def _greenhouse(_host: str, segments: Sequence[str], query: Query) -> BoardPosting | None:
    match segments:
        case ["embed", "job_app" | "job_board", *_]:
            board, posting = query.get("for", ""), query.get("token") or query.get("gh_jid", "")
        case [board, "jobs", posting, *_]:
            pass
        case [board]:
            posting = query.get("gh_jid", "")
        case _:
            return None
    if not board or not _NUMBER.fullmatch(posting):
        return None
    path = f"/v1/boards/{board}/jobs"
    asked = (f"{path}/{posting}?pay_transparency=true", f"{path}?content=true")
    return _posting("greenhouse", board, posting, _questions("greenhouse", "boards-api.greenhouse.io", *asked))


def _greenhouse_elsewhere(host: str, _segments: Sequence[str], query: Query) -> BoardPosting | None:
    """An employer's own site with a board built in names the posting, not the board; that mostly has the site's name.

    A posting's number is Greenhouse's, not the board's: a wrong guess finds nothing.
    """
    posting = query.get("gh_jid", "")
    labels = host.split(".")
    if not _NUMBER.fullmatch(posting) or len(labels) < 2:
        return None
    is_below_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    board = labels[-3 if is_below_country else -2].replace("-", "")
    target = f"/v1/boards/{board}/jobs/{posting}?pay_transparency=true"
    questions = (Question("greenhouse", "boards-api.greenhouse.io", target),)
    return BoardPosting("greenhouse", board, posting, questions, only_of_host=host)


def _lever(host: str, segments: Sequence[str], _query: Query) -> BoardPosting | None:
    match segments:
        case [site, posting, *_] if _UUID.fullmatch(posting):
            path = f"/v0/postings/{site}"
            asked = _questions("lever", host.replace("jobs.", "api.", 1), f"{path}/{posting}", f"{path}?mode=json")
            return _posting("lever", site, posting.lower(), asked)
        case _:
            return None


def _ashby(_host: str, segments: Sequence[str], _query: Query) -> BoardPosting | None:
    match segments:
        case [board, posting, *_] if _UUID.fullmatch(posting):
            target = f"/posting-api/job-board/{board}?includeCompensation=true"
            whole = Question("ashby", "api.ashbyhq.com", target, keep_seconds=BOARD_KEPT_SECONDS)
            return _posting("ashby", board, posting.lower(), (whole,))
        case _:
            return None


def _smartrecruiters(_host: str, segments: Sequence[str], _query: Query) -> BoardPosting | None:
    match segments:
        case ["oneclick-ui", "company", company, "publication", titled, *_]:
            pass
        case ["ni", company, titled, *_] | [company, titled, *_]:
            pass
        case _:
            return None
    found = _SMARTRECRUITERS_ID.fullmatch(titled)
    if not found:
        return None
    target = f"/v1/companies/{company}/postings/{found[1]}"
    question = Question("smartrecruiters", "api.smartrecruiters.com", target)
    return _posting("smartrecruiters", company, found[1].lower(), (question,))


def _recruitee(host: str, segments: Sequence[str], _query: Query) -> BoardPosting | None:
    match segments:
        case ["o", slug, *_] | ["l", _, "o", slug, *_]:
            asked = _questions("recruitee", host, f"/api/offers/{slug}", "/api/offers/")
            return _posting("recruitee", host.partition(".")[0], slug, asked)
        case _:
            return None


def _workday(host: str, segments: Sequence[str], _query: Query) -> BoardPosting | None:
    named = list(segments)
    if named and _LOCALE.fullmatch(named[0]):
        named.pop(0)
    if match := _WORKDAY_HOST.fullmatch(host):
        named.insert(0, match[1])
    elif named[:1] == ["recruiting"]:
        named.pop(0)
    match named:
        case [tenant, site, "job" | "details", *path] if path:
            path = path[: path.index("apply")] if "apply" in path else path
        case _:
            return None
    if not path:
        return None
    site_path = f"/wday/cxs/{tenant}/{site}"
    requisition = unquote(path[-1]).rpartition("_")[2]
    search: dict[str, object] = {"appliedFacets": {}, "limit": 20, "offset": 0, "searchText": requisition}
    questions = (
        Question("workday", host, f"{site_path}/job/{'/'.join(path)}"),
        Question("workday", host, f"{site_path}/jobs", msgspec.json.encode(search)),
    )
    return _posting("workday", tenant, path[-1], questions)


def _questions(board: Board, host: str, alone: str, whole: str) -> tuple[Question, ...]:
    return Question(board, host, alone), Question(board, host, whole, keep_seconds=BOARD_KEPT_SECONDS)


def _posting(board: Board, employer: str, posting: str, questions: tuple[Question, ...]) -> BoardPosting:
    """Names and ids as they are written; the questions keep them as they stand in an address."""
    return BoardPosting(board, unquote(employer), unquote(posting), questions)


_READERS = (
    (_GREENHOUSE_HOST, _greenhouse),
    (_LEVER_HOST, _lever),
    (_ASHBY_HOST, _ashby),
    (_SMARTRECRUITERS_HOST, _smartrecruiters),
    (_RECRUITEE_HOST, _recruitee),
    (_WORKDAY_HOST, _workday),
    (_WORKDAY_SITE_HOST, _workday),
)


def _part(written: str) -> str:
    """One step of a path, or a value of a query, as it may stand in another path; nothing where it may not."""
    is_step = written not in {"", ".", ".."} and len(written) <= PART_MAX_CHARS and written.isprintable()
    return quote(written, safe="") if is_step and not {"/", "\\"} & set(written) else ""
