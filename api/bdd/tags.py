"""Gherkin tags of the form ``@kind:value`` as pytest markers."""

from collections.abc import Callable

import pytest

from api.bdd.kinds import KINDS


def pytest_configure(config: pytest.Config) -> None:
    """Register the kinds of tag as markers."""
    for kind, meaning in KINDS.items():
        config.addinivalue_line("markers", f"{kind}(id): {meaning}")


def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool | None:
    """Turn ``@kind:value`` into the marker ``kind(value)``; a tag without a colon is left to pytest-bdd.

    Either way the marker must be registered, or collection stops.
    """
    kind, colon, value = tag.partition(":")
    if not colon:
        return None
    getattr(pytest.mark, kind)(value)(function)
    return True
