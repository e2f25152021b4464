"""Clients that generators make of the contract have all of it. Each test is skipped where its generator is not on PATH:
`pip install openapi-python-client`, `npm install -g openapi-typescript typescript@5 @redocly/cli`."""

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from service.app import DESCRIPTION
from service.cli.openapi import declared_endpoints
from service.web.openapi import document

pytestmark = pytest.mark.process

# Content types that the Python generator has to be told are bytes.
OVERRIDES = dict.fromkeys(("application/zip", "application/x-ndjson", "text/csv"), "application/octet-stream")


def run(program: str, *arguments: object) -> str:
    """What it says, having succeeded."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    ended = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_bytes(msgspec.json.encode(document(declared_endpoints(), version="1", description=DESCRIPTION)))
    return path


def test_a_python_client_has_every_call_and_type(contract: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"content_type_overrides": OVERRIDES, "post_hooks": []}))
    made = tmp_path / "client"
    told = run(
        *("openapi-python-client", "generate", "--path", contract, "--config", settings),
        *("--output-path", made, "--meta", "none", "--fail-on-warning"),
    )
    assert "WARNING" not in told
    described = json.loads(contract.read_text())
    calls = [operation["operationId"] for methods in described["paths"].values() for operation in methods.values()]
    assert {path.stem for path in made.glob("api/*/*.py")} >= set(calls)
    generate = (made / "api" / "emails" / "post_api_emails_generate.py").read_text()
    assert "EmailAnswer.from_dict" in generate  # as JSON
    assert "response.text" in generate  # as events


def test_a_typescript_client_need_not_send_what_has_a_default(contract: Path, tmp_path: Path) -> None:
    made = tmp_path / "contract.ts"
    run("openapi-typescript", contract, "-o", made)
    text = made.read_text()
    generate = text.partition("GenerateEmail: {")[2].partition("};")[0]
    assert "recruiter:" in generate
    assert "max_words?: number" in generate
    types = text.partition("export interface components")[2].partition("export type")[0]
    assert "Record<string, never>" not in types  # what a free object becomes where nothing is said of its members


def test_the_contract_has_no_error(contract: Path) -> None:
    run("redocly", "lint", contract)
