"""Wire structs of the job context, and what makes a request one."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from service.kernel.errors import FieldError, InvalidRequest
from service.postings.addresses import web_address
from service.postings.model import PAGE_TEXT_MAX_CHARS, JobContext, JobContextBody
from service.web.decoding import NO_SPACE

Url = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=NO_SPACE, description="http or https")]
# The body's own limit (1 MB) is reached first.
Html = Annotated[str, Meta(min_length=1, max_length=1_000_000)]
Text = Annotated[str, Meta(min_length=1, max_length=PAGE_TEXT_MAX_CHARS)]


class JobContextQuery(Struct, frozen=True, forbid_unknown_fields=True):
    url: Url
    text: bool = False


class JobContextRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`url`, or `html` with or without the `url` it came from, or `text`."""

    url: Url | None = None
    html: Html | None = None
    text: Text | None = None

    def check(self) -> None:
        """Exactly one source, and where a page came from is an address: raises `InvalidRequest` naming what is wrong.
        An address without a page is checked by who fetches it."""
        if self.text is not None and (self.html is not None or self.url is not None):
            raise InvalidRequest("Give one of url, html and text.", errors=[FieldError("/text", "stands alone")])
        if self.url is None and self.html is None and self.text is None:
            raise InvalidRequest("Give one of url, html and text.", errors=[FieldError("", "has none of them")])
        if self.html is not None and self.url is not None and web_address(self.url) is None:
            what = "is no http or https address"
            raise InvalidRequest(f"`url` {what}.", errors=[FieldError("/url", what)])


class JobContextAnswer(JobContextBody, frozen=True, kw_only=True):
    """The `job_context` object; `text`, which its spans refer to, where it was asked for."""

    text: str | UnsetType = UNSET


def answer(context: JobContext, *, with_text: bool) -> JobContextAnswer:
    fields = {name: getattr(context, name) for name in JobContextBody.__struct_fields__}
    return JobContextAnswer(**fields, text=context.text if with_text else UNSET)
