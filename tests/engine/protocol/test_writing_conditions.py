"""A condition that is shown can be read again as the same condition."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.conditions import (
    BOUNDS,
    All,
    AnyOf,
    Bound,
    Condition,
    Defined,
    Is,
    Not,
    Within,
    read_condition,
    write_condition,
)

NAMES = st.sampled_from(["a", "b_2", "AMB-02"])
SCALARS = st.one_of(st.sampled_from(["x", "Nab-P+HP", "yes"]), st.integers(-9, 9))
LIMITS = st.one_of(NAMES, st.integers(-99, 99), st.decimals(-99, 99, places=3))


def lists(members: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(members, min_size=1, max_size=3, unique=True).map(tuple)


BOUNDED = st.builds(
    Within,
    lists(NAMES),
    st.dictionaries(st.sampled_from(BOUNDS), LIMITS, min_size=1).map(
        lambda limits: tuple(Bound(kind, limit) for kind, limit in limits.items())
    ),
)
LEAVES = st.one_of(st.builds(Is, NAMES, lists(SCALARS)), st.builds(Defined, NAMES, st.booleans()), BOUNDED)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_what_is_written_as_json_is_read_as_the_same_condition(condition: Condition) -> None:
    text = json.dumps(write_condition(condition))
    assert read_condition(json.loads(text, parse_float=Decimal)) == condition
