"""Which version this is."""

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    try:
        return version("overture")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0+checkout"
