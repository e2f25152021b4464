"""The scheme of the `Stripe-Signature` header: `t=<unix seconds>,v1=<hex>[,v1=<hex>...]`, each v1 the HMAC-SHA256 of
`<t>.<body>` under one secret (https://docs.stripe.com/webhooks#verify-manually). Other schemes (v0, of test mode)
prove nothing and are passed over. Not the SDK's own check: that lets any time in the future through."""

import hmac
import re
from collections.abc import Sequence
from itertools import product

# Stripe's own tolerance; the other way round it covers clocks that differ.
TOLERANCE_SECONDS = 300
# While a secret rotates there are two of each; a header with more would make us compute for its sender's pleasure.
SIGNATURES_MAX = 8
HEADER_MAX_CHARACTERS = 2_000

_TIME = re.compile(r"[0-9]{1,12}")


def is_genuine(raw: bytes, header: str | None, *, secrets: Sequence[str], now_seconds: float) -> bool:
    """Whether one of the header's v1 signatures is that of one of the secrets, and its time is near `now_seconds`."""
    if header is None or len(header) > HEADER_MAX_CHARACTERS:
        return False
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1"][:SIGNATURES_MAX]
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        return False
    if abs(now_seconds - int(times[0])) > TOLERANCE_SECONDS:
        return False
    signed = times[0].encode() + b"." + raw
    ours = [hmac.digest(secret.encode(), signed, "sha256").hex() for secret in secrets]
    return any(hmac.compare_digest(one.encode(), other.encode()) for one, other in product(ours, given))
