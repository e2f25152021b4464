"""`app`, for any ASGI server (`hypercorn service.asgi:app`): the same root as `overture serve`, within the lifespan.

The server owns the signals and the drain here: it tells us to end only after the last request. A crashed root task
drains as everywhere, and then stops the server with a SIGTERM to its own process.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from service.app import build_app
from service.background import background_tasks
from service.composition import build_services
from service.kernel.errors import ServiceError
from service.kernel.supervision import Root
from service.kernel.telemetry import TaskTree
from service.kernel.telemetry.logs import configure_logs
from service.resources import open_resources
from service.settings import BadSettings, load_settings

log = structlog.get_logger(__name__)


class Application:
    """An ASGI application whose resources live as long as its lifespan."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is None:
            raise RuntimeError("the server has to run the lifespan protocol; uvicorn: --lifespan on")
        else:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()  # lifespan.startup
        started, told_to_end = anyio.Event(), anyio.Event()

        async def server(drained: Callable[[], Awaitable[None]]) -> None:
            started.set()
            await send({"type": "lifespan.startup.complete"})
            async with anyio.create_task_group() as group:
                group.start_soon(_stop_the_server, drained)
                await receive()  # lifespan.shutdown
                told_to_end.set()
                group.cancel_scope.cancel()

        failure = "it could not be started; the log says why"
        try:
            exit_code = await self._run(server)
            failure = "a root task crashed" if exit_code else ""
        except (BadSettings, ServiceError) as error:
            failure = str(error)
        finally:
            # Also on the way of an error nobody expected: a server that hears nothing would serve without us.
            if not started.is_set():
                await send({"type": "lifespan.startup.failed", "message": failure})
        if started.is_set():
            if not told_to_end.is_set():
                await receive()
            end = {"type": "lifespan.shutdown.failed", "message": failure}
            await send(end if failure else {"type": "lifespan.shutdown.complete"})

    async def _run(self, server: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]) -> int:
        settings = load_settings(os.environ, directory=Path.cwd())
        configure_logs(level=settings.log_level, form=settings.log_format)
        tasks = TaskTree()
        root = Root(drain_seconds=settings.drain_seconds, tree=tasks)

        async def process() -> None:
            async with open_resources(settings, root=root, tasks=tasks) as resources:
                self._app = build_app(resources, build_services(resources))
                await root.serve(server, background_tasks(resources))

        return await root.run(process, signals=())


async def _stop_the_server(drained: Callable[[], Awaitable[None]]) -> None:
    await drained()
    log.error("stopping the server, for a root task crashed")
    signal.raise_signal(signal.SIGTERM)


app = Application()
