"""Events: what happened to a user, published in the transaction of its cause, so that they are there together or not
at all.

A slice declares its events as `Event`s and calls `publish` in the unit of work that causes them; nothing here knows a
slice. Owns the table `events`. Rows are kept for OVERTURE_EVENTS_KEPT_HOURS and go with the account.

Entry points: `Event`, `publishing.publish`, `publishing.purge_old_events`; `store.inserted_from` for a
statement that is its own cause.
"""

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    """What happened. Each kind is a subclass with a name: `class EmailStatus(Event, tag="email.status")`."""


def name_of(kind: type[Event]) -> str:
    """The `type` of its events."""
    return str(kind.__struct_config__.tag)
