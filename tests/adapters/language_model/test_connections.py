"""The connections over TLS; how they fare when people leave is in `test_exchange`."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.adapters.language_model import ModelUnavailable
from service.adapters.language_model.connections import Connections
from tests.adapters.language_models import Ear, adapter
from tests.fakes.model_server import model_server
from tests.fakes.model_talk import Manner

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "model")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "model.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_answers_come_over_tls_on_one_connection(certificate: Path, server_tls: ssl.SSLContext) -> None:
    connections = Connections(limit=2, ssl_context=ssl.create_default_context(cafile=certificate))
    async with model_server(tls=server_tls) as server:
        async with adapter(f"https://127.0.0.1:{server.port}/v1", transport=connections) as model:
            for _ in range(3):
                ear = Ear()
                await ear.ask(model)
                assert ear.outcomes == ["finished"]
            assert (server.opened, connections.idle) == (1, 1)
        await server.quiet()


async def test_leaving_closes_the_connection_over_tls_too(certificate: Path, server_tls: ssl.SSLContext) -> None:
    connections = Connections(limit=2, ssl_context=ssl.create_default_context(cafile=certificate))
    async with model_server(Manner(latency_seconds=5), tls=server_tls) as server:
        async with adapter(
            f"https://127.0.0.1:{server.port}/v1", transport=connections, first_token_timeout_seconds=0.1
        ) as model:
            with pytest.raises(ModelUnavailable):
                await Ear().ask(model)
            await server.quiet()
        assert server.requests[0].ended == "left"


async def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_said(
    server_tls: ssl.SSLContext,
) -> None:
    async with model_server(tls=server_tls) as server:
        async with adapter(f"https://127.0.0.1:{server.port}/v1") as model:
            ear = Ear()
            with pytest.raises(ModelUnavailable, match="ConnectError"):
                await ear.ask(model)
        assert server.requests == []
        assert {call.input_tokens for call in ear.calls} == {0}
