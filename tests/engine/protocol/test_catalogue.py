"""Trials are found in the folders of one or several roots."""

from pathlib import Path

import pytest

from engine.protocol.catalogue import Catalogue
from engine.protocol.errors import ProtocolFaultsError, TrialUnknownError, VersionUnknownError
from tests.toy import FILES, edited, write_toy


def test_versions_are_counted_not_spelled(tmp_path: Path) -> None:
    for version in ("v10", "v2", "v1"):
        write_toy(tmp_path, version=version)
    for no_version in ("v0", "w1", "v1b", "draft"):
        (tmp_path / "TOY-1" / no_version).mkdir()
    catalogue = Catalogue([tmp_path])
    assert catalogue.trials() == ["TOY-1"]
    assert catalogue.versions("TOY-1") == ["v1", "v2", "v10"]
    assert catalogue.latest("TOY-1") == "v10"
    assert catalogue.load("TOY-1").version == "v10"
    assert catalogue.load("TOY-1", "v2").version == "v2"


def test_a_folder_without_versions_is_no_trial(tmp_path: Path) -> None:
    write_toy(tmp_path)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    assert Catalogue([tmp_path]).trials() == ["TOY-1"]


def test_a_trial_in_two_roots_is_taken_from_the_first(tmp_path: Path) -> None:
    write_toy(tmp_path / "a", edited("protocol.yaml", "A toy trial", "The first"))
    write_toy(tmp_path / "b", version="v2")
    catalogue = Catalogue([tmp_path / "nowhere", tmp_path / "a", tmp_path / "b"])
    assert catalogue.trials() == ["TOY-1"]
    assert catalogue.load("TOY-1").title == "The first"


def test_what_is_not_there_is_named_with_what_is(tmp_path: Path) -> None:
    write_toy(tmp_path)
    catalogue = Catalogue([tmp_path / "nowhere", tmp_path])
    with pytest.raises(TrialUnknownError, match=r"there is no trial 'TOY-2' \(trials: TOY-1\)"):
        catalogue.load("TOY-2")
    with pytest.raises(TrialUnknownError, match=r"there is no trial '\.\.'"):
        catalogue.versions("..")
    with pytest.raises(VersionUnknownError, match=r"TOY-1 has no version 'v2' \(versions: v1\)"):
        catalogue.load("TOY-1", "v2")


def test_a_version_is_read_again_when_its_files_changed(tmp_path: Path) -> None:
    catalogue = Catalogue([tmp_path])
    write_toy(tmp_path)
    first = catalogue.load("TOY-1")
    assert catalogue.load("TOY-1") is first
    write_toy(tmp_path, edited("protocol.yaml", "A toy trial", "Another"))
    assert catalogue.load("TOY-1").title == "Another"
    write_toy(tmp_path, {**FILES, "notes.txt": "x"})
    with pytest.raises(ProtocolFaultsError):
        catalogue.load("TOY-1")


def test_the_shipped_trials_can_be_read() -> None:
    catalogue = Catalogue()
    assert "NCT07239271" in catalogue.trials()
    for trial in catalogue.trials():
        for version in catalogue.versions(trial):
            assert catalogue.load(trial, version).trial == trial
