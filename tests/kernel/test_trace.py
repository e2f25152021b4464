"""The caller's trace is continued; a wrong header begins a new one and is no error."""

import pytest

from service.kernel.trace import Trace, continue_trace, outgoing, tracing

HEX = "0123456789abcdef" * 2
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(("flags", "is_sampled"), [("01", True), ("00", False), ("03", True)])
def test_the_callers_trace_is_continued_in_a_span_of_our_own(flags: str, is_sampled: bool) -> None:
    trace = continue_trace(f"00-{TRACE}-{SPAN}-{flags}", random_hex=HEX)
    assert trace == Trace(TRACE, HEX[:16], is_sampled)
    with tracing(trace):
        assert outgoing() == f"00-{TRACE}-{HEX[:16]}-{int(is_sampled):02x}"
    assert outgoing() is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\r\nX: y",
    ],
)
def test_a_missing_or_wrong_header_begins_a_new_trace(header: str | None) -> None:
    assert continue_trace(header, random_hex=HEX) == Trace(HEX, HEX[:16])
