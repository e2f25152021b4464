"""GitHub."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from functools import partial

from service.adapters.cache import Cache
from service.adapters.github import GitHub
from service.kernel.clock import Clock
from service.settings import Settings, installed_version


@contextmanager
def open_github(settings: Settings, *, cache: Cache, clock: Clock) -> Generator[GitHub, None, None]:
    """GitHub over PyGithub, which is imported with the first call; where it is not installed, that call says so."""
    from service.adapters.github.pygithub import PyGithub, open_pygithub_connection  # noqa: PLC0415

    url = settings.github_api_url.rstrip("/")
    user_agent = f"overture/{installed_version()}"
    connect = partial(open_pygithub_connection, api_url=url, token=settings.github_token, user_agent=user_agent)
    with closing(PyGithub(connect, api_url=url, cache=cache, clock=clock)) as github:
        yield github
