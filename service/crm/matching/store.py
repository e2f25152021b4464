"""Candidates: jobs at organizations whose name might be meant, for `operations` to judge.

Never all organizations of a tenant. Each name is looked for in four places to which an index leads, and at most
`EACH_MAX` organizations are looked at in each, whatever the tenant has:

    other spellings    its key, without its descriptions, in another order, with or without two letters for an umlaut
    described          keys that begin with it and go on with another word
    beginning          the same first three letters and the last one, of about its length; and the same first half
    ending             the same first letter and the last three, of about its length; and the same second half

One slip of the pen leaves every name of seven letters and more in one of the last two, so that no extension is needed:
trigrams are less sure of short names, and lead through many more of the tenant's. What is not found, though
`likeness` would know it: a slip in the middle of six letters (Stirpe); a name of four words and more in another order;
"H&M" for "HM"; a slip beside a description; two letters for an umlaut where the tenant's name has a description more
(Mueller, Müller Group); and whatever lies behind the first `EACH_MAX` of a place.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from service.crm.model import JobId, Status, status_numbered
from service.crm.store.tables import searched_jobs, searched_organizations
from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId

# Of a hundred thousand organizations some dozens share a place; the half that must be whole leaves a few of them.
EACH_MAX = 200
# Spaces that are put in or left out, and a slip.
LENGTH_APART_MAX = 2
# In fewer letters a slip makes another name (`company_names`).
SLIPPED_MIN = 6
# One slip, two neighbouring letters at the most, leaves the first or the last of such a half of a name whole.
HALF_MIN = 3
# For all names of a call together: read in one go of some milliseconds. Those of the very name come first.
FOUND_MAX = 5_000


class Sought(NamedTuple):
    """A job by its company's key, keys that mean the same company, and its title's key."""

    key: str
    other_keys: Collection[str]
    title_key: str


class Candidate(NamedTuple):
    """A job of the title, at an organization that may be the one; `number` says which of those sought it answers."""

    number: int
    company: str
    name_key: str
    job: JobId
    status_number: int

    @property
    def status(self) -> Status:
        return status_numbered(self.status_number)


Statement = Select[*tuple[Any, ...]]
# `left` or `right`: so many letters of a text.
Half = Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[Any]]

_tenant = bindparam("tenant", type_=Text)


async def find_candidates(
    tx: Transaction, tenant: TenantId, sought: Sequence[Sought], *, statuses: Collection[Status] = tuple(Status)
) -> list[Candidate]:
    """Jobs with one of these statuses that might be those; one may come twice. A single statement."""
    spelled = [(number, key, one.title_key) for number, one in enumerate(sought) for key in (one.key, *one.other_keys)]
    given = {
        "tenant": tenant,
        "numbers": list(range(len(sought))),
        "keys": [one.key for one in sought],
        "title_keys": [one.title_key for one in sought],
        "spelled_numbers": [number for number, _, _ in spelled],
        "spelled_keys": [key for _, key, _ in spelled],
        "spelled_title_keys": [title_key for _, _, title_key in spelled],
        "statuses": [status.number for status in statuses],
    }
    return [Candidate._make(row) for row in await tx.rows(_CANDIDATES, given)]


def _unnest(prefix: str = "") -> Any:
    """Rows of what is sought."""
    columns = {"numbers": BigInteger, "keys": Text, "title_keys": Text}
    arrays = (bindparam(f"{prefix}{name}", type_=ARRAY(kind)) for name, kind in columns.items())
    return func.unnest(*arrays).table_valued("number", "key", "title_key").render_derived()


def _literal(number: int) -> ColumnElement[Any]:
    """A parameter would be a number that the planner does not know, and an index does not hold."""
    return literal_column(str(number))


def _ends(letters: ColumnElement[Any], first: int, last: int) -> ColumnElement[Any]:
    """The first and the last letters, as the indexes have them."""
    return func.left(letters, _literal(first), type_=Text).concat(func.right(letters, _literal(last), type_=Text))


def _letters(key: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.replace(key, " ", "", type_=Text)


def _description_conditions(key: ColumnElement[Any]) -> Sequence[ColumnElement[bool]]:
    """A space and what follows it: the column is in the order of its bytes."""
    name_key = searched_organizations.c.name_key
    return name_key >= key.concat(" "), name_key < key.concat("!")


def _slip_conditions(letters: ColumnElement[Any], first: int, last: int) -> Sequence[ColumnElement[bool]]:
    theirs = searched_organizations.c.key_letters
    shortest, longest = func.length(letters) - LENGTH_APART_MAX, func.length(letters) + LENGTH_APART_MAX
    return _ends(theirs, first, last) == _ends(letters, first, last), func.length(theirs).between(shortest, longest)


def _organizations(given: Any, *conditions: ColumnElement[bool], half: Half | None = None) -> Statement:
    """Organizations for each row of what is sought; with `half`, those that one slip or a space may have made of it."""
    one = searched_organizations.c
    place = select(one.id, one.name, one.name_key, one.key_letters).where(one.tenant_id == _tenant, *conditions)
    place = place.limit(_literal(EACH_MAX)).lateral()
    is_it = (place.c.name_key == given.c.key).label("is_it")
    shown = (given.c.number, given.c.title_key, is_it, place.c.id, place.c.name, place.c.name_key)
    found = select(*shown).select_from(given.join(place, true()))
    if half is None:
        return found
    return found.where(place.c.name_key != given.c.key, _is_near(given.c.key, place.c, half))


def _is_near(key: ColumnElement[Any], place: Any, half: Half) -> ColumnElement[bool]:
    """Otherwise spaced; or of as many words, and this half of it whole."""
    letters = _letters(key)
    length = func.length(letters, type_=Integer)
    whole = func.greatest(_literal(HALF_MIN), (length - _literal(3)).bitwise_rshift(_literal(1)))
    spaces = func.length(key) - length
    return or_(
        place.key_letters == letters,
        and_(
            length >= _literal(SLIPPED_MIN),
            func.length(place.name_key) - func.length(place.key_letters) == spaces,
            half(letters, whole) == half(place.key_letters, whole),
        ),
    )


def _statement() -> Statement:
    given, spelled, job = _unnest(), _unnest("spelled_"), searched_jobs.c
    letters = _letters(given.c.key)
    candidate = union_all(
        _organizations(spelled, searched_organizations.c.name_key == spelled.c.key),
        _organizations(given, *_description_conditions(given.c.key)),
        _organizations(given, *_slip_conditions(letters, 3, 1), half=func.left),
        _organizations(given, *_slip_conditions(letters, 1, 3), half=func.right),
    ).subquery("candidate")
    # At most one; said so, it is looked for by the index, and not by reading all jobs to join them.
    found = (
        select(job.id.label("job_id"), job.status_id)
        .where(job.tenant_id == _tenant, job.organization_id == candidate.c.id, job.title_key == candidate.c.title_key)
        .where(job.status_id == any_(bindparam("statuses", type_=ARRAY(SmallInteger))))
        .limit(_literal(1))
        .lateral("found")
    )
    columns = (candidate.c.number, candidate.c.name, candidate.c.name_key, found.c.job_id, found.c.status_id)
    joined = select(*columns).select_from(candidate.join(found, true()))
    return joined.order_by(candidate.c.is_it.desc()).limit(_literal(FOUND_MAX))


_CANDIDATES = _statement()
