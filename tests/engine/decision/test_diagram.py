"""The lattice, the store of nodes, and the walks over it."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decision.diagram import (
    BOTTOM,
    TOP,
    Diagrams,
    OutOfStepsError,
    Steps,
    atom,
    balanced,
    find,
    support,
    terminals,
)

SIZES = (2, 3, 2)
POINTS = list(product(*map(range, SIZES)))
ENDS = (BOTTOM, TOP, atom(0), atom(1))
functions = st.tuples(*[st.sampled_from(ENDS) for _ in POINTS])


def grow(d: Diagrams, ends: tuple[int, ...], level: int = 0) -> int:
    """Build a function from its whole table."""
    if level == len(SIZES):
        return ends[0]
    share = len(ends) // SIZES[level]
    parts = (ends[i * share : (i + 1) * share] for i in range(SIZES[level]))
    return d.node(level, tuple(grow(d, part, level + 1) for part in parts))


def values(d: Diagrams, f: int) -> tuple[int, ...]:
    return tuple(terminals(d.nodes, f, point).pop() for point in POINTS)


def join(f: int, g: int) -> int:
    return f if g in (f, BOTTOM) else g if f == BOTTOM else TOP


def meet(f: int, g: int) -> int:
    return f if g in (f, TOP) else g if f == TOP else BOTTOM


@given(functions, functions)
def test_operations_work_value_by_value_and_equal_functions_are_one_node(
    f: tuple[int, ...], g: tuple[int, ...]
) -> None:
    d = Diagrams()
    a, b = grow(d, f), grow(d, g)
    assert values(d, a) == f
    joined = tuple(map(join, f, g))
    met = tuple(map(meet, f, g))
    assert d.join(a, b) == d.join(b, a) == grow(d, joined)
    assert d.meet(a, b) == d.meet(b, a) == grow(d, met)
    assert (a == b) == (f == g)


@given(st.tuples(*[st.sampled_from([BOTTOM, TOP]) for _ in POINTS]))
def test_the_complement_of_a_boolean(f: tuple[int, ...]) -> None:
    d = Diagrams()
    a = grow(d, f)
    assert d.join(a, d.negate(a)) == TOP
    assert d.meet(a, d.negate(a)) == BOTTOM
    assert d.negate(d.negate(a)) == a


@given(functions, st.tuples(*[st.none() | st.integers(0, size - 1) for size in SIZES]))
def test_following_what_is_known(f: tuple[int, ...], known: tuple[int | None, ...]) -> None:
    d, kept = Diagrams(), Diagrams()
    a = grow(d, f)
    fitting = [
        end
        for point, end in zip(POINTS, f, strict=True)
        if all(k in (None, p) for k, p in zip(known, point, strict=True))
    ]
    assert terminals(d.nodes, a, known) == set(fitting)
    b = kept.adopt(d.nodes, a, known, relabel={TOP: BOTTOM})
    assert terminals(kept.nodes, b, [None] * 3) == {BOTTOM if end == TOP else end for end in fitting}
    assert support(kept.nodes, b).isdisjoint(level for level, k in enumerate(known) if k is not None)
    found = find(d.nodes, (a,), known, lambda ends: ends[0] == TOP)
    assert (found is None) == (TOP not in fitting)
    if found is not None:
        chosen = [found.get(level, known[level] or 0) for level in range(3)]
        assert f[POINTS.index(tuple(chosen))] == TOP


@given(functions, functions)
def test_finding_in_two_diagrams_at_once(f: tuple[int, ...], g: tuple[int, ...]) -> None:
    d = Diagrams()
    found = find(d.nodes, (grow(d, f), grow(d, g)), [None] * 3, lambda ends: ends[0] != ends[1])
    apart = [p for p, x, y in zip(POINTS, f, g, strict=True) if x != y and BOTTOM not in (x, y)]
    assert (found is None) == (not apart)
    if found is not None:
        assert tuple(found.get(level, 0) for level in range(3)) in apart


@given(st.lists(st.sampled_from(ENDS)))
def test_a_balanced_fold_is_a_fold(row: list[int]) -> None:
    d, expected = Diagrams(), BOTTOM
    for end in row:
        expected = join(expected, end)
    assert balanced(d.join, row, BOTTOM) == expected


def test_steps_end_and_are_the_same_each_time() -> None:
    def work(steps: Steps) -> None:
        d = Diagrams(steps)
        d.join(grow(d, tuple(ENDS * 3)), grow(d, tuple(ENDS[::-1] * 3)))

    needed = next(n for n in range(100) if _finishes(work, n))
    assert needed > 1
    assert not _finishes(work, needed - 1)
    work(Steps())


def _finishes(work: Callable[[Steps], None], allowance: int) -> bool:
    try:
        work(Steps(allowance))
    except OutOfStepsError:
        return False
    return True


def test_steps_are_spent_by_the_number() -> None:
    steps = Steps(3)
    steps.spend(3)
    with pytest.raises(OutOfStepsError):
        steps.spend()
