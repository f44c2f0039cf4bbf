"""What meets a request before any route: its id, the size of its body; and the health of the service."""

import uuid

import pytest

from tests.api.serving import FLAGSHIP, Api


@pytest.mark.parametrize("name", ["a", "edc-2026.07_15", "x" * 64, str(uuid.UUID(int=0))])
def test_a_plain_request_id_is_the_callers_own(api: Api, name: str) -> None:
    answer = api.call(None, "GET", "/health/live", headers={"X-Request-ID": name})
    assert answer.headers["X-Request-ID"] == name


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a/b", "<x>", "a;b", "\x7e"])
def test_any_other_is_replaced(api: Api, name: str) -> None:
    answer = api.call(None, "GET", "/health/live", headers={"X-Request-ID": name})
    assert uuid.UUID(answer.headers["X-Request-ID"]).version == 4


def test_requests_without_an_id_get_one_each(api: Api) -> None:
    ids = {api.call(None, "GET", "/health/live").headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5


def test_a_refusal_has_the_id_too(api: Api) -> None:
    for method, path in (("GET", "/v1/trials"), ("GET", "/nowhere"), ("DELETE", "/v1/trials")):
        answer = api.call(None, method, path, headers={"X-Request-ID": "mine"})
        assert answer.status_code >= 400
        assert answer.headers["X-Request-ID"] == "mine"
    too_much = api.call(
        None, "POST", "/v1/trials", content=b" " * 1_000_001, headers={"X-Request-ID": "mine"}
    )
    assert (too_much.status_code, too_much.headers["X-Request-ID"]) == (413, "mine")


def test_the_id_stands_in_the_events_of_the_request(api: Api) -> None:
    course = api.subject()
    answer = course.send(
        "observations",
        {
            "observations": [
                {"variable": "ctdna_c1", "value": "positive", "effective_at": "2026-01-05T09:00:00Z"}
            ]
        },
        headers={"X-Request-ID": "mine"},
    )
    assert answer.status_code == 201
    assert course.read("history")[-1]["request_id"] == "mine"
    (entry,) = api.get("auditor", f"{FLAGSHIP}/audit/entries", subject=course.key)["items"][1:]
    assert entry["request_id"] == "mine"


def test_a_length_that_is_claimed_is_not_believed(api: Api) -> None:
    """Bytes are counted; a small claim does not let a large body through."""
    course = api.subject()
    answer = course.send("advance", content=iter([b" " * 600_000, b" " * 600_000]))
    assert answer.status_code == 413
    assert answer.json()["limit"] == 1_000_000


def test_the_service_lives_and_is_ready(api: Api) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = api.call(None, "GET", path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
