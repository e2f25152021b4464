"""How Stripe's SDK speaks HTTP here. Its own httpx client takes proxies from the environment, waits 80 s and reads
bodies of any size; this one does neither, and leaves no pool behind: orders are rare, a connection each costs little
(and httpcore's pool keeps a connection for ever that was cancelled between connecting and sending)."""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx
import stripe

# A session with everything in it is some 5 kB.
BODY_MAX_BYTES = 1_000_000


class ConnectionPerRequest(stripe.HTTPClient):
    """The SDK's seam for clients of one's own: `http_client=`. For async calls only."""

    name = "httpx"

    def __init__(self, *, timeout_seconds: float, ssl_context: ssl.SSLContext | None = None) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]  (a private parameter without a type)
        self._timeout_seconds = timeout_seconds
        self._ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        content, size = bytearray(), 0
        try:
            async with (
                httpx.AsyncClient(trust_env=False, timeout=self._timeout_seconds, verify=self._ssl_context) as client,
                client.stream(method, url, headers=dict(headers), content=post_data) as answer,
            ):
                # Read to its end, kept within the bound: leaving httpx's generators early strands them.
                async for chunk in answer.aiter_bytes():
                    size += len(chunk)
                    content += chunk[: max(0, BODY_MAX_BYTES - len(content))]
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(type(error).__name__, should_retry=False) from error
        if size > BODY_MAX_BYTES:
            raise stripe.APIConnectionError(f"an answer of more than {BODY_MAX_BYTES} bytes", should_retry=False)
        return bytes(content), answer.status_code, answer.headers

    async def close_async(self) -> None:
        """Nothing stays open."""
