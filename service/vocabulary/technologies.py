"""The names of technologies; the head of `technologies.txt` says how they are written and where they are from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from service.vocabulary.files import text


@dataclass(frozen=True, slots=True)
class Technology:
    """What a written form stands for. `written` is set where it counts only so: `is_everyday` for one that needs
    technical company, too."""

    name: str
    written: str | None = None
    is_everyday: bool = False


@cache
def technologies() -> tuple[tuple[str, Technology], ...]:
    """Each written form, and what it stands for."""
    return tuple(_forms(text("technologies.txt")))


def _forms(table: str) -> Iterator[tuple[str, Technology]]:
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        forms = line.split(" | ")
        name = forms[0].lstrip("~^")
        for form in forms:
            bare = form.lstrip("~^")
            yield bare, Technology(name, None if bare == form else bare, form.startswith("~"))
