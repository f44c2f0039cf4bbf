"""A key makes a write happen once: a retry gets the first answer, another request under it is refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2
import pytest

from tests.api.operations import PERSONS, ROWS, Prepared
from tests.api.serving import FLAGSHIP, LONG_AGO, Api, Course

WRITES = [key for key, row in ROWS.items() if row.status == 201]


def size(api: Api) -> int:
    found: int = api.get("auditor", f"{FLAGSHIP}/audit/checkpoint")["size"]
    return found


def seen(value: str) -> dict[str, object]:
    return {"observations": [{"variable": "ctdna_c1", "value": value, "effective_at": LONG_AGO}]}


def replayed(answer: httpx2.Response) -> bool:
    return answer.headers.get("Idempotency-Replayed") == "true"


@pytest.mark.parametrize("operation", WRITES, ids=" ".join)
def test_a_retry_gets_the_first_answer_and_stores_nothing(api: Api, operation: tuple[str, str]) -> None:
    prepared, key = Prepared.of(api, operation), api.unique("key")
    role = min((prepared.row.roles or frozenset()) - {PERSONS})
    first = prepared.send(role, key=key)
    stored = size(api)
    assert first.status_code == 201
    assert not replayed(first)
    for _ in range(2):
        again = prepared.send(role, key=key)
        assert replayed(again)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers.get("ETag") == first.headers.get("ETag")
        assert again.headers.get("Location") == first.headers.get("Location")
    assert size(api) == stored


def test_a_retry_is_answered_also_when_the_subject_has_moved_on(api: Api) -> None:
    course, key = api.subject(), api.unique("key")
    first = course.send("observations", seen("positive"), key=key)
    course.observe(pam_c1="mutated")
    again = course.send("observations", seen("positive"), key=key, version=1)
    assert replayed(again)
    assert again.content == first.content


@pytest.mark.parametrize("change", ["body", "path", "version", "spelling"])
def test_another_request_under_the_key_is_refused(api: Api, change: str) -> None:
    course, key = api.subject(), api.unique("key")
    course.send("observations", seen("positive"), key=key)
    before = course.read()
    other: Course = api.subject() if change == "path" else course
    body = seen("negative" if change == "body" else "positive")
    content = json.dumps(body, indent=2 if change == "spelling" else None, separators=(",", ":")).encode()
    answer = other.send("observations", content=content, key=key, version=2 if change == "version" else 1)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:neoadapt:problem:idempotency-key-reused"
    assert course.read() == before


def test_a_key_belongs_to_its_actor(api: Api) -> None:
    course, key = api.subject(), api.unique("key")
    mine, yours = api.grants.token("edc"), api.grants.token("edc")
    assert course.send("observations", seen("positive"), key=key, token=mine).status_code == 201
    answer = course.send("observations", seen("positive"), key=key, token=yours)
    assert answer.status_code == 201
    assert not replayed(answer)
    assert len(course.read()["observations"]) == 2


def test_a_key_belongs_to_its_trial(api: Api) -> None:
    key, consent = api.unique("key"), {"version": "1", "signed_at": LONG_AGO}
    for trial in (FLAGSHIP, "TOY-1"):
        body = {"subject": api.unique("K"), "site": "A", "consent": consent}
        assert api.call("edc", "POST", f"{trial}/subjects", body, key=key).status_code == 201


def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    course, key = api.subject(), api.unique("key")
    assert course.send("observations", seen("maybe"), key=key).status_code == 422
    assert course.send("observations", seen("positive"), key=key).status_code == 201


def test_a_retry_is_not_told_to_one_who_may_no_longer_write(api: Api) -> None:
    course, key = api.subject(), api.unique("key")
    course.send("observations", seen("positive"), key=key)
    answer = course.send(
        "observations", seen("positive"), key=key, version=1, token=api.grants.token("auditor")
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("callers", [32])
def test_many_at_once_under_one_key_are_one(api: Api, callers: int) -> None:
    course, key, gate = api.subject(), api.unique("key"), Barrier(callers, timeout=60)

    def send(_: int) -> httpx2.Response:
        gate.wait()
        body = seen("positive")
        return api.call("edc", "POST", f"{course.path}/observations", body, key=key, version=1)

    with ThreadPoolExecutor(callers) as pool:
        answers = list(pool.map(send, range(callers)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum(not replayed(answer) for answer in answers) == 1
    assert course.read()["version"] == 2
    receipts = answers[0].json()["receipts"]
    assert [one["event"] for one in receipts] == [course.read("history")[-1]["event_id"]]


def test_many_registrations_at_once_under_one_key_are_one(api: Api) -> None:
    key, subject, gate = api.unique("key"), api.unique("K"), Barrier(16, timeout=60)

    def send(_: int) -> httpx2.Response:
        gate.wait()
        body = {"subject": subject, "site": "A", "consent": {"version": "1", "signed_at": LONG_AGO}}
        return api.call("edc", "POST", f"{FLAGSHIP}/subjects", body, key=key)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
