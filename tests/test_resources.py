"""What the composition root opens, as far as no test of a room sees it."""

import subprocess
import sys

import pytest

from service.adapters.cache.in_process import InProcessCache
from service.adapters.cache.redis import RedisCache
from service.adapters.cache.scripted import ScriptedCache
from service.adapters.github import GitHubNotInstalled
from service.adapters.github.pygithub import PyGithub
from service.adapters.rate_limits.in_process import InProcessRateLimiter
from service.adapters.rate_limits.redis import RedisRateLimiter
from service.kernel.clock import SystemClock
from service.resources import open_cache_and_limits, open_github
from service.settings import BadSettings, Settings

pytestmark = pytest.mark.anyio


async def test_github_is_there_where_the_extra_is() -> None:
    with open_github(Settings(), cache=ScriptedCache(), clock=SystemClock()) as github:
        assert isinstance(github, PyGithub)


async def test_without_the_extra_github_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "github", None)
    monkeypatch.delitem(sys.modules, "service.adapters.github.connection", raising=False)
    with open_github(Settings(), cache=ScriptedCache(), clock=SystemClock()) as github:
        with pytest.raises(GitHubNotInstalled, match="extra"):
            await github.evidence("ada")
        with pytest.raises(GitHubNotInstalled, match="extra"):
            await github.repository("ada", "engine")


@pytest.mark.process
@pytest.mark.parametrize("vendor", ["github", "coredis"])
def test_starting_imports_no_vendor_that_is_not_used(vendor: str) -> None:
    modules = "service.app, service.adapters.github.pygithub, service.adapters.cache.redis"
    program = f"import sys, {modules}; print({vendor!r} in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout.strip() == "False"


def test_without_a_redis_each_process_goes_by_itself() -> None:
    shared = open_cache_and_limits(Settings())
    assert isinstance(shared.cache, InProcessCache)
    assert isinstance(shared.rate_limiter, InProcessRateLimiter)
    assert (shared.redis, shared.keep_redis) == (None, None)


def test_a_configured_redis_is_not_waited_for() -> None:
    shared = open_cache_and_limits(Settings(redis_url="redis://127.0.0.1:1"))
    assert isinstance(shared.cache, RedisCache)
    assert isinstance(shared.rate_limiter, RedisRateLimiter)
    assert shared.redis is not None
    assert not shared.redis.is_up


def test_a_redis_without_its_extra_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_name: str) -> None:
        """No module is installed."""

    monkeypatch.setattr("service.resources.redis.find_spec", nowhere)
    with pytest.raises(BadSettings, match=r"REDIS_URL: .*overture\[redis\]"):
        open_cache_and_limits(Settings(redis_url="redis://127.0.0.1"))
