"""Who may do what: every role at every operation, and tokens that are good for less, or for nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.identity.principal import new_token, token_hash
from api.identity.roles import MAY, SIGNING, Operation, Role
from api.settings import Settings
from tests.api.operations import EVERYONE, PERSONS, ROWS, Prepared
from tests.api.serving import FLAGSHIP, LONG_AGO, Api, serving

GUARDED = [key for key, row in ROWS.items() if row.roles is not None]
SIGNED = [key for key, row in ROWS.items() if row.roles is not None and PERSONS in row.roles]
OF_A_TRIAL = [key for key in GUARDED if "{trial}" in key[1]]
OF_A_SUBJECT = [key for key in GUARDED if "{subject}" in key[1]]


def size(api: Api, trial: str = FLAGSHIP) -> int:
    """Return the length of a trial's log."""
    found: int = api.get("auditor", f"{trial}/audit/checkpoint")["size"]
    return found


def refused(answer: httpx2.Response, status: int, kind: str) -> dict[str, Any]:
    """Require a problem of this kind, and give it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert (said["type"], said["status"]) == (f"urn:neoadapt:problem:{kind}", status)
    assert said["title"]
    assert said["detail"]
    return said


@pytest.mark.parametrize("operation", GUARDED, ids=" ".join)
def test_each_role_may_do_what_is_its_own_and_nothing_else(api: Api, operation: tuple[str, str]) -> None:
    allowed = (ROWS[operation].roles or frozenset()) & EVERYONE
    assert allowed
    prepared = Prepared.of(api, operation)
    before = size(api)
    for role in sorted(EVERYONE - allowed):
        said = refused(prepared.send(role), 403, "not-authorised")
        assert said["role"] == role
    assert size(api) == before, "what is refused is not stored"
    for role in sorted(allowed):
        mine = prepared if operation[0] == "GET" else Prepared.of(api, operation)
        assert mine.send(role).status_code == ROWS[operation].status


def test_the_rows_say_what_the_design_says() -> None:
    """An EDC cannot confirm, an auditor cannot write, an admin decides nothing."""
    writes = {key: row.roles or frozenset() for key, row in ROWS.items() if key[0] == "POST"}
    judging = [roles for (_, path), roles in writes.items() if path.endswith("/verdict")]
    assert all("edc" not in roles for roles in judging)
    stored = [roles for (_, path), roles in writes.items() if not path.endswith("/evaluate")]
    assert all(not roles & {"auditor", "admin"} for roles in stored)


def test_every_operation_of_the_table_of_roles_is_open_to_somebody() -> None:
    assert set(MAY) == set(Operation)
    assert all(MAY[operation] for operation in Operation)
    assert set(Operation) >= SIGNING
    assert set().union(*MAY.values()) == set(Role)


@pytest.mark.parametrize("operation", SIGNED, ids=" ".join)
def test_only_a_person_signs(api: Api, operation: tuple[str, str]) -> None:
    prepared = Prepared.of(api, operation)
    (role,) = (prepared.row.roles or frozenset()) & EVERYONE
    machine = api.grants.token(role, kind="service")
    before = size(api)
    refused(prepared.send(None, token=machine), 403, "person-required")
    assert size(api) == before


@pytest.mark.parametrize("operation", GUARDED, ids=" ".join)
def test_without_a_token_nothing_is_told(api: Api, operation: tuple[str, str]) -> None:
    prepared = Prepared.of(api, operation)
    answer = prepared.send(None)
    refused(answer, 401, "token-missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def spoiled(api: Api) -> dict[str, str]:
    """Tokens that look well and are not."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    revoked = api.grants.token("investigator")
    api.grants.identities.revoke_token(token_hash(revoked), yesterday)
    return {
        "never given out": new_token(),
        "expired": api.grants.token("investigator", expires_at=yesterday),
        "revoked": revoked,
        "cut short": api.token("investigator")[:-1],
        "with something behind": api.token("investigator") + "x",
        "in other letters": api.token("investigator").swapcase(),
        "the stored hash": token_hash(api.token("investigator")),
        "empty but for the prefix": "neo_",
    }


