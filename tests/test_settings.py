"""Every variable's default, what it accepts, and what refuses the start."""

import os
import stat
from pathlib import Path

import pytest

from service.adapters.language_model import Price
from service.settings import (
    BadSettings,
    Settings,
    default_data_dir,
    describe,
    is_loopback,
    load_settings,
    token_secret,
    unknown_variables,
    without_password,
)

SECRET = "0123456789abcdef0123456789abcdef"


def loaded(environment: dict[str, str], directory: Path, **flags: object) -> Settings:
    return load_settings(environment, directory=directory, **flags)


def refusals(environment: dict[str, str], directory: Path) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        loaded(environment, directory)
    return refused.value.problems


def test_the_defaults_are_those_of_the_configuration_page(tmp_path: Path) -> None:
    assert describe(loaded({}, tmp_path)) == {
        "DATABASE_URL": "(unset)",
        "DATABASE_DIRECT_URL": "(unset)",
        "OVERTURE_DATA_DIR": str(default_data_dir()),
        "OVERTURE_BACKEND": "asyncio",
        "OVERTURE_HOST": "127.0.0.1",
        "PORT": "8000",
        "OVERTURE_JWT_SECRET": "(unset)",
        "OVERTURE_JWKS_URL": "(unset)",
        "OVERTURE_JWT_ISSUER": "(unset)",
        "OVERTURE_PUBLIC_URL": "(unset)",
        "OVERTURE_ALLOWED_ORIGINS": "(unset)",
        "OVERTURE_POOL_SIZE": "20",
        "OVERTURE_REQUEST_TIMEOUT_SECONDS": "60",
        "OVERTURE_BRANCH_TIMEOUT_SECONDS": "4",
        "OVERTURE_MAX_IN_FLIGHT": "200",
        "OVERTURE_MAX_CONNECTIONS": "(unset)",
        "OVERTURE_MAX_WAITING": "50",
        "OVERTURE_MAX_IN_FLIGHT_PER_USER": "10",
        "OVERTURE_DRAIN_SECONDS": "20",
        "OVERTURE_EMAIL_PRICE": "1",
        "OVERTURE_WELCOME_COINS": "10",
        "OVERTURE_HOLD_GRACE_SECONDS": "30",
        "OVERTURE_SWEEP_SECONDS": "60",
        "OVERTURE_EVENTS_KEPT_HOURS": "24",
        "OVERTURE_FETCH_ALLOW_PRIVATE": "false",
        "OVERTURE_POSTING_TTL_SECONDS": "86400",
        "GREENHOUSE_API_URL": "(unset)",
        "LEVER_API_URL": "(unset)",
        "ASHBY_API_URL": "(unset)",
        "SMARTRECRUITERS_API_URL": "(unset)",
        "RECRUITEE_API_URL": "(unset)",
        "WORKDAY_API_URL": "(unset)",
        "OPENAI_BASE_URL": "(unset)",
        "OPENAI_API_KEY": "(unset)",
        "OVERTURE_MODELS": "gpt-4.1-mini",
        "OVERTURE_MODEL_TIMEOUT_SECONDS": "45",
        "OVERTURE_FIRST_TOKEN_TIMEOUT_SECONDS": "15",
        "OVERTURE_MODEL_PRICES": "(unset)",
        "GITHUB_TOKEN": "(unset)",
        "GITHUB_API_URL": "https://api.github.com",
        "STRIPE_SECRET_KEY": "(unset)",
        "STRIPE_WEBHOOK_SECRET": "(unset)",
        "STRIPE_API_URL": "(unset)",
        "RAZORPAY_KEY_ID": "(unset)",
        "RAZORPAY_KEY_SECRET": "(unset)",
        "RAZORPAY_WEBHOOK_SECRET": "(unset)",
        "RAZORPAY_API_URL": "(unset)",
        "REDIS_URL": "(unset)",
        "OVERTURE_RATE_LIMITS": "true",
        "OVERTURE_TRUSTED_PROXIES": "0",
        "LOG_LEVEL": "info",
        "LOG_FORMAT": "(unset)",
    }


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("DATABASE_URL", "postgres://u:p@h:5432/db", "database_url", "postgres://u:p@h:5432/db"),
        ("DATABASE_URL", "postgresql+asyncpg://u@/db?host=/run/pg", "database_url", "postgresql+asyncpg://u@/db?host=/run/pg"),
        ("DATABASE_URL", "  ", "database_url", None),
        ("OVERTURE_DATA_DIR", "/srv/overture", "data_dir", Path("/srv/overture")),
        ("OVERTURE_BACKEND", "trio", "backend", "trio"),
        ("OVERTURE_BACKEND", "TRIO", "backend", "trio"),
        ("PORT", "0", "port", 0),
        ("PORT", "65535", "port", 65535),
        ("OVERTURE_JWT_SECRET", SECRET, "jwt_secret", SECRET),
        ("OVERTURE_ALLOWED_ORIGINS", "https://a.example, http://b:1,", "allowed_origins", ("https://a.example", "http://b:1")),
        ("OVERTURE_REQUEST_TIMEOUT_SECONDS", "0.5", "request_timeout_seconds", 0.5),
        ("OVERTURE_MAX_WAITING", "0", "max_waiting", 0),
        ("OVERTURE_DRAIN_SECONDS", "0", "drain_seconds", 0.0),
        ("OVERTURE_EMAIL_PRICE", "0", "email_price", 0),
        ("OVERTURE_FETCH_ALLOW_PRIVATE", "true", "fetch_allow_private", True),
        ("OVERTURE_FETCH_ALLOW_PRIVATE", "0", "fetch_allow_private", False),
        ("GREENHOUSE_API_URL", "http://10.0.0.7:8080/gh", "greenhouse_api_url", "http://10.0.0.7:8080/gh"),
        ("WORKDAY_API_URL", "https://mirror.example/{host}", "workday_api_url", "https://mirror.example/{host}"),
        ("RECRUITEE_API_URL", "https://{host}.mirror.example", "recruitee_api_url", "https://{host}.mirror.example"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1", "openai_base_url", "http://127.0.0.1:11434/v1"),
        ("OVERTURE_MODELS", "gpt-5, llama3", "models", ("gpt-5", "llama3")),
        ("OVERTURE_MODEL_PRICES", '{"m": {"input": 1, "output": 2}}', "model_prices", {"m": Price(1, 2)}),
        ("GITHUB_TOKEN", "ghp_abc", "github_token", "ghp_abc"),
        ("GITHUB_API_URL", "https://ghe.example/api/v3", "github_api_url", "https://ghe.example/api/v3"),
        ("REDIS_URL", "redis://u:p@h:6379/3", "redis_url", "redis://u:p@h:6379/3"),
        ("REDIS_URL", "rediss://h", "redis_url", "rediss://h"),
        ("REDIS_URL", "unix:///run/redis.sock?db=2", "redis_url", "unix:///run/redis.sock?db=2"),
        ("OVERTURE_RATE_LIMITS", "false", "rate_limits", False),
        ("OVERTURE_TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("LOG_LEVEL", "DEBUG", "log_level", "debug"),
        ("LOG_FORMAT", "console", "log_format", "console"),
    ],
)  # fmt: skip
def test_a_value_is_taken(variable: str, text: str, field: str, value: object, tmp_path: Path) -> None:
    assert getattr(loaded({variable: text}, tmp_path), field) == value


