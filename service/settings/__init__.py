"""The environment, read once and checked whole: the only room that knows variable names.

Every wrong value is reported together, each naming its variable, what was wrong and what is accepted. An empty value
counts as unset. `.env` in the working directory fills in what the environment does not set.

variables   each setting: its variable, its type, its default, and what it accepts in words
loading     from the environment and `.env` to `Settings`, and back to what may be shown; the secret of tokens
problems    values that contradict each other, and URLs that are not accepted
"""

from service.settings.loading import (
    default_data_dir,
    describe,
    installed_version,
    load_settings,
    read_dotenv,
    token_secret,
    unknown_variables,
)
from service.settings.problems import BadSettings
from service.settings.variables import OPENAI_URL, Settings, is_loopback, without_password

__all__ = [
    "OPENAI_URL",
    "BadSettings",
    "Settings",
    "default_data_dir",
    "describe",
    "installed_version",
    "is_loopback",
    "load_settings",
    "read_dotenv",
    "token_secret",
    "unknown_variables",
    "without_password",
]
