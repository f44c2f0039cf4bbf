"""Lists: pages that never shift, also while others write, and filters that mean what they say."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.serving import FLAGSHIP, LONG_AGO, Api, Course


@pytest.fixture(scope="module")
def courses(api: Api) -> dict[str, Course]:
    """Subjects of the toy trial in several places."""
    made = {name: api.subject("TOY-1", site=f"SITE-{place % 2}") for place, name in enumerate("abcdefg")}
    made["b"].allocated("standard")
    made["c"].allocated("adaptive")
    made["d"].allocated("adaptive").cycle(1, "Light")
    made["e"].allocated("adaptive").cycle(1, "Light")
    made["e"].ask("after_c1")
    made["f"].allocated("adaptive").cycle(1, "Light")
    made["f"].observe(marker="positive", scan="SD")
    made["f"].ask("after_c1")
    made["g"].did("exits", {"exit": "withdrawal", "scope": "data", "reason": "x", "effective_at": LONG_AGO})
    return made


def pages(api: Api, path: str, **params: object) -> Iterator[list[dict[str, Any]]]:
    cursor: dict[str, str] = {}
    while True:
        page = api.get("auditor", path, **params, **cursor)
        yield page["items"]
        if page["cursor"] is None:
            return
        cursor = {"cursor": page["cursor"]}


def listed(api: Api, **params: object) -> set[str]:
    return {one["subject"] for page in pages(api, "TOY-1/subjects", **params) for one in page}


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 1000])
def test_pages_of_any_size_make_the_same_list(api: Api, courses: dict[str, Course], limit: int) -> None:
    found = list(pages(api, "TOY-1/subjects", limit=limit))
    assert all(len(page) <= limit for page in found)
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1], "the last page is not an empty one"
    keys = [one["subject"] for page in found for one in page]
    assert keys == sorted(course.key for course in courses.values())


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ({"arm": "standard"}, "b"),
        ({"arm": "adaptive"}, "cdef"),
        ({"epoch": "screening"}, "ag"),
        ({"epoch": "first"}, "bcdef"),
        ({"regimen": "Light"}, "bcdef"),
        ({"regimen": "Heavy"}, ""),
        ({"standing": "withdrawn"}, "g"),
        ({"standing": "on_study"}, "abcdef"),
        ({"decision": "hold"}, "e"),
        ({"decision": "propose"}, "f"),
        ({"site": "SITE-1"}, "bdf"),
        ({"site": "SITE-0", "arm": "adaptive"}, "ce"),
        ({"site": "SITE-9"}, ""),
    ],
)
def test_filters_pick_those_that_fit_all_of_them(
    api: Api, courses: dict[str, Course], only: dict[str, str], expected: str
) -> None:
    assert listed(api, **only) == {courses[name].key for name in expected}
    assert listed(api, **only, limit=1) == {courses[name].key for name in expected}


def test_an_item_says_where_the_subject_stands(api: Api, courses: dict[str, Course]) -> None:
    items = {one["subject"]: one for page in pages(api, "TOY-1/subjects") for one in page}
    for course in courses.values():
        subject, item = course.read(), items[course.key]
        assert {key: item[key] for key in subject["state"]} == subject["state"]
        assert (item["version"], item["site"]) == (subject["version"], subject["site"])
        assert item["updated_at"] == course.read("history")[-1]["recorded_at"]


def test_a_list_read_while_others_register_has_each_old_subject_once(api: Api) -> None:
    """What comes in between may or may not be seen; nothing is seen twice, and nothing old is left out."""
    old = {api.subject().key for _ in range(6)}
    seen: list[str] = []
    for page in pages(api, f"{FLAGSHIP}/subjects", limit=2):
        seen += [one["subject"] for one in page]
        api.subject()
        if len(seen) > 200:
            pytest.fail("the list has no end")
    assert len(seen) == len(set(seen))
    assert old <= set(seen)
    assert seen == sorted(seen)


def test_the_log_read_while_others_write_is_the_log(api: Api) -> None:
    for _ in range(4):
        api.subject()
    seen: list[dict[str, Any]] = []
    for number, page in enumerate(pages(api, f"{FLAGSHIP}/audit/entries", limit=3)):
        seen += page
        if number < 5:
            api.subject()
    assert [one["index"] for one in seen] == list(range(len(seen)))


def test_a_cursor_can_be_used_again(api: Api, courses: dict[str, Course]) -> None:
    assert len(courses) == 7
    first = api.get("auditor", "TOY-1/subjects", limit=2)
    twice = [api.get("auditor", "TOY-1/subjects", limit=2, cursor=first["cursor"]) for _ in range(2)]
    assert twice[0] == twice[1]


def test_a_trial_lists_its_own(api: Api, courses: dict[str, Course]) -> None:
    flagship = {one["subject"] for page in pages(api, f"{FLAGSHIP}/subjects") for one in page}
    assert not flagship & {course.key for course in courses.values()}
