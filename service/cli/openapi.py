"""`overture openapi`"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any, cast

import msgspec

from service.app import DESCRIPTION, endpoints
from service.cli import DONE
from service.composition import Services
from service.resources import Resources
from service.settings import Settings, installed_version
from service.web.endpoint import Endpoint
from service.web.openapi import document


class _Unopened:
    """Stands where the endpoints' dependencies would be: declaring an endpoint only hands them on."""

    settings = Settings()

    def __getattr__(self, _name: str) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def declared_endpoints() -> Sequence[Endpoint]:
    """Every endpoint, over nothing that is open."""
    return endpoints(cast("Resources", _Unopened()), cast("Services", _Unopened()))


def openapi() -> int:
    """Print the OpenAPI document of the HTTP API, as `GET /openapi.json` answers it. Opens nothing."""
    contract = document(declared_endpoints(), version=installed_version(), description=DESCRIPTION)
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(contract)) + b"\n")
    return DONE
