"""The branch that reads the résumé: a stored one, or the document that came with the request."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from service.emails.model import GenerateRequest
from service.emails.operations.services import EmailServices
from service.kernel.errors import FieldError, InvalidRequest
from service.kernel.identifiers import UserId
from service.resumes import operations as resumes
from service.resumes.model import ResumeId


def refuse_faulty(request: GenerateRequest) -> None:
    """Raises `InvalidRequest` with pointers into the request."""
    if request.resume is None:
        return
    try:
        resumes.check(request.resume)
    except InvalidRequest as error:
        errors = [FieldError(f"/resume{fault.pointer}", fault.detail) for fault in error.errors]
        raise InvalidRequest(error.detail, errors=errors) from error


def reading(
    request: GenerateRequest, *, user: UserId, services: EmailServices
) -> Callable[[], Awaitable[Mapping[str, Any]]] | None:
    if request.resume_id is None and request.resume is None:
        return None
    return partial(_document, request, user, services)


async def _document(request: GenerateRequest, user: UserId, services: EmailServices) -> Mapping[str, Any]:
    if request.resume_id is None:
        return request.resume or {}
    return await services.db.read(resumes.find_document, user=user, resume=ResumeId(request.resume_id))
