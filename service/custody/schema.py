"""What custody looks like on the wire."""

from typing import Annotated

import msgspec
from msgspec import Meta


class DeletedAccount(msgspec.Struct, frozen=True):
    """How many rows of each table are gone."""

    deleted: Annotated[dict[str, int], Meta(examples=[{"emails": 3, "resumes": 1, "users": 1}])]
