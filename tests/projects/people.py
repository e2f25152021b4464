"""A person as GitHub shows them, for the tests of this slice."""

from datetime import UTC, datetime

from service.adapters.github import Activity, OwnRepository, PersonEvidence, Repository

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)

ENGINE = Repository(
    full_name="ada/engine",
    description="Notes on the engine",
    stars=12,
    forks=1,
    open_issues=2,
    language="Ada",
    languages={"Ada": 9_000, "Shell": 120},
    topics=("maths",),
    license="MIT",
    pushed_at=NOW,
    html_url="https://github.com/ada/engine",
)

ADA = PersonEvidence(
    login="ada",
    name="Ada Example",
    bio="Builds engines.",
    public_repos=3,
    html_url="https://github.com/ada",
    repositories=(
        OwnRepository(
            full_name="ada/engine",
            description="Notes on the engine",
            language="Ada",
            topics=("maths", "notes"),
            stars=1,
            pushed_at=NOW,
            html_url="https://github.com/ada/engine",
        ),
        OwnRepository(full_name="ada/bare"),
    ),
    languages={"Ada": 2, "Shell": 1},
    activity=Activity(events={"PushEvent": 3, "PullRequestEvent": 1, "WatchEvent": 7}, since=NOW, until=NOW),
    fetched_at=NOW,
)