@pytest.mark.parametrize(
    ("variable", "text", "accepted"),
    [
        ("DATABASE_URL", "mysql://h/db", "postgresql://"),
        ("DATABASE_URL", "postgresql://h:port/db", "postgresql://"),
        ("OVERTURE_BACKEND", "curio", "asyncio or trio"),
        ("PORT", "http", "a port from 0 to 65535"),
        ("PORT", "65536", "a port from 0 to 65535"),
        ("PORT", "-1", "a port from 0 to 65535"),
        ("PORT", "80.5", "a port from 0 to 65535"),
        ("OVERTURE_JWT_SECRET", "short", "at least 32"),
        ("OVERTURE_JWT_SECRET", "k" * 64, "over and over"),
        ("OVERTURE_JWT_SECRET", "changeme" * 8, "over and over"),
        ("OVERTURE_JWKS_URL", "file:///keys.json", "https URL"),
        ("OVERTURE_JWKS_URL", "http://id.example/keys", "https URL"),
        ("OVERTURE_PUBLIC_URL", "overture.example", "http(s) URL"),
        ("OVERTURE_PUBLIC_URL", "https://m\u00fcnchen.example", "xn--"),
        ("OVERTURE_ALLOWED_ORIGINS", "*", "https://example.com"),
        ("OVERTURE_ALLOWED_ORIGINS", "https://a.example/path", "https://example.com"),
        ("OVERTURE_ALLOWED_ORIGINS", "https://user@a.example", "https://example.com"),
        ("OVERTURE_POOL_SIZE", "0", "a whole number from 1 to 1000"),
        ("OVERTURE_REQUEST_TIMEOUT_SECONDS", "0", "above 0"),
        ("OVERTURE_REQUEST_TIMEOUT_SECONDS", "inf", "above 0"),
        ("OVERTURE_BRANCH_TIMEOUT_SECONDS", "nan", "above 0"),
        ("OVERTURE_MAX_IN_FLIGHT", "0", "a whole number from 1"),
        ("OVERTURE_MAX_CONNECTIONS", "0", "a whole number from 1"),
        ("OVERTURE_MAX_WAITING", "-1", "a whole number from 0"),
        ("OVERTURE_MAX_IN_FLIGHT_PER_USER", "ten", "a whole number from 1"),
        ("OVERTURE_DRAIN_SECONDS", "-1", "from 0 to 3600"),
        ("OVERTURE_EMAIL_PRICE", "0.5", "a whole number from 0"),
        ("OVERTURE_WELCOME_COINS", "-1", "a whole number from 0"),
        ("OVERTURE_HOLD_GRACE_SECONDS", "soon", "above 0"),
        ("OVERTURE_SWEEP_SECONDS", "0", "above 0"),
        ("OVERTURE_FETCH_ALLOW_PRIVATE", "maybe", "true or false"),
        ("OVERTURE_POSTING_TTL_SECONDS", "-5", "from 0"),
        ("GREENHOUSE_API_URL", "boards-api.greenhouse.io", "an http(s) URL"),
        ("LEVER_API_URL", "https://u:p@lever.example", "without user"),
        ("ASHBY_API_URL", "https://ashby.example?key=1", "without user"),
        ("SMARTRECRUITERS_API_URL", "ftp://smart.example", "an http(s) URL"),
        ("RECRUITEE_API_URL", "https://my mirror.example", "an http(s) URL"),
        ("WORKDAY_API_URL", "{host}/wday", "an http(s) URL"),
        ("OPENAI_BASE_URL", "api.openai.com", "an http(s) URL"),
        ("OPENAI_API_KEY", "sk abc", "without spaces"),
        ("OVERTURE_MODELS", "a\x1bb", "names separated by commas"),
        ("OVERTURE_MODEL_PRICES", "cheap", "JSON"),
        ("OVERTURE_MODEL_PRICES", '{"m": {"input": -1, "output": 2}}', "JSON"),
        ("OVERTURE_MODEL_TIMEOUT_SECONDS", "0", "seconds above 0"),
        ("GITHUB_TOKEN", "ghp abc", "without spaces"),
        ("GITHUB_API_URL", "api.github.com", "an http(s) URL"),
        ("GITHUB_API_URL", "https://user:pass@ghe.example", "without user"),
        ("STRIPE_SECRET_KEY", "sk test", "without spaces"),
        ("STRIPE_API_URL", "http://stripe.example", "https URL"),
        ("STRIPE_API_URL", "https://u:p@stripe.example", "https URL"),
        ("RAZORPAY_API_URL", "razorpay.example", "https URL"),
        ("REDIS_URL", "http://h:6379", "redis://"),
        ("REDIS_URL", "redis://:hush@h:port", "redis://"),
        ("REDIS_URL", "redis:///0", "redis://"),
        ("REDIS_URL", "redis://h/first", "redis://"),
        ("REDIS_URL", "unix://", "redis://"),
        ("OVERTURE_RATE_LIMITS", "never", "true or false"),
        ("OVERTURE_TRUSTED_PROXIES", "-1", "from 0 to 10"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("LOG_FORMAT", "xml", "json or console"),
    ],
)
def test_nonsense_is_refused_with_its_name_and_what_is_accepted(
    variable: str, text: str, accepted: str, tmp_path: Path
) -> None:
    (problem,) = refusals({variable: text}, tmp_path)
    assert problem.startswith(f"{variable}: ")
    assert accepted in problem


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    wrong = {"PORT": "x", "OVERTURE_POOL_SIZE": "x", "DATABASE_URL": "mysql://x"}
    assert [problem.split(":")[0] for problem in refusals(wrong, tmp_path)] == [
        "PORT",
        "OVERTURE_POOL_SIZE",
        "DATABASE_URL",
    ]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "overture.example"])
