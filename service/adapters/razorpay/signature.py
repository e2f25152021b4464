"""Razorpay's signatures: the HMAC-SHA256, in lower-case hexadecimal, of a webhook's raw body, or of ids joined by `|`
(https://razorpay.com/docs/webhooks/validate-test/)."""

import hmac


def is_genuine(message: bytes, signature: str | None, *, secret: str) -> bool:
    if signature is None:
        return False
    return hmac.compare_digest(hmac.digest(secret.encode(), message, "sha256").hex().encode(), signature.encode())
