"""Steps of features/technical, which speak of requests; they do not ship."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from pytest_bdd import parsers, scenarios, then, when

from api.bdd.world import World

scenarios("technical")


class Requests:
    """The raw requests of one scenario and their answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.version = self.stored()
        self.answers: list[httpx2.Response] = []

    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.world.here.token('data system')}",
            "Idempotency-Key": str(uuid.uuid4()),
            "If-Match": f'"{self.version}"',
        }

    def post(self, path: str, headers: dict[str, str], content: bytes) -> httpx2.Response:
        at = f"{self.world.trial}/subjects/{self.world.subject}/{path}"
        return self.world.here.send("POST", at, headers, content=content)

    def stored(self) -> int:
        answer = self.world.here.call("auditor", "GET", f"{self.world.trial}/{self.world.at_subject}")
        return int(answer.json()["version"])


@pytest.fixture
def requests(world: World) -> Requests:
    return Requests(world)


@when(parsers.re(r"(?P<body>\{.*) is posted to (?P<path>\w+)"))
def posted(requests: Requests, body: str, path: str) -> None:
    requests.answers = [requests.post(path, requests.headers(), body.encode())]


@when(parsers.re(r"2 MB are posted to (?P<path>\w+)"))
def large(requests: Requests, path: str) -> None:
    requests.answers = [requests.post(path, requests.headers(), b" " * 2_000_000)]


def cycle(requests: Requests) -> dict[str, object]:
    """The first cycle, on the next day of the installation's calendar."""
    return {"number": 1, "regimen": "Nab-P+HP", "effective_at": requests.world.next_day()}


@when(parsers.re(r"a cycle is posted (?P<how>.+)"))
def posted_how(requests: Requests, how: str) -> None:
    headers, body = requests.headers(), json.dumps(cycle(requests)).encode()
    match how.split():
        case ["without", name]:
            del headers[name]
        case ["with", "If-Match", *_]:
            headers["If-Match"] = f'"{requests.version - 1}"'
        case ["with", "the", "token", *_]:
            headers["Authorization"] = "Bearer neo_nobody"
        case _:
            requests.world.subject, there = "S-elsewhere", requests.world.subject
            requests.answers = [requests.post("cycles", headers, body)]
            requests.world.subject = there
            return
    requests.answers = [requests.post("cycles", headers, body)]


@when(
    parsers.re(
        r"the same cycle is posted (?P<times>\d+) times(?P<at_once> at once)? with (?P<keys>one|a key each).*"
    )
)
def repeated(requests: Requests, times: str, at_once: str | None, keys: str) -> None:
    first, body = requests.headers(), json.dumps(cycle(requests)).encode()
    every = [first if keys == "one" else requests.headers() for _ in range(int(times))]
    with ThreadPoolExecutor(max_workers=int(times) if at_once else 1) as callers:
        requests.answers = list(callers.map(lambda headers: requests.post("cycles", headers, body), every))


@when("another cycle is posted with the Idempotency-Key of the first")
def reused(requests: Requests) -> None:
    headers, first = requests.headers(), cycle(requests)
    requests.post("cycles", headers, json.dumps(first).encode())
    requests.answers = [requests.post("cycles", headers, json.dumps({**first, "number": 2}).encode())]


@then(parsers.re(r"it is answered (?P<status>\d+) (?P<problem>\S+)"))
def answered(requests: Requests, status: str, problem: str) -> None:
    (answer,) = requests.answers
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (int(status), f"urn:neoadapt:problem:{problem}")


@then("every answer is 201 with the same body")
def all_alike(requests: Requests) -> None:
    assert [answer.status_code for answer in requests.answers] == [201] * len(requests.answers)
    assert len({answer.text for answer in requests.answers}) == 1
    fresh = [answer for answer in requests.answers if "idempotency-replayed" not in answer.headers]
    assert len(fresh) == 1


@then("exactly one answer is 201, the others 412 precondition-failed")
def one_wins(requests: Requests) -> None:
    statuses = sorted(answer.status_code for answer in requests.answers)
    assert statuses == [201] + [412] * (len(statuses) - 1)


@then("nothing was stored")
def nothing_stored(requests: Requests) -> None:
    assert requests.stored() == requests.version


@then(parsers.parse("{count:d} event was stored"))
def stored(requests: Requests, count: int) -> None:
    assert requests.stored() == requests.version + count
