"""One connection to GitHub, for one worker thread at a time: PyGithub speaks, and what it hears is bounded here.

Left to itself PyGithub 2.10 sleeps until a rate limit resets, sleeps 2 s and asks again for ever on 202, reads bodies
of any size, waits anew for every byte, follows 301 in circles, and keeps the request being made on a connection that
all threads share. So each thread gets a client and a connection of its own, with none of PyGithub's retries, a deadline
over the whole call, and a way to be cut off from another thread.

Importing this file imports PyGithub (0.4 s): `pygithub.py` does so in the first worker thread.
"""

import json
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

import github
import requests
import urllib3
from github.Requester import HTTPRequestsConnectionClass, Requester, RequestsResponse
from requests.adapters import HTTPAdapter

from service.adapters.github.pool import Abandoned, RequestFailed, Response

# A name and a handshake; GitHub takes 0.1 s. What a cut cannot reach, for the socket is not there yet, ends with it.
CONNECT_SECONDS = 2.0
# A page of 100 repositories is some 700 kB.
BODY_MAX_BYTES = 4_000_000
CHUNK_BYTES = 65_536
# A renamed repository leads on once, after a renamed owner twice.
ANSWERS_MAX = 3
# Once more where the connection broke or GitHub stumbled, after a moment.
ATTEMPTS = 2
PAUSE_SECONDS = 0.2
STUMBLES = frozenset({500, 502, 503, 504})


class _Broken(RequestFailed):
    """Worth a second attempt."""


class PyGithubConnection:
    """See `pool.Connection`."""

    def __init__(self, *, api_url: str, token: str | None, user_agent: str) -> None:
        # Throttling is ours too: by default it holds every request back a quarter of a second.
        client = github.Github(
            base_url=api_url,
            auth=github.Auth.Token(token) if token else None,
            user_agent=user_agent,
            timeout=5,
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
        )
        self._requester = client.requester
        self._connection = _BoundedConnection(api_url)

    def begin(self, *, timeout_seconds: float) -> None:
        self._connection.begin(timeout_seconds)

    def get(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """GET `path`, twice at the most. Raises `RequestFailed`, `Abandoned`.

        Blocks no longer than the time given to `begin`, but for the look-up of a name, which nothing here can bound.
        """
        for _ in range(ATTEMPTS - 1):
            with suppress(_Broken):
                response = self._request(path, parameters, headers)
                if response.status not in STUMBLES:
                    return response
            self._connection.pause(PAUSE_SECONDS)
        return self._request(path, parameters, headers)

    def abort(self) -> None:
        self._connection.abort()

    def close(self) -> None:
        self._connection.close()

    def _request(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        self._connection.answers = 0
        accepting = {"Accept": "application/vnd.github+json", **headers}
        try:
            status, response, body = self._requester.requestJson(
                "GET", path, parameters=dict(parameters), headers=accepting, cnx=self._connection
            )
        except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError) as error:
            raise RequestFailed("GitHub did not answer in time.") from error
        except (requests.ConnectionError, urllib3.exceptions.ProtocolError) as error:
            raise _Broken("The connection to GitHub failed.") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise RequestFailed("The connection to GitHub failed.") from error
        except (RuntimeError, ValueError) as error:  # PyGithub's own, of redirects elsewhere and unreadable headers
            raise RequestFailed("GitHub answered with something that cannot be read.") from error
        return Response(status, response, body, _is_limited(status, response, body))


def _is_limited(status: int, headers: Mapping[str, str], body: str) -> bool:
    """Whether a refusal is about how often we ask: GitHub uses 403 and 429 for both of its limits."""
    if status not in {403, 429}:
        return False
    if status == 429 or "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0":
        return True
    try:
        message = json.loads(body).get("message", "")
    except (ValueError, AttributeError):
        return False
    return Requester.isRateLimitError(str(message))


class _BoundedConnection(HTTPRequestsConnectionClass):
    """What PyGithub takes for its connection, of either scheme."""

    def __init__(self, api_url: str) -> None:
        parts = urlsplit(api_url)
        super().__init__(parts.hostname or "")
        self._origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._is_aborted = threading.Event()
        self._deadline = 0.0
        self._wire: Any = None
        self.answers = 0
        session = cast("Any", self.session)  # requests has no types
        session.trust_env = False
        adapter: Any = HTTPAdapter(pool_connections=1, pool_maxsize=1)
        pools = adapter.poolmanager
        pools.pool_classes_by_scheme = {
            scheme: partial(self._pool, kind) for scheme, kind in dict(pools.pool_classes_by_scheme).items()
        }
        session.mount("http://", adapter)
        session.mount("https://", adapter)

    def begin(self, timeout_seconds: float) -> None:
        self._is_aborted.clear()
        self._deadline = time.monotonic() + timeout_seconds

    def pause(self, seconds: float) -> None:
        self._is_aborted.wait(min(seconds, self._left()))

    def abort(self) -> None:
        self._is_aborted.set()
        sock = getattr(self._wire, "sock", None)
        if sock is not None:
            with suppress(OSError):
                # The plain socket's: that of TLS would take its state from under the thread that is reading.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """What is open is closed now: left to urllib3, the garbage collector would do it."""
        super().close()
        if self._wire is not None:
            self._wire.close()

    def getresponse(self) -> RequestsResponse:
        """The answer to what `request` noted. Raises `RequestFailed`, and what requests and urllib3 raise."""
        self.answers += 1
        if self.answers > ANSWERS_MAX:
            raise RequestFailed("GitHub leads on in circles.")
        left = self._left()
        response = cast("Any", self.session).get(
            self._origin + self.url,
            headers=self.headers,
            timeout=(min(CONNECT_SECONDS, left), left),
            allow_redirects=False,
            stream=True,
        )
        try:
            if response.status_code == 202:  # PyGithub would sleep, and ask again without end
                raise RequestFailed("GitHub has not worked the answer out yet.")
            return _Read(response, self._body(response.raw))
        finally:
            response.close()

    def _body(self, raw: Any) -> str:
        content = bytearray()
        while piece := raw.read1(CHUNK_BYTES, decode_content=True):
            content += piece
            if len(content) > BODY_MAX_BYTES:
                raise RequestFailed(f"GitHub's answer is larger than {BODY_MAX_BYTES // 1_000_000} MB.")
            self._left()
        return content.decode("utf-8")

    def _left(self) -> float:
        if self._is_aborted.is_set():
            raise Abandoned
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise RequestFailed("GitHub did not answer in time.")
        return left

    def _pool(self, kind: Any, *args: Any, **kwargs: Any) -> Any:
        """A pool that lets us know its one wire, so that it can be cut."""
        pool = kind(*args, **kwargs)
        pool.ConnectionCls = partial(self._open_wire, pool.ConnectionCls)
        return pool

    def _open_wire(self, kind: Any, *args: Any, **kwargs: Any) -> Any:
        wire = self._wire = kind(*args, **kwargs)
        wire.connect = partial(self._connect, wire.connect)
        return wire

    def _connect(self, connect: Any) -> None:
        """A cut that came before there was a socket is heeded now: either it sees the socket, or this sees the cut."""
        connect()
        self._left()


class _Read(RequestsResponse):
    def __init__(self, response: Any, body: str) -> None:
        super().__init__(response)
        self._body = body

    def read(self) -> str:
        return self._body
