"""Organizations as they are shown and ordered, and what is refused. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from service.crm.model import OrganizationId
from service.kernel.errors import Kind, ServiceError


class Organization(msgspec.Struct, frozen=True):
    id: OrganizationId
    name: str
    website: str | None
    notes: str | None
    created_at: datetime
    updated_at: datetime


class OrganizationSort(StrEnum):
    """What `orderBy` takes for organizations."""

    DATE = "date"
    NAME = "name"


class PlacedOrganization(NamedTuple):
    """An organization with what its list is ordered by, for a cursor."""

    organization: Organization
    key: Any


class DuplicateOrganization(ServiceError):
    """The tenant has an organization of this name, whatever its legal form; `existing_id` is its number."""

    kind, slug, title = Kind.CONFLICT, "duplicate-organization", "There is such an organization already"


class OrganizationInUse(ServiceError):
    """There are jobs at it."""

    kind, slug, title = Kind.CONFLICT, "organization-in-use", "The organization has jobs"


class TooManyJobs(ServiceError):
    """A new name goes to every job at the organization, and there are more than one statement can change."""

    kind, slug, title = Kind.CONFLICT, "too-many-jobs", "The organization has too many jobs for that"