def test_others_can_reach_it_only_with_a_configured_secret(host: str, tmp_path: Path) -> None:
    (problem,) = refusals({"OVERTURE_HOST": host}, tmp_path)
    assert problem.startswith("OVERTURE_JWT_SECRET: ")
    assert "OVERTURE_JWKS_URL" in problem
    assert loaded({"OVERTURE_HOST": host, "OVERTURE_JWT_SECRET": SECRET}, tmp_path).host == host
    assert loaded({"OVERTURE_HOST": host, "OVERTURE_JWKS_URL": "https://id.example/keys"}, tmp_path).host == host


def test_two_kinds_of_keys_are_refused(tmp_path: Path) -> None:
    both = {"OVERTURE_JWT_SECRET": SECRET, "OVERTURE_JWKS_URL": "https://id.example/keys"}
    (problem,) = refusals(both, tmp_path)
    assert "OVERTURE_JWKS_URL" in problem


@pytest.mark.parametrize(
    ("host", "is_so"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)],
)
def test_loopback(host: str, is_so: bool) -> None:
    assert is_loopback(host) is is_so


def test_a_refused_secret_is_not_shown(tmp_path: Path) -> None:
    assert "hush" not in "".join(refusals({"OVERTURE_JWT_SECRET": "hush-hush"}, tmp_path))


