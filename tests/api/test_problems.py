"""From error to problem: one name and one status for each kind of refusal."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from api.errors import NotFoundError, ShellError
from api.identity.errors import IdentityError
from api.problems import DELIBERATE, STATUS, problem, status_of
from engine.errors import EngineError


def below(base: type[Exception]) -> Iterator[type[Exception]]:
    for kind in base.__subclasses__():
        yield kind
        yield from below(kind)


def ours() -> set[type[Exception]]:
    return {
        kind
        for base in (EngineError, ShellError, IdentityError)
        for kind in below(base)
        if kind.__module__.startswith(("api.", "engine."))
    }


def test_no_two_errors_share_a_name() -> None:
    """The type of a problem is made from it, and a client goes by the type."""
    shared = [name for name, count in Counter(kind.__name__ for kind in ours()).items() if count > 1]
    assert not shared, f"rename one of each: {', '.join(shared)}"


def test_the_table_holds_deliberate_errors_only() -> None:
    assert all(issubclass(kind, DELIBERATE) for kind in STATUS)
    assert set(DELIBERATE) & STATUS.keys() == set(), "a base in the table would hide what is missing"


def test_every_error_has_words_for_its_title() -> None:
    for kind in ours():
        title = (kind.__doc__ or "").partition("\n")[0]
        assert title.endswith("."), f"{kind.__name__} has no sentence for its title"


class PlannedOddlyError(ShellError):
    """It carries everything at once. And a second sentence."""

    def __init__(self) -> None:
        self.type, self.status, self.at = "mine", 999, datetime(2026, 1, 5, tzinfo=UTC)
        self.names, self.next_, self.pair = frozenset({"b", "a"}), {"deep": [1, None, object]}, ("z", 1.5)
        super().__init__("it was refused; do otherwise")


def test_facts_stand_beside_the_standard_members_and_never_in_their_place() -> None:
    said = problem(PlannedOddlyError())
    assert said == {
        "type": "urn:neoadapt:problem:planned-oddly",
        "title": "It carries everything at once. And a second sentence",
        "status": 500,
        "detail": "it was refused; do otherwise",
        "at": "2026-01-05T00:00:00+00:00",
        "names": ["a", "b"],
        "next": {"deep": [1, None, str(object)]},
        "pair": ["z", 1.5],
    }


@pytest.mark.parametrize("kind", STATUS, ids=lambda kind: kind.__name__)
def test_an_error_is_answered_by_the_nearest_row(kind: type[Exception]) -> None:
    class NearerError(kind):  # type: ignore[misc, valid-type]  # the base is the parameter
        def __init__(self) -> None:
            Exception.__init__(self, "nearer")

    assert status_of(NearerError()) == STATUS[kind]


def test_what_is_in_no_row_is_a_fault_of_ours() -> None:
    assert status_of(ValueError("x")) == 500
    assert status_of(NotFoundError(what="trial", key="x")) == 404
