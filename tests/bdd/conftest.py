"""Loads the steps when these tests are collected, so that no other test waits for them."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.import_plugin("api.bdd.plugin")