STRIPE = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_new, whsec_old"}
RAZORPAY = {"RAZORPAY_KEY_ID": "rzp_test_x", "RAZORPAY_KEY_SECRET": "hush", "RAZORPAY_WEBHOOK_SECRET": "hush, hush"}


def test_payment_providers_and_a_secret_that_rotates(tmp_path: Path) -> None:
    settings = loaded(STRIPE | RAZORPAY, tmp_path)
    assert settings.stripe_webhook_secrets == ("whsec_new", "whsec_old")
    assert settings.razorpay_webhook_secret == "hush, hush"
    assert [shown for shown in describe(settings).values() if "hush" in shown or "sec_" in shown] == []


@pytest.mark.parametrize("missing", [*STRIPE, *RAZORPAY])
def test_half_a_payment_provider_refuses_the_start(missing: str, tmp_path: Path) -> None:
    whole = STRIPE if missing in STRIPE else RAZORPAY
    (problem,) = refusals({name: value for name, value in whole.items() if name != missing}, tmp_path)
    assert problem.startswith(f"{missing}: unset while ")


def test_what_is_shown_has_no_secret(tmp_path: Path) -> None:
    shown = describe(loaded({"DATABASE_URL": "postgresql://u:hush@h/db", "OVERTURE_JWT_SECRET": SECRET}, tmp_path))
    assert shown["DATABASE_URL"] == "postgresql://u:***@h/db"
    assert shown["OVERTURE_JWT_SECRET"] == "***"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://h/db", "postgresql://h/db"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
        ("postgresql://u:a@b@h/db", "postgresql://u:***@h/db"),
        ("redis://:hush@h:6379/0", "redis://:***@h:6379/0"),
        (
            "postgresql://h/db?user=u&password=x&sslmode=require",
            "postgresql://h/db?user=u&password=***&sslmode=require",
        ),
        ("https://gateway.example/v1?api-key=hush&v=2", "https://gateway.example/v1?api-key=***&v=2"),
    ],
)
def test_urls_are_shown_without_their_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_dotenv_fills_in_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\n\nexport PORT=9000\nOVERTURE_POOL_SIZE = '7'  \nLOG_LEVEL=debug # loud\n", encoding="utf-8"
    )
    settings = loaded({"PORT": "9001"}, tmp_path)
    assert (settings.port, settings.pool_size, settings.log_level) == (9001, 7, "debug")


