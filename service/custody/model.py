"""What was found wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """`what` must hold; `breaches` is SQL for what breaks it, one column `detail`, no row while all is well."""

    name: str
    what: str
    breaches: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of the invariant called `name`; `detail` names the rows, by ids only."""

    name: str
    what: str
    detail: str
