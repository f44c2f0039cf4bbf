"""What an installation is told by its environment; the one place where environment variables are read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Where an installation keeps its data and finds its trials.

    Attributes:
        data_dir: Folder of the SQLite file and of the key that signs checkpoints (``NEOADAPT_DATA_DIR``).
        database_url: SQLAlchemy URL; SQLite in ``data_dir`` when left out (``DATABASE_URL``).
        trials: Folders of further trials, beside the shipped ones (``NEOADAPT_TRIALS``, separated like PATH).
        check_role: On PostgreSQL, refuse to start under a role that could switch the audit trail off
            (``NEOADAPT_CHECK_ROLE``; only ``off`` relaxes it, for development).
    """

    data_dir: Path
    database_url: str
    trials: tuple[Path, ...] = ()
    check_role: bool = True

    @property
    def embedded(self) -> bool:
        """Whether the database is a file of our own, which is brought up to date at each start."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str] = os.environ,
        *,
        data_dir: Path | None = None,
        trials: tuple[Path, ...] = (),
    ) -> "Settings":
        """Read the environment; what is named by keyword goes before it."""
        folder = data_dir or Path(environment.get("NEOADAPT_DATA_DIR", "neoadapt-data"))
        named = environment.get("NEOADAPT_TRIALS", "")
        return cls(
            data_dir=folder,
            database_url=environment.get("DATABASE_URL") or f"sqlite:///{folder / 'neoadapt.db'}",
            trials=trials or tuple(Path(part) for part in named.split(os.pathsep) if part),
            check_role=environment.get("NEOADAPT_CHECK_ROLE", "on") != "off",
        )
