"""`service.asgi:app` under servers that are not ours: the same house, in their lifespan.

All it needs of the environment is what `overture serve` needs (with nothing set: the embedded PostgreSQL, and a secret
made once in the data directory). Where it listens is the server's own business: `OVERTURE_HOST` and `PORT` stay unread,
so a server that others can reach is to be given `OVERTURE_JWT_SECRET` or `OVERTURE_JWKS_URL`.
"""

import signal
from pathlib import Path

import pytest

from tests.journeys.process import running_service

pytestmark = pytest.mark.anyio

SERVERS = {
    "asyncio": ("-m", "uvicorn", "service.asgi:app", "--lifespan", "on"),
    # The one other server that runs on trio.
    "trio": ("-c", "import sys; from tests.journeys.on_hypercorn import main; main(sys.argv[1:])"),
}
REQUEST = {
    "job_text": "Backend Engineer at Acme\n\nRequirements\n- Python",
    "recruiter": {"name": "Ada Park"},
    "resume": {"basics": {"name": "Grace Example"}, "skills": [{"name": "Python"}]},
}


async def test_another_server_serves_the_same(database_url: str, anyio_backend_name: str, tmp_path: Path) -> None:
    async with running_service(
        database_url=database_url,
        backend=anyio_backend_name,
        directory=tmp_path,
        arguments=SERVERS[anyio_backend_name],
    ) as service:
        await service.new_user("grace")
        async with service.client("grace") as client:
            assert (await client.get("/health")).json()["backend"] == anyio_backend_name
            written = await client.post("/api/emails/generate", json=REQUEST)
            assert written.status_code == 201, written.text
            read = await client.get(f"/api/emails/{written.json()['id']}")
            lines = (await client.get("/api/credits/transactions")).json()["items"]
        assert read.json()["body"] == written.json()["body"]
        assert [line["type"] for line in lines] == ["charge", "reserve", "grant"]
        assert await service.balance("grace") == {"balance": 9, "reserved": 0, "available": 9}
        await service.is_in_order()

        service.signal(signal.SIGTERM)
        # uvicorn, having drained, ends itself by the signal it was given.
        assert await service.exit_code() in {0, -signal.SIGTERM}
    log = service.log.read_text(errors="replace")
    assert "Traceback" not in log, log
