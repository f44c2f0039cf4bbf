"""Minimal sets where their number, not the diagram, is what is large; others are in test_against_oracle."""

from math import comb

from engine.decision.diagram import Diagrams, atom
from engine.decision.minimal import may_settle, needs


def at_least(d: Diagrams, count: int, of: int) -> int:
    """One outcome where at least so many of the two-valued variables are 1, another elsewhere."""
    row = [atom(int(ones >= count)) for ones in range(of + 1)]
    for level in reversed(range(of)):
        row = [d.node(level, (row[ones], row[ones + 1])) for ones in range(level + 1)]
    return row[0]


def test_any_half_of_the_variables_may_settle_and_only_all_do() -> None:
    d = Diagrams()
    root = at_least(d, 4, 7)
    assert needs(d, root, frozenset()) == [frozenset(range(7))]
    found = may_settle(d, root, frozenset())
    assert found is not None
    assert len(found) == len(set(found)) == comb(7, 4)
    assert {len(chosen) for chosen in found} == {4}


def test_required_variables_are_in_every_set_and_free_in_the_others() -> None:
    d = Diagrams()
    root = at_least(d, 2, 3)
    assert needs(d, root, frozenset({9})) == [frozenset({0, 1, 2, 9})]
    assert may_settle(d, root, frozenset({9})) == [
        chosen | {9} for chosen in may_settle(d, root, frozenset()) or ()
    ]
    assert sorted(map(sorted, may_settle(d, root, frozenset({0})) or ())) == [[0, 1], [0, 2]]


def test_the_allowance_covers_the_writing_of_the_sets() -> None:
    d, many = Diagrams(), comb(15, 8)
    root = at_least(d, 8, 15)
    assert may_settle(d, root, frozenset(), allowance=many) is None
    found = may_settle(d, root, frozenset(), allowance=20 * many)
    assert found is not None
    assert len(found) == many
