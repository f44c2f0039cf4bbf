"""What the environment says, and what goes before it."""

import os
from pathlib import Path

import pytest

from api.settings import Settings


def test_with_nothing_said_it_is_a_file_beside_its_key() -> None:
    settings = Settings.of({})
    assert settings.data_dir == Path("neoadapt-data")
    assert settings.database_url == "sqlite:///neoadapt-data/neoadapt.db"
    assert (settings.trials, settings.check_role, settings.embedded) == ((), True, True)


def test_the_environment_is_read() -> None:
    settings = Settings.of(
        {
            "NEOADAPT_DATA_DIR": "/var/lib/neoadapt",
            "DATABASE_URL": "postgresql://app@db/trials",
            "NEOADAPT_TRIALS": f"/a{os.pathsep}/b",
            "NEOADAPT_CHECK_ROLE": "off",
        }
    )
    assert settings == Settings(
        data_dir=Path("/var/lib/neoadapt"),
        database_url="postgresql://app@db/trials",
        trials=(Path("/a"), Path("/b")),
        check_role=False,
    )
    assert not settings.embedded


@pytest.mark.parametrize("said", ["on", "", "0", "false", "OFF", "no"])
def test_only_off_switches_the_check_off(said: str) -> None:
    assert Settings.of({"NEOADAPT_CHECK_ROLE": said}).check_role


def test_what_is_named_goes_before_the_environment() -> None:
    environment = {"NEOADAPT_DATA_DIR": "/a", "NEOADAPT_TRIALS": "/t"}
    settings = Settings.of(environment, data_dir=Path("/b"), trials=(Path("/u"),))
    assert (settings.data_dir, settings.trials) == (Path("/b"), (Path("/u"),))
    assert settings.database_url == "sqlite:////b/neoadapt.db"
