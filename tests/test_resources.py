"""What the composition root opens, as far as no test of a room sees it."""

import subprocess
import sys

import pytest

from service import resources
from service.adapters.cache.scripted import ScriptedCache
from service.adapters.github import GitHubNotInstalled
from service.adapters.github.absent import AbsentGitHub
from service.adapters.github.pygithub import PyGithub
from service.kernel.clock import SystemClock
from service.resources import open_github
from service.settings import Settings

pytestmark = pytest.mark.anyio


async def test_github_is_there_where_the_extra_is() -> None:
    with open_github(Settings(), cache=ScriptedCache(), clock=SystemClock()) as github:
        assert isinstance(github, PyGithub)


async def test_without_the_extra_github_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_name: str) -> None:
        """No module is installed."""

    monkeypatch.setattr(resources, "find_spec", nowhere)
    with open_github(Settings(), cache=ScriptedCache(), clock=SystemClock()) as github:
        assert isinstance(github, AbsentGitHub)
        with pytest.raises(GitHubNotInstalled):
            await github.evidence("ada")


def test_starting_imports_no_pygithub() -> None:
    program = "import sys, service.app, service.adapters.github.pygithub; print('github' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout.strip() == "False"
