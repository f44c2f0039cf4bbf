"""``neoadapt audit verify``: every entry of the log against what the database shows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import typer
from pydantic import JsonValue

from api.cli.errors import CheckpointUnplacedError, LogMissingError
from api.settings import Settings
from api.store.auditing import VerifiedTrial, verify_trial
from api.store.database import open_database, schema_is_current
from api.store.errors import KeyFileError, SchemaOutdatedError
from api.store.keys import KEY_FILE, LogKey
from api.store.schema import REVISION
from api.store.store import Store
from engine.ledger import Broken

Found: TypeAlias = Mapping[str, VerifiedTrial | Broken]
"""By trial."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A checkpoint kept outside; the first line of its note is the origin of its log."""

    file: Path
    note: str

    @property
    def origin(self) -> str:
        return self.note.partition("\n")[0]


def verify(settings: Settings, trial: str | None, held: Sequence[Path]) -> Found:
    """Verify the log of one trial, or of each trial that has one or that a held checkpoint is of.

    Raises:
        KeyFileError, SchemaOutdatedError, LogMissingError, CheckpointUnplacedError: It cannot be verified.
    """
    path = settings.data_dir / KEY_FILE
    if not path.exists():  # a key made now would verify nothing
        remedy = "name the data directory of the service with --data-dir"
        raise KeyFileError(path=path, reason="is not there", remedy=remedy)
    key, engine = LogKey.read_or_create(settings.data_dir), open_database(settings.database_url)
    try:
        if not schema_is_current(engine):
            raise SchemaOutdatedError(revision=REVISION)
        return _verify(Store(engine, key.signer), key, trial, [_read(file) for file in held])
    finally:
        engine.dispose()


def _verify(store: Store, key: LogKey, trial: str | None, held: Sequence[_Held]) -> Found:
    ours = f"{key.issuer}/"
    known = {*store.trials(), *(n.origin.removeprefix(ours) for n in held if n.origin.startswith(ours))}
    if trial is not None and trial not in known:
        raise LogMissingError(trial=trial, known=known)
    trials = sorted(known) if trial is None else [trial]
    origins = {key.signer(name).name: name for name in trials}
    for note in held:
        if note.origin not in origins:
            raise CheckpointUnplacedError(file=note.file, reason=f"is of the log '{note.origin}'")
    return {
        name: verify_trial(store, name, key.vkey(name), [n.note for n in held if n.origin == origin])
        for origin, name in origins.items()
    }


def _read(file: Path) -> _Held:
    try:
        return _Held(file, file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise CheckpointUnplacedError(file=file, reason="is no text") from None


def show(found: Found, *, as_json: bool) -> bool:
    """Print what was found; tells whether every log holds."""
    if as_json:
        typer.echo(json.dumps([_as_json(trial, result) for trial, result in found.items()], indent=2))
    else:
        for trial, result in found.items():
            typer.echo(sentence(trial, result))
        if not found:
            typer.echo("no trial has an audit trail yet")
    return not any(isinstance(result, Broken) for result in found.values())


def sentence(trial: str, result: VerifiedTrial | Broken) -> str:
    """Say in one line what was found of one trial."""
    if isinstance(result, Broken):
        event = f" (event {result.event_id})" if result.event_id else ""
        return f"{trial}: BROKEN at entry {result.index}{event}, {result.check}: {result.detail}"
    waiting = f", {len(result.waiting)} more wait to be covered" if result.waiting else ""
    return (
        f"{trial}: holds; {result.size} entries under {result.checkpoints} checkpoints{waiting}; "
        f"root {result.root.hex()}"
    )


def _as_json(trial: str, result: VerifiedTrial | Broken) -> dict[str, JsonValue]:
    if isinstance(result, Broken):
        return {
            "trial": trial,
            "holds": False,
            "index": result.index,
            "event": result.event_id,
            "check": result.check.value,
            "detail": result.detail,
        }
    return {
        "trial": trial,
        "holds": True,
        "size": result.size,
        "root": result.root.hex(),
        "checkpoints": result.checkpoints,
        "waiting": list(result.waiting),
    }
