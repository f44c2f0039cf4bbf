"""Two callers at once: exactly one wins, and what the other sent is nowhere."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2

from tests.api.serving import FLAGSHIP, LONG_AGO, Api

ROUNDS, SUBJECTS = 200, 20


def test_of_two_callers_on_one_subject_exactly_one_wins_each_time(api: Api) -> None:
    courses, gate = [api.subject() for _ in range(SUBJECTS)], Barrier(2, timeout=60)
    tokens = [api.grants.token("edc"), api.grants.token("investigator")]

    def play(caller: int) -> list[httpx2.Response]:
        answers = []
        for turn in range(ROUNDS):
            gate.wait()
            course, number = courses[turn % SUBJECTS], turn // SUBJECTS
            fact = {"variable": "lvef", "value": turn * 2 + caller, "unit": "%", "effective_at": LONG_AGO}
            path, body = f"{course.path}/observations", {"observations": [fact]}
            answers.append(api.call(None, "POST", path, body, token=tokens[caller], version=number + 1))
        return answers

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(play, range(2))
    for turn, pair in enumerate(zip(first, second, strict=True)):
        assert sorted(answer.status_code for answer in pair) == [201, 412], [a.text for a in pair]
        (loser,) = [answer.json() for answer in pair if answer.status_code == 412]
        assert loser["type"] == "urn:neoadapt:problem:precondition-failed"
        number = turn // SUBJECTS
        assert (loser["expected"], loser["version"]) == (number + 1, number + 2)
    won = [answer.json() for answer in (*first, *second) if answer.status_code == 201]
    for course in courses:
        subject = course.read()
        assert subject["version"] == ROUNDS // SUBJECTS + 1
        kept = {said["receipts"][0]["event"] for said in won if said["subject"] == course.key}
        assert {one["event"] for one in subject["observations"]} == kept


def test_of_two_registrations_of_one_key_exactly_one_wins(api: Api) -> None:
    gate = Barrier(2, timeout=60)

    def register(turn: int) -> httpx2.Response:
        body = {
            "subject": f"RACE-{turn // 2}",
            "site": f"SITE-{turn % 2}",
            "consent": {"version": "1", "signed_at": LONG_AGO},
        }
        gate.wait()
        return api.call("edc", "POST", f"{FLAGSHIP}/subjects", body)

    with ThreadPoolExecutor(2) as pool:
        for turn in range(0, 20, 2):
            pair = list(pool.map(register, (turn, turn + 1)))
            assert sorted(answer.status_code for answer in pair) == [201, 409]
            (loser,) = [answer.json() for answer in pair if answer.status_code == 409]
            assert loser["type"] == "urn:neoadapt:problem:subject-exists"


def test_rulings_signed_at_once_all_stand_and_none_twice(api: Api) -> None:
    """A ruling carries no If-Match, so nobody can be told that it was too late."""
    free = [
        one
        for one in api.get("sponsor", f"{FLAGSHIP}/rulings")
        if one["signed"] is None and one["governs"] == "eligibility"
    ][:6]
    gate = Barrier(len(free) * 2, timeout=60)

    def sign(turn: int) -> httpx2.Response:
        picked = {"ambiguity": free[turn // 2]["ambiguity"], "option": free[turn // 2]["options"][turn % 2]}
        gate.wait()
        return api.call("sponsor", "POST", f"{FLAGSHIP}/rulings", picked)

    with ThreadPoolExecutor(len(free) * 2) as pool:
        answers = list(pool.map(sign, range(len(free) * 2)))
    assert Counter(answer.status_code for answer in answers) == {201: len(free), 409: len(free)}
    problems = {answer.json()["type"] for answer in answers if answer.status_code == 409}
    assert problems == {"urn:neoadapt:problem:ruling-stands"}
    signed = {one["ambiguity"]: one["signed"] for one in api.get("sponsor", f"{FLAGSHIP}/rulings")}
    won = {
        answer.json()["ambiguity"]: answer.json()["option"] for answer in answers if answer.status_code == 201
    }
    assert {key: signed[key] for key in won} == won


def test_many_subjects_at_once_do_not_disturb_each_other(api: Api) -> None:
    courses = [api.subject() for _ in range(8)]

    def walk(place: int) -> None:
        courses[place].at_c2()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(walk, range(8)))
    for course in courses:
        assert course.read()["version"] == course.version == 5
        assert [event["version"] for event in course.read("history")] == [1, 2, 3, 4, 5]