def test_a_token_that_is_not_good_now_is_refused_and_not_told_why(api: Api) -> None:
    told = []
    for why, token in spoiled(api).items():
        answer = api.call(None, "GET", "/v1/trials", token=token)
        assert answer.status_code == 401, why
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        told.append(refused(answer, 401, "token-refused"))
    assert all(said == told[0] for said in told)


@pytest.mark.parametrize("operation", GUARDED, ids=" ".join)
def test_a_revoked_token_does_nothing(api: Api, operation: tuple[str, str]) -> None:
    prepared = Prepared.of(api, operation)
    before = size(api)
    for role in sorted(EVERYONE):
        token = api.grants.token(role)
        api.grants.identities.revoke_token(token_hash(token), datetime.now(UTC))
        refused(prepared.send(None, token=token), 401, "token-refused")
    assert size(api) == before


def test_a_token_expires_when_it_says(api: Api) -> None:
    in_time = api.grants.token("edc", expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert api.call(None, "GET", "/v1/trials", token=in_time).status_code == 200


@pytest.mark.parametrize("shown", ["Basic {}", "Token {}", "Bearer", "{}", "Bearer{}", "bearer"])
def test_a_token_is_shown_as_a_bearer(api: Api, shown: str) -> None:
    header = {"Authorization": shown.format(api.token("edc"))}
    refused(api.call(None, "GET", "/v1/trials", headers=header), 401, "token-missing")


def test_the_scheme_is_read_in_any_letters(api: Api) -> None:
    header = {"Authorization": f"bEaReR {api.token('edc')}"}
    assert api.call(None, "GET", "/v1/trials", headers=header).status_code == 200


def hidden(answer: httpx2.Response, key: str) -> str:
    """Require a 404, and give its body without the key that was asked for."""
    assert answer.status_code == 404, answer.text
    return answer.text.replace(key, "-")


@pytest.mark.parametrize("operation", OF_A_TRIAL, ids=" ".join)
def test_a_token_of_another_trial_finds_the_trial_no_more_than_one_that_is_not_there(
    api: Api, operation: tuple[str, str]
) -> None:
    prepared = Prepared.of(api, operation)
    before = size(api)
    for role in sorted((prepared.row.roles or frozenset()) & EVERYONE):
        elsewhere = api.grants.token(role, trial="TOY-1")
        found = prepared.send(None, token=elsewhere)
        missing = Prepared(
            api,
            prepared.row,
            prepared.course,
            prepared.method,
            prepared.path.replace(FLAGSHIP, "NCT0"),
            prepared.body,
        ).send(None, token=elsewhere)
        assert hidden(found, FLAGSHIP) == hidden(missing, "NCT0")
    assert size(api) == before


def test_a_token_of_one_trial_lists_that_one(api: Api) -> None:
    token = api.grants.token("edc", trial="TOY-1")
    assert [one["trial"] for one in api.call(None, "GET", "/v1/trials", token=token).json()] == ["TOY-1"]
    assert api.call(None, "GET", "TOY-1", token=token).status_code == 200
    nowhere = api.grants.token("edc", trial="NCT0")
    assert api.call(None, "GET", "/v1/trials", token=nowhere).json() == []


@pytest.mark.parametrize("operation", OF_A_SUBJECT, ids=" ".join)
def test_a_token_of_another_site_finds_the_subject_no_more_than_one_that_is_not_there(
    api: Api, operation: tuple[str, str]
) -> None:
    prepared = Prepared.of(api, operation)
    before, key = size(api), prepared.course.key
    for role in sorted((prepared.row.roles or frozenset()) & EVERYONE):
        elsewhere = api.grants.token(role, site="SITE-02")
        found = prepared.send(None, token=elsewhere)
        missing = Prepared(
            api,
            prepared.row,
            prepared.course,
            prepared.method,
            prepared.path.replace(key, "nobody"),
            prepared.body,
        ).send(None, token=elsewhere)
        assert hidden(found, key) == hidden(missing, "nobody")
        home = api.grants.token(role, site="SITE-01")
        mine = prepared if operation[0] == "GET" else Prepared.of(api, operation)
        assert mine.send(None, token=home).status_code == prepared.row.status
    assert operation[0] == "POST" or size(api) == before


def test_a_token_of_one_site_lists_and_audits_that_site(api: Api) -> None:
    here, there = api.subject(site="SITE-01"), api.subject(site="SITE-77")
    token = api.grants.token("investigator", site="SITE-77")

    def listed(path: str, **params: str) -> list[dict[str, Any]]:
        answer = api.call(None, "GET", f"{FLAGSHIP}/{path}", token=token, params={"limit": "1000", **params})
        assert answer.status_code == 200
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    assert [one["subject"] for one in listed("subjects")] == [there.key]
    assert {one["site"] for one in listed("audit/entries")} == {"SITE-77"}
    assert listed("audit/entries", subject=here.key) == []
    for path in ("subjects", "audit/entries"):
        assert listed(path, site="SITE-01") == []
        assert listed(path, site="SITE-77") == listed(path)
    event = here.read("history")[0]["event_id"]
    proof = f"{FLAGSHIP}/audit/entries/{{}}/proof"
    found = api.call(None, "GET", proof.format(event), token=token)
    missing = api.call(None, "GET", proof.format("no-event"), token=token)
    assert hidden(found, event) == hidden(missing, "no-event")


def test_a_ruling_belongs_to_no_site(api: Api) -> None:
    event = next(one["event"] for one in api.get("auditor", f"{FLAGSHIP}/rulings") if one["event"])
    path = f"{FLAGSHIP}/audit/entries/{event}/proof"
    assert api.call("auditor", "GET", path).status_code == 200
    bound = api.grants.token("auditor", site="SITE-01")
    assert api.call(None, "GET", path, token=bound).status_code == 404


def test_a_token_of_one_site_rules_for_no_trial(api: Api) -> None:
    token, before = api.grants.token("sponsor", site="SITE-01"), size(api)
    body = {"ambiguity": "AMB-24", "option": "any_marker"}
    answer = api.call(None, "POST", f"{FLAGSHIP}/rulings", body, token=token)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:neoadapt:problem:site-bound")
    assert size(api) == before


def test_a_token_of_one_site_registers_there_only(api: Api) -> None:
    token = api.grants.token("edc", site="SITE-02")
    consent = {"version": "1", "signed_at": LONG_AGO}
    before = size(api)
    for site, status in (("SITE-01", 404), ("SITE-02", 201)):
        body = {"subject": api.unique("B"), "site": site, "consent": consent}
        answer = api.call(None, "POST", f"{FLAGSHIP}/subjects", body, token=token)
        assert answer.status_code == status, answer.text
    assert size(api) == before + 1


def test_what_was_done_stands_under_the_one_who_did_it(api: Api) -> None:
    prepared = Prepared.of(
        api, ("POST", "/v1/trials/{trial}/subjects/{subject}/decisions/{decision}/verdict")
    )
    token = api.grants.token("investigator")
    answer = prepared.send(None, token=token)
    (decision,) = [one for one in answer.json()["decisions"] if one["verdict"]]
    history = prepared.course.read("history")
    actor = history[-1]["actor"]
    assert (actor["id"], actor["role"], actor["kind"]) == (
        decision["verdict"]["by"],
        "investigator",
        "person",
    )
    assert history[0]["actor"]["kind"] == "service"
    assert token not in str(history)


def test_the_services_clock_says_when_a_token_ends_and_when_the_future_begins(tmp_path: Path) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with serving(Settings.of({}, data_dir=tmp_path), clock=lambda: now) as api:
        ended = api.grants.token("edc", expires_at=now)
        token = api.grants.token("edc", expires_at=now + timedelta(microseconds=1))
        refused(api.call(None, "GET", "/v1/trials", token=ended), 401, "token-refused")
        assert api.call(None, "GET", "/v1/trials", token=token).status_code == 200
        course = api.subject()
        fact = {"variable": "ctdna_c1", "value": "positive"}
        for late, status in ((1, 422), (0, 201), (-1, 201)):
            at = (now + timedelta(microseconds=late)).isoformat()
            answer = course.send("observations", {"observations": [fact | {"effective_at": at}]}, token=token)
            assert answer.status_code == status, answer.text
        assert {event["recorded_at"] for event in course.read("history")} == {"2026-05-01T12:00:00.000000Z"}
