"""`neoadapt audit verify` on the demonstration's own audit trail, whole and tampered with."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.commands import app
from api.problems import DELIBERATE
from tests.api.cli.conftest import Demonstration

Run = Callable[..., subprocess.CompletedProcess[bytes]]
TRIAL = "NCT07239271"


@pytest.fixture
def data_dir(demonstration: Demonstration, tmp_path: Path) -> Path:
    """A copy of the demonstration's data, to do with as one likes."""
    return shutil.copytree(demonstration.data_dir, tmp_path / "data")


def verify(data_dir: Path, *words: object) -> Result:
    return CliRunner().invoke(app, ["audit", "verify", *map(str, words), "--data-dir", str(data_dir)])


def refusal(data_dir: Path, *words: object) -> str:
    result = verify(data_dir, *words)
    assert isinstance(result.exception, DELIBERATE), result
    return str(result.exception)


def intrude(data_dir: Path, *statements: str) -> None:
    """Alter the database as one who owns it and has put its guards out of order."""
    database = sqlite3.connect(data_dir / "neoadapt.db")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for statement in (*(f"DROP TRIGGER {name}" for (name,) in triggers), *statements):
        database.execute(statement)
    database.commit()
    database.close()


def newest_checkpoint(data_dir: Path, folder: Path) -> Path:
    """File the newest checkpoint outside, as an auditor would."""
    database = sqlite3.connect(data_dir / "neoadapt.db")
    (note,) = database.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    database.close()
    file = folder / "held.note"
    file.write_text(note)
    return file


def test_a_whole_trail_holds(neoadapt: Run, demonstration: Demonstration) -> None:
    ran = neoadapt("audit", "verify", "--data-dir", demonstration.data_dir)
    assert (ran.returncode, ran.stderr) == (0, b"")
    line = ran.stdout.decode()
    assert line.startswith(f"{TRIAL}: holds; 260 entries under 210 checkpoints; root ")
    assert line.removesuffix(".\n")[:-1] in demonstration.ran.stdout.decode()


def test_what_a_machine_reads(demonstration: Demonstration) -> None:
    (found,) = json.loads(verify(demonstration.data_dir, TRIAL, "--json").stdout)
    assert len(bytes.fromhex(found.pop("root"))) == 32
    assert found == {"trial": TRIAL, "holds": True, "size": 260, "checkpoints": 210, "waiting": []}


def test_an_altered_row_is_named(neoadapt: Run, data_dir: Path) -> None:
    intrude(data_dir, "UPDATE event SET actor = 'somebody-else' WHERE pos = 42")
    database = sqlite3.connect(data_dir / "neoadapt.db")
    index, event_id = database.execute(
        "SELECT leaf_index, event_id FROM leaf JOIN event USING (trial, event_id) WHERE event.pos = 42"
    ).fetchone()
    database.close()
    ran = neoadapt("audit", "verify", TRIAL, "--data-dir", data_dir)
    assert ran.returncode == 1
    said = ran.stdout.decode()
    assert said.startswith(
        f"{TRIAL}: BROKEN at entry {index} (event {event_id}), columns: the log has actor "
    )
    (found,) = json.loads(verify(data_dir, "--json").stdout)
    assert (found["holds"], found["index"], found["event"], found["check"]) == (
        False,
        index,
        event_id,
        "columns",
    )


def test_a_trail_that_was_cut_shows_against_a_held_checkpoint(data_dir: Path, tmp_path: Path) -> None:
    held = newest_checkpoint(data_dir, tmp_path)
    assert verify(data_dir, "--held", held).exit_code == 0
    intrude(
        data_dir,
        "DELETE FROM checkpoint WHERE size > 250",
        "DELETE FROM payload WHERE event_id IN (SELECT event_id FROM leaf WHERE leaf_index >= 250)",
        "DELETE FROM event WHERE event_id IN (SELECT event_id FROM leaf WHERE leaf_index >= 250)",
        "DELETE FROM leaf WHERE leaf_index >= 250",
    )
    assert verify(data_dir).exit_code == 0  # nothing in the database itself tells
    cut = verify(data_dir, "--held", held)
    assert cut.exit_code == 1
    assert "truncated: a checkpoint was signed at size 260, the log has only 250 entries" in cut.stdout


def test_a_trail_that_is_gone_altogether_shows_against_a_held_checkpoint(
    data_dir: Path, tmp_path: Path
) -> None:
    held = newest_checkpoint(data_dir, tmp_path)
    intrude(
        data_dir, "DELETE FROM checkpoint", "DELETE FROM payload", "DELETE FROM leaf", "DELETE FROM event"
    )
    assert verify(data_dir).stdout == "no trial has an audit trail yet\n"
    assert f"there is no audit trail of '{TRIAL}' here (there are: none)" in refusal(data_dir, TRIAL)
    for words in ((), (TRIAL,)):
        found = verify(data_dir, *words, "--held", held)
        assert found.exit_code == 1
        assert found.stdout.startswith(f"{TRIAL}: BROKEN at entry 0, truncated: ")


def test_a_checkpoint_of_another_log_is_not_passed_over(data_dir: Path, tmp_path: Path) -> None:
    held = newest_checkpoint(data_dir, tmp_path)
    held.write_text(held.read_text().replace("neoadapt/", "elsewhere/"))
    assert "is of the log 'elsewhere/NCT07239271'" in refusal(data_dir, "--held", held)
    held.write_bytes(b"\xff")
    assert "is no text" in refusal(data_dir, "--held", held)


def test_a_folder_without_a_key_is_left_as_it_is(tmp_path: Path) -> None:
    assert "is not there: name the data directory" in refusal(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_trial_without_a_trail_is_told(demonstration: Demonstration) -> None:
    said = refusal(demonstration.data_dir, "NCT0")
    assert f"there is no audit trail of 'NCT0' here (there are: {TRIAL})" in said


def test_another_version_of_the_tables_is_not_read(data_dir: Path) -> None:
    intrude(data_dir, "UPDATE alembic_version SET version_num = '9999'")
    assert "run `neoadapt migrate` as its owner" in refusal(data_dir)
