"""Searching a column of text for a substring."""

import unicodedata

from sqlalchemy import ColumnElement, func, text

from service.kernel.database import Transaction

# A plan that was made without knowing the word or the status is made for middling many hits: of rare ones it would walk
# through everybody's jobs, of common ones it would sort a hundred thousand. For this transaction only.
# And no plan reads the whole table, which holds everybody's: it looks cheap while there are few thousand rows.
PLAN_FOR_VALUES = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true)"
)


async def search_condition(tx: Transaction, column: ColumnElement[str], search: str) -> ColumnElement[bool]:
    """That the column, which is in lower case, contains `search`; plans of this transaction are made for its values."""
    await tx.execute(PLAN_FOR_VALUES)
    return column.like(func.lower(like_pattern(search)))


def like_pattern(search: str) -> str:
    """The pattern of LIKE for a text that contains `search`, its wildcards literal; LIKE's own escape is a backslash.
    Accents are composed as they are in what is kept (`one_line`)."""
    search = unicodedata.normalize("NFC", search)
    for character in "\\%_":
        search = search.replace(character, f"\\{character}")
    return f"%{search}%"
