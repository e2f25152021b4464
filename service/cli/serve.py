"""`overture serve`"""

import socket
import sys
from functools import partial
from typing import Literal

import anyio

from service.app import build_app
from service.background import background_tasks
from service.cli import Refused, command_settings
from service.cli.token import sign_token
from service.composition import build_services
from service.kernel.process import keep_what_is_loaded, raise_descriptor_limit
from service.kernel.supervision import Root
from service.kernel.telemetry import TaskTree
from service.resources import Resources, open_resources
from service.settings import Settings
from service.web.http_server import BACKLOG, Connections, serve_http

# Descriptors for what is no caller's connection: readers' pipes, pages and boards, GitHub, files, the event loop.
OTHER_DESCRIPTORS = 100
DEMO_TOKEN_HOURS = 24
DEMO_EMAIL = "demo@example.com"


def serve(
    *, backend: Literal["asyncio", "trio"] | None = None, host: str | None = None, port: int | None = None
) -> int:
    """Serve the HTTP API until SIGTERM or SIGINT, then drain.

    Without any configuration it brings up a PostgreSQL of its own, migrates it, and says how to try it; a token is
    printed to a terminal only.

    Parameters
    ----------
    backend
        The event loop; beats OVERTURE_BACKEND.
    host
        Where to listen; beats OVERTURE_HOST.
    port
        Where to listen, 0 for any free port; beats PORT.
    """
    settings = command_settings(backend=backend, host=host, port=port)
    listener = bind_listener(settings)
    return anyio.run(_serve, settings, listener, backend=settings.backend)


async def _serve(settings: Settings, listener: socket.socket) -> int:
    connections = Connections(connections_limit(settings, descriptors=raise_descriptor_limit()))
    tasks = TaskTree()
    root = Root(drain_seconds=settings.drain_seconds, tree=tasks)

    async def process() -> None:
        async with open_resources(settings, root=root, tasks=tasks) as resources:
            app = build_app(resources, build_services(resources))
            keep_what_is_loaded()
            listener.listen(BACKLOG)
            greet(resources, listener.getsockname()[1])
            server = partial(serve_http, app=app, listener=listener, backend=settings.backend, connections=connections)
            await root.serve(server, background_tasks(resources))

    return await root.run(process)


def connections_limit(settings: Settings, *, descriptors: int) -> int:
    """How many connections callers may have: as configured, and no more than leaves descriptors for the rest."""
    others = settings.pool_size + 2 * settings.max_in_flight + OTHER_DESCRIPTORS  # the models' pool is twice as large
    room = max(descriptors - others, descriptors // 2)
    return room if settings.max_connections is None else min(settings.max_connections, room)


def bind_listener(settings: Settings) -> socket.socket:
    """The socket to listen on, bound before anything else is opened: a port in use is known at once."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise Refused(f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}.") from error
    listener.settimeout(0)
    return listener


def greet(resources: Resources, port: int) -> None:
    """Say where it listens and, to somebody at this machine, how to try it."""
    settings = resources.settings
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{port}"
    database = "the embedded PostgreSQL" if settings.database_url is None else "the PostgreSQL of DATABASE_URL"
    print(f"Overture serves {url} on {settings.backend}, over {database}.", flush=True)
    if not settings.is_bound_to_loopback or not settings.is_secret_generated:
        # Behind a proxy, loopback is where production listens too: its log is no place for a token.
        print(f"The API is described at {url}/docs; `overture token` prints a token.", flush=True)
        return
    # What is no terminal is a file that others may read, and that lasts longer than the token.
    token = f"$(overture token --email {DEMO_EMAIL} --hours {DEMO_TOKEN_HOURS})"
    if sys.stdout.isatty():
        token = sign_token(settings, user="demo", email=DEMO_EMAIL, hours=DEMO_TOKEN_HOURS)
    print(
        f"""
A token for the user `demo`, good for {DEMO_TOKEN_HOURS} hours, and what to try with it:

TOKEN={token}
curl -sS {url}/api/users/store -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
     -d '{{"user_id": "demo", "email": "demo@example.com", "display_name": "Demo"}}'
curl -sS {url}/api/emails/generate -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
     -d '{{"job_text": "Backend Engineer at Acme\\n\\nRequirements\\n- Python\\n- PostgreSQL",
          "recruiter": {{"name": "Ada Park", "email": "ada@acme.example", "company": "Acme"}},
          "resume": {{"basics": {{"name": "Sam Lee"}}, "skills": [{{"name": "Python"}}],
                     "work": [{{"name": "Initech", "position": "Developer",
                               "highlights": ["Moved the billing to PostgreSQL"]}}]}}}}'
curl -sS {url}/api/credits/balance -H "Authorization: Bearer $TOKEN"

The API is described at {url}/docs. Ctrl-C stops it.
""",
        flush=True,
    )