def test_a_bad_line_of_dotenv_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nthis is not it\n", encoding="utf-8")
    assert refusals({}, tmp_path) == [".env, line 2: not NAME=value"]


def test_flags_beat_the_environment(tmp_path: Path) -> None:
    settings = loaded({"PORT": "9000", "OVERTURE_BACKEND": "trio"}, tmp_path, port=0, backend=None)
    assert (settings.port, settings.backend) == (0, "trio")


def test_a_misspelt_variable_is_noticed() -> None:
    assert unknown_variables({"OVERTURE_POOLSIZE": "5", "OVERTURE_POOL_SIZE": "5", "PATH": ""}) == ["OVERTURE_POOLSIZE"]


def test_a_secret_is_made_once_and_kept_for_this_user_alone(tmp_path: Path) -> None:
    settings = loaded({"OVERTURE_DATA_DIR": str(tmp_path / "data")}, tmp_path)
    secret = token_secret(settings)
    assert secret is not None
    assert len(secret) >= 32
    assert token_secret(settings) == secret
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_given_secret_is_used_and_none_is_made(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = loaded({"OVERTURE_DATA_DIR": str(data), "OVERTURE_JWT_SECRET": SECRET}, tmp_path)
    assert token_secret(settings) == SECRET.encode()
    assert not data.exists()


def test_the_first_of_two_processes_decides_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded({"OVERTURE_DATA_DIR": str(tmp_path)}, tmp_path)

    def other_process_was_first(source: Path, target: Path) -> None:
        target.write_bytes(b"the other process's secret, 32 bytes")
        raise FileExistsError(target)

    monkeypatch.setattr(os, "link", other_process_was_first)
    assert token_secret(settings) == b"the other process's secret, 32 bytes"


def test_a_data_directory_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    settings = loaded({"OVERTURE_DATA_DIR": str(tmp_path / "file" / "data")}, tmp_path)
    with pytest.raises(BadSettings, match="OVERTURE_DATA_DIR"):
        token_secret(settings)


def test_root_keeps_its_data_where_the_servers_account_can_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_dir() == Path("/var/lib/overture")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_data_dir().name == "overture"


def test_a_password_that_breaks_the_url_is_not_repeated(tmp_path: Path) -> None:
    (problem,) = refusals({"DATABASE_URL": "postgresql://u:hush/et@h/db"}, tmp_path)
    assert "hush" not in problem


def test_links_begin_with_the_public_url(tmp_path: Path) -> None:
    assert loaded({}, tmp_path).public_url == "http://127.0.0.1:8000"
    assert loaded({"OVERTURE_PUBLIC_URL": "https://o.example/"}, tmp_path).public_url == "https://o.example"
