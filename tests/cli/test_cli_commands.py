"""The commands that end by themselves, as processes."""

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from service.cli import run
from tests.cli.overture import LIMIT_SECONDS, ROOT, command, environment, overture

pytestmark = pytest.mark.process

HELP = ("serve", "migrate", "generate", "token", "doctor", "openapi", "packages", "payments")
RECRUITER = "Ada Park, Talent Partner at Acme <ada@acme.com>"


def test_help_names_the_commands(data_dir: Path) -> None:
    done = overture("--help", data_dir=data_dir)
    assert done.returncode == 0
    assert all(name in done.stdout for name in HELP)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("frobnicate",), "frobnicate"),
        (("token", "--hours", "25"), "24 hours"),
        (("generate", "--recruiter", "<nobody>"), "--recruiter"),
        (("generate", "--recruiter", RECRUITER, "--job", "missing.html"), "missing.html"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(arguments: tuple[str, ...], said: str, data_dir: Path) -> None:
    done = overture(*arguments, data_dir=data_dir)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert all(line.startswith("overture: ") for line in done.stderr.splitlines())


def test_the_openapi_document_needs_nothing_open(data_dir: Path) -> None:
    done = overture("openapi", data_dir=data_dir, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert "/api/emails/generate" in document["paths"]
    assert "/health" in document["paths"]


def test_migrating_twice_does_it_once(data_dir: Path) -> None:
    first = overture("migrate", data_dir=data_dir)
    assert (first.returncode, first.stdout.startswith("from nothing to ")) == (0, True), first.stderr
    second = overture("migrate", data_dir=data_dir)
    assert (second.returncode, second.stdout.startswith("at ")) == (0, True), second.stderr


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_letter_from_a_page_shows_what_happened(backend: str, data_dir: Path) -> None:
    page = "<html><title>Backend Engineer</title><h1>Backend Engineer</h1><h2>Requirements</h2><ul><li>Python</li></ul>"
    arguments = ("--recruiter", RECRUITER, "--job", "-", "--backend", backend, "--user", backend)
    done = overture("generate", *arguments, data_dir=data_dir, given=page)
    assert done.returncode == 0, done.stderr
    for said in (
        "✓ job_context",
        "✓ llm",
        "requirements/0",
        "Ada Park <ada@acme.com>",
        "10 before, 1 charged, 9 after",
    ):
        assert said in done.stdout, done.stdout
    assert done.stderr == ""


def test_a_letter_as_json_is_what_the_api_answers(data_dir: Path, tmp_path: Path) -> None:
    resume = tmp_path / "resume.json"
    resume.write_text(json.dumps({"basics": {"name": "Sam Lee"}, "skills": [{"name": "Python"}]}), encoding="utf-8")
    arguments = ("--recruiter", RECRUITER, "--job", "-", "--resume", str(resume), "--json")
    done = overture("generate", *arguments, data_dir=data_dir, given="Backend Engineer\nRequirements\n- Python\n")
    assert done.returncode == 0, done.stderr
    email = json.loads(done.stdout)
    assert email["status"] == "draft"
    assert email["recruiter"]["company"] == "Acme"
    assert "Sam Lee" in email["body"]


def test_no_coins_left_is_said_in_one_line(data_dir: Path) -> None:
    arguments = ("generate", "--recruiter", RECRUITER, "--user", "poor")
    done = overture(*arguments, data_dir=data_dir, OVERTURE_WELCOME_COINS="0")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_interruption_undoes_everything(backend: str, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/job"
        process = subprocess.Popen(
            command("generate", "--recruiter", RECRUITER, "--job", url, "--user", f"hasty-{backend}"),
            cwd=ROOT,
            env=environment(data_dir, OVERTURE_FETCH_ALLOW_PRIVATE="true", OVERTURE_BACKEND=backend),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(LIMIT_SECONDS)
        asked, _ = silent.accept()  # it gathers, so the hold is open
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=LIMIT_SECONDS)
        asked.close()
    assert (process.returncode, said, complained) == (130, "", "overture: interrupted; nothing was kept.\n")
    letter = overture("generate", "--recruiter", RECRUITER, "--user", f"hasty-{backend}", data_dir=data_dir)
    assert "credits: 10 before, 1 charged, 9 after" in letter.stdout


def test_a_healthy_installation_passes(data_dir: Path) -> None:
    done = overture(
        "doctor", data_dir=data_dir, OVERTURE_JWT_SECRET="hush-hush, nobody is to be told.", OVERTURE_POOLSIZE="3"
    )
    assert done.returncode == 0, done.stdout
    assert "invariants     all hold" in done.stdout
    assert "OVERTURE_POOLSIZE is not a variable" in done.stdout
    assert "hush" not in done.stdout


def test_a_database_that_is_away_fails_the_examination(data_dir: Path) -> None:
    done = overture("doctor", data_dir=data_dir, DATABASE_URL="postgresql://u:hush@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "failed  database" in done.stdout
    assert "hush" not in done.stdout + done.stderr


def test_a_redis_that_is_away_is_worth_a_note_and_no_failure(data_dir: Path) -> None:
    done = overture("doctor", data_dir=data_dir, REDIS_URL="redis://:hush@127.0.0.1:1")
    assert done.returncode == 0, done.stdout
    assert "note    redis" in done.stdout
    assert "hush" not in done.stdout + done.stderr


def test_a_token_is_made_for_what_was_asked(data_dir: Path) -> None:
    done = overture("token", "--user", "ada", "--scope", "admin", "--scope", "service", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(".") == 2
    assert done.stderr == ""


def test_where_others_sign_no_token_is_made(data_dir: Path) -> None:
    done = overture("token", data_dir=data_dir, OVERTURE_JWKS_URL="https://id.example/keys")
    assert done.returncode == 1
    assert "OVERTURE_JWKS_URL" in done.stderr


def test_packages_are_set_listed_and_retired(data_dir: Path) -> None:
    done = overture("packages", "set", "jumbo", "Jumbo pack", "9000", "USD=64900", "EUR=59900", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    listed = overture("packages", "list", data_dir=data_dir).stdout
    assert "starter" in listed
    assert "EUR=59900 USD=64900  Jumbo pack" in listed
    retired = overture("packages", "retire", "jumbo", data_dir=data_dir)
    assert (retired.returncode, retired.stdout) == (0, "jumbo is retired\n"), retired.stderr
    assert "Jumbo pack  (retired)" in overture("packages", "list", data_dir=data_dir).stdout
    again = overture("packages", "retire", "jumbo", data_dir=data_dir)
    assert again.returncode == 1
    assert "No package 'jumbo' is on sale" in again.stderr


@pytest.mark.parametrize(
    "arguments", [("X", "Name", "5", "USD=1"), ("x", "Name", "5"), ("x", "Name", "0", "USD=1"), ("x", "N", "5", "USD")]
)
def test_a_package_that_cannot_be_sold_is_misuse(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process: it is refused before anything is read or opened."""
    assert run(["packages", "set", *arguments]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1), said
