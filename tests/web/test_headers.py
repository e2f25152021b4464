"""The header fields of requests."""

from service.access.idempotency import Key
from service.web.headers import credentials


def test_the_handshake_of_a_websocket_is_a_get() -> None:
    headers = [(b"authorization", b"Bearer t"), (b"idempotency-key", b"key-1")]
    brought = credentials({"type": "websocket", "path": "/v1/live", "headers": headers})
    assert brought.authorization == "Bearer t"
    assert brought.key == Key("GET", "/v1/live", "key-1")
