"""Every error has a status, its document has the members of the contract, and nothing leaks."""

import json
import logging
from typing import Any

import pytest

from service.access.tokens import Unauthenticated
from service.kernel.concurrency import TooManyInFlight
from service.kernel.database import CommitUnknown, DatabaseUnavailable
from service.kernel.errors import FieldError, InvalidRequest, Kind, NotFound, Overloaded, ServiceError
from service.web.problems import STATUS, HeadersTooLarge, MethodNotAllowed, answer_for, status_of


def told(error: Exception) -> dict[str, Any]:
    answer = answer_for(error)
    assert answer.media_type == "application/problem+json"
    document = json.loads(answer.body)
    assert document["status"] == answer.status
    return document


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(Kind)


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (InvalidRequest("no"), 422, "invalid-request"),
        (NotFound("no"), 404, "not-found"),
        (Overloaded("no"), 503, "overloaded"),
        (TooManyInFlight("no"), 429, "too-many-in-flight"),
        (CommitUnknown("no"), 503, "outcome-unknown"),
        (DatabaseUnavailable("no"), 503, "database-unavailable"),
        (Unauthenticated("no"), 401, "unauthenticated"),
        (MethodNotAllowed("GET"), 405, "method-not-allowed"),
        (HeadersTooLarge("no"), 431, "headers-too-large"),
    ],
)
def test_a_fact_has_its_status_and_slug(error: ServiceError, status: int, slug: str) -> None:
    document = told(error)
    assert document["status"] == status == status_of(type(error))
    assert document["type"].rpartition("/")[2] == slug
    assert set(document) == {"type", "title", "status", "detail", "instance", "request_id", "errors"}


def test_places_and_extras_are_members_but_replace_none() -> None:
    error = InvalidRequest("no", errors=[FieldError("/a", "is wrong")], extras={"existing_id": 7, "status": 200})
    document = told(error)
    assert document["errors"] == [{"pointer": "/a", "detail": "is wrong"}]
    assert (document["existing_id"], document["status"]) == (7, 422)


def test_headers_that_say_what_to_do() -> None:
    assert answer_for(Unauthenticated("no")).headers["www-authenticate"].startswith("Bearer")
    assert answer_for(MethodNotAllowed("GET, HEAD")).headers["allow"] == "GET, HEAD"
    assert answer_for(TooManyInFlight("no", retry_after_seconds=3)).headers["retry-after"] == "3"
    assert answer_for(DatabaseUnavailable("no")).headers["retry-after"] == "1"


def test_what_nobody_expected_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    secret = "postgresql://u:hunter2@db/x SELECT * FROM users"
    with caplog.at_level(logging.ERROR):
        document = told(RuntimeError(secret))
    assert (document["status"], document["type"]) == (500, "/problems/internal")
    assert "hunter2" not in json.dumps(document)
    assert "SELECT" not in json.dumps(document)


def test_a_group_is_answered_by_its_worst_fact() -> None:
    inner = ExceptionGroup("inner", [NotFound("no"), DatabaseUnavailable("away")])
    assert told(ExceptionGroup("outer", [InvalidRequest("no"), inner]))["status"] == 503


def test_a_group_of_facts_and_accidents_is_answered_by_the_fact() -> None:
    assert told(ExceptionGroup("both", [NotFound("no"), RuntimeError("bug")]))["status"] == 404
    assert told(ExceptionGroup("none", [RuntimeError("bug"), ValueError("bug")]))["status"] == 500
