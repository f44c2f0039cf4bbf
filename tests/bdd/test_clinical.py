"""Binds every feature of every trial; the folders under features/ are named by the trial."""

from pathlib import Path

from pytest_bdd import scenarios

FEATURES = Path(__file__).parents[2] / "features"

scenarios(
    *sorted(folder.name for folder in FEATURES.iterdir() if folder.is_dir() and folder.name != "technical")
)
