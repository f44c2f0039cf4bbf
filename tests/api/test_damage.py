"""Damage behind the service's back: it is told as what it is, and never read as a fact."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.settings import Settings
from tests.api.serving import FLAGSHIP, LONG_AGO, Api, Course, serving


@pytest.fixture
def hurt(tmp_path: Path) -> Iterator[Api]:
    """A service of its own, to be damaged."""
    with serving(Settings.of({}, data_dir=tmp_path)) as api:
        yield api


def damage(api: Api, *statements: str) -> None:
    """Do to the database what an owner of the file could do, triggers or not."""
    with closing(sqlite3.connect(api.settings.data_dir / "neoadapt.db")) as file, file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            file.execute(statement)


def observed(api: Api, key: str) -> Course:
    course = api.subject()
    body = {"observations": [{"variable": "ctdna_c1", "value": "positive", "effective_at": LONG_AGO}]}
    assert course.send("observations", body, key=key).status_code == 201
    return course


def test_an_erased_payload_is_gone_and_not_guessed(hurt: Api) -> None:
    course = observed(hurt, "k")
    damage(hurt, "DELETE FROM payload WHERE text LIKE '%ctdna_c1%'")
    for what in ("", "/history", "/next"):
        answer = hurt.call("auditor", "GET", course.path + what)
        assert (answer.status_code, answer.json()["type"]) == (410, "urn:neoadapt:problem:payload-erased")


def test_the_first_answer_cannot_be_repeated_once_it_was_erased(hurt: Api) -> None:
    course = observed(hurt, "k")
    damage(hurt, "DELETE FROM response")
    before = course.read()
    body = {"observations": [{"variable": "ctdna_c1", "value": "positive", "effective_at": LONG_AGO}]}
    answer = course.send("observations", body, key="k", version=1)
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:neoadapt:problem:response-erased")
    assert course.read() == before


def test_an_altered_value_is_refused_where_it_is_read(hurt: Api, caplog: pytest.LogCaptureFixture) -> None:
    course = observed(hurt, "k")
    damage(hurt, "UPDATE payload SET text = replace(text, 'positive', 'negative')")
    answer = hurt.call("auditor", "GET", course.path)
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:neoadapt:problem:payload")
    body = {"observations": [{"variable": "pam_c1", "value": "mutated", "effective_at": LONG_AGO}]}
    assert course.send("observations", body).status_code == 500
    assert "PayloadError: the body of event" in caplog.text, "the operator learns it too"


def test_nothing_is_added_to_a_log_whose_head_does_not_hold(hurt: Api) -> None:
    course = observed(hurt, "k")
    before = course.read()
    damage(hurt, "UPDATE checkpoint SET note = replace(note, 'neoadapt/', 'neoadept/')")
    body = {"observations": [{"variable": "pam_c1", "value": "mutated", "effective_at": LONG_AGO}]}
    answer = course.send("observations", body)
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert course.read() == before


def test_a_database_that_does_not_answer_is_said_to_be_away(hurt: Api) -> None:
    course = observed(hurt, "k")
    assert hurt.call(None, "GET", "/health/ready").json() == {"status": "ok"}
    path = hurt.settings.data_dir / "neoadapt.db"
    for end in ("", "-wal", "-shm"):
        file = path.with_name(path.name + end)
        file.write_bytes(b"\xff" * file.stat().st_size)
    answer = hurt.call(None, "GET", "/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    assert hurt.call(None, "GET", "/health/live").json() == {"status": "ok"}
    answer = hurt.call(None, "GET", course.path, token=hurt.token("edc"))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:neoadapt:problem:store-unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert FLAGSHIP not in answer.text


def test_a_fault_of_ours_tells_the_request_id_and_nothing_else(hurt: Api) -> None:
    course = observed(hurt, "k")
    damage(hurt, "UPDATE idempotency SET headers = '{'")
    body = {"observations": [{"variable": "ctdna_c1", "value": "positive", "effective_at": LONG_AGO}]}
    answer = course.send("observations", body, key="k", version=1, headers={"X-Request-ID": "my-request"})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:neoadapt:problem:fault")
    assert answer.headers["X-Request-ID"] == "my-request"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "JSON" not in answer.text
    assert "Traceback" not in answer.text
