"""What is true of the whole URL table."""

from collections.abc import Iterator
from typing import Any, cast

from service.access.rates import GENERATE, WEBHOOK
from service.cli.openapi import declared_endpoints
from service.web.decoding import NO_NUL, NO_SPACE, ONE_LINE
from service.web.endpoint import Access, Events, RawBody, rate_of
from service.web.openapi import document

# POST creates, sends, spends or charges, and a caller who heard no answer has to be able to ask again; where there is
# no key, this is why.
POSTS_WITHOUT_A_KEY = {
    "/api/users/store": "stores the same user as often as it is called; the welcome coins are granted once for ever",
    "/api/credits/grants": "its reference is its key: granted once per user and reference",
    "/api/job-context": "reads a posting and gives back what it says; there is no second effect",
    "/api/jobs/filter": "reads; its question is too long for a query",
    "/api/leads/{lead_id:int}/applied": "moves a lead to where it then is",
    "/api/leads/{lead_id:int}/do-not-apply": "moves a lead to where it then is",
    "/api/payments/webhooks/stripe": "the provider's own event id makes it one; providers send no keys",
    "/api/payments/webhooks/razorpay": "the provider's own event id makes it one; providers send no keys",
}


def test_every_post_can_be_repeated_or_says_why_it_need_not() -> None:
    without = {
        endpoint.path for endpoint in declared_endpoints() if endpoint.method == "POST" and not endpoint.idempotent
    }
    assert without == set(POSTS_WITHOUT_A_KEY)


def test_only_posts_take_a_key() -> None:
    assert {endpoint.method for endpoint in declared_endpoints() if endpoint.idempotent} == {"POST"}


def test_everything_but_probes_is_limited() -> None:
    assert {endpoint.path for endpoint in declared_endpoints() if rate_of(endpoint) is None} == {
        "/",
        "/debug/tasks",
        "/health",
        "/health/db-pool",
        "/health/live",
        "/health/ready",
        "/health/startup",
        "/metrics",
    }


def test_what_calls_a_model_has_the_rate_of_generations() -> None:
    generating = {endpoint.path for endpoint in declared_endpoints() if rate_of(endpoint) is GENERATE}
    assert generating == {endpoint.path for endpoint in declared_endpoints() if isinstance(endpoint.sends, Events)}


def test_what_takes_unread_bytes_from_anybody_has_the_rate_of_webhooks() -> None:
    unread = [
        endpoint for endpoint in declared_endpoints() if endpoint.access is Access.PUBLIC and endpoint.body == RawBody()
    ]
    assert {rate_of(endpoint) for endpoint in unread} == {WEBHOOK}


def test_one_name_is_one_rate() -> None:
    rates = {rate for endpoint in declared_endpoints() if (rate := rate_of(endpoint))}
    assert len({rate.name for rate in rates}) == len(rates)


def test_every_text_with_a_pattern_says_in_words_what_it_takes() -> None:
    """For a caller who is refused is told these words."""
    without = {
        text["pattern"]
        for text in _texts(document(declared_endpoints(), version="1", description=""))
        if text["pattern"] not in {NO_NUL, ONE_LINE, NO_SPACE} and "description" not in text
    }
    assert without == set()


def _texts(node: Any, described: Any = None) -> Iterator[dict[str, Any]]:
    """What the document holds that has a pattern, with the description of what it is one form of."""
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from _texts(item, described)
    elif isinstance(node, dict):
        fields = cast("dict[str, Any]", node)
        here = {"description": fields.get("description", described)}
        if isinstance(fields.get("pattern"), str):
            yield {**{name: text for name, text in here.items() if text}, "pattern": fields["pattern"]}
        for name, value in fields.items():
            yield from _texts(value, here["description"] if name in {"anyOf", "schema"} else None)
