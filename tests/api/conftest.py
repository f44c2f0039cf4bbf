"""One server for each module of tests; every test registers subjects of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from tests.api.serving import Api, serving
from tests.toy import write_toy


@pytest.fixture(scope="session")
def toy_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue's root that holds the toy trial."""
    root = tmp_path_factory.mktemp("trials")
    write_toy(root)
    return root


@pytest.fixture(scope="module")
def api(toy_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serve the flagship, with the reference rulings signed, and the toy trial, with none."""
    settings = Settings.of({}, data_dir=tmp_path_factory.mktemp("data"), trials=(toy_root,))
    with serving(settings) as running:
        running.rule()
        yield running
