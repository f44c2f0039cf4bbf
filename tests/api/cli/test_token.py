"""`neoadapt token`: who is let in, and what is refused before anything is made."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.commands import app
from api.identity.principal import token_hash
from api.problems import DELIBERATE

INVESTIGATOR = {"name": "A. Name", "kind": "person", "role": "investigator", "zone": "Asia/Shanghai"}


def words(actor: str, data_dir: Path, **options: str) -> list[str]:
    named = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)]
    return ["token", actor, *named, "--data-dir", str(data_dir)]


def rows(data_dir: Path, query: str) -> list[Any]:
    with sqlite3.connect(data_dir / "neoadapt.db") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def test_the_token_stands_alone_on_stdout_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, words("inv-1", tmp_path, **INVESTIGATOR))
    assert result.exit_code == 0, result.output
    token = result.stdout.removesuffix("\n")
    assert token.startswith("neo_")
    assert result.stderr == (
        "token of new person inv-1 as investigator; it does not expire and is shown this once:\n"
    )
    assert rows(tmp_path, "SELECT hash, actor_id, role, trial, site FROM token") == [
        (token_hash(token), "inv-1", "investigator", None, None)
    ]
    assert rows(tmp_path, "SELECT id, kind, name, zone FROM actor") == [
        ("inv-1", "person", "A. Name", "Asia/Shanghai")
    ]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert token.encode() not in kept


def test_an_actor_may_have_further_tokens_bound_and_limited(tmp_path: Path) -> None:
    CliRunner().invoke(app, words("inv-1", tmp_path, **INVESTIGATOR))
    again = {**INVESTIGATOR, "trial": "NCT07239271", "site": "SITE-01", "expires_days": "30"}
    del again["zone"]  # an actor keeps its own
    result = CliRunner().invoke(app, [*words("inv-1", tmp_path, **again), "--json"])
    told = json.loads(result.stdout)
    assert list(told) == ["actor", "role", "expires_at", "token"]
    in_30_days = datetime.now(UTC) + timedelta(days=30)
    assert abs(datetime.fromisoformat(told["expires_at"]) - in_30_days) < timedelta(minutes=5)
    bound = rows(tmp_path, "SELECT trial, site FROM token WHERE expires_at IS NOT NULL")
    assert bound == [("NCT07239271", "SITE-01")]
    assert len(rows(tmp_path, "SELECT id FROM actor")) == 1


@pytest.mark.parametrize(
    ("change", "way_out"),
    [
        ({"kind": "service"}, "actor 'inv-1' exists with kind 'person', not 'service'"),
        ({"name": "Another Name"}, "exists with name 'A. Name', not 'Another Name'"),
        ({"zone": "UTC"}, "exists with zone 'Asia/Shanghai', not 'UTC'"),
    ],
)
def test_an_actor_is_never_somebody_else(tmp_path: Path, change: dict[str, str], way_out: str) -> None:
    CliRunner().invoke(app, words("inv-1", tmp_path, **INVESTIGATOR))
    result = CliRunner().invoke(app, words("inv-1", tmp_path, **INVESTIGATOR | change))
    assert isinstance(result.exception, DELIBERATE)
    assert way_out in str(result.exception)
    assert len(rows(tmp_path, "SELECT hash FROM token")) == 1


@pytest.mark.parametrize(
    ("actor", "change", "way_out"),
    [
        ("inv 1", {}, "'inv 1' is no key of an actor"),
        ("inv-1", {"name": ""}, "actor 'inv-1' has no printed name"),
        ("inv-1", {"name": " \t"}, "actor 'inv-1' has no printed name"),
        ("inv-1", {"zone": "Asia/Atlantis"}, "there is no time zone 'Asia/Atlantis'"),
        ("inv-1", {"zone": "../UTC"}, "there is no time zone '../UTC'"),
        ("inv-1", {"zone": "localtime"}, "there is no time zone 'localtime'"),
        ("inv-1", {"trial": "NCT0"}, "there is no trial 'NCT0'"),
    ],
)
def test_nothing_is_made_of_what_is_refused(
    tmp_path: Path, actor: str, change: dict[str, str], way_out: str
) -> None:
    result = CliRunner().invoke(app, words(actor, tmp_path / "data", **INVESTIGATOR | change))
    assert isinstance(result.exception, DELIBERATE), result
    assert way_out in str(result.exception)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("change", [{"kind": "robot"}, {"role": "king"}, {"expires_days": "0"}])
def test_a_word_outside_the_list_is_a_usage_error(tmp_path: Path, change: dict[str, str]) -> None:
    result = CliRunner().invoke(app, words("inv-1", tmp_path, **INVESTIGATOR | change))
    assert result.exit_code == 2
    assert "Invalid value" in result.stderr
