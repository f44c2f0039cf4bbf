"""The written form of a condition, what it means, and what is no condition."""

from decimal import Decimal

import pytest

from engine.protocol.conditions import All, AnyOf, Bound, Defined, Is, Not, Within, leaves, read_condition

READ = {
    "value": ({"a": "x"}, Is("a", ("x",))),
    "integer": ({"a": 3}, Is("a", (3,))),
    "values": ({"a": ["x", "y"]}, Is("a", ("x", "y"))),
    "definition": ({"a": True}, Defined("a", holds=True)),
    "definition that does not hold": ({"a": False}, Defined("a", holds=False)),
    "bounds": (
        {"a": {"at_least": 50, "below": Decimal("55.5")}},
        Within(("a",), (Bound("at_least", 50), Bound("below", Decimal("55.5")))),
    ),
    "bound by a variable": ({"a": {"above": "b"}}, Within(("a",), (Bound("above", "b"),))),
    "sum": ({"sum": ["a", "b"], "at_most": 6}, Within(("a", "b"), (Bound("at_most", 6),))),
    "side by side": ({"a": "x", "b": True}, All((Is("a", ("x",)), Defined("b", holds=True)))),
    "all": ({"all": [{"a": "x"}, {"b": "y"}]}, All((Is("a", ("x",)), Is("b", ("y",))))),
    "any": ({"any": [{"a": "x"}, {"b": "y"}]}, AnyOf((Is("a", ("x",)), Is("b", ("y",))))),
    "none of nothing": ({"any": []}, AnyOf(())),
    "not": ({"not": {"a": "x"}}, Not(Is("a", ("x",)))),
    "read before": (Is("a", ("x",)), Is("a", ("x",))),
}


@pytest.mark.parametrize(("written", "read"), READ.values(), ids=READ)
def test_a_written_condition_is_read(written: object, read: object) -> None:
    assert read_condition(written) == read


@pytest.mark.parametrize(
    ("written", "way_out"),
    [
        ({}, "a condition is a mapping"),
        ("a", "a condition is a mapping"),
        ([{"a": "x"}], "a condition is a mapping"),
        ({"any": [{}]}, "a condition is a mapping"),
        ({"not": True}, "a condition is a mapping"),
        ({"a": None}, "'a' takes a value, a list of values, true or false, or bounds"),
        ({"a": []}, "'a' takes a value"),
        ({"a": ["x", True]}, "'a' takes a value"),
        ({"a": Decimal("1.5")}, "'a' takes a value"),
        ({"a": {}}, r"give at least one bound \(at_least, above, at_most, below, equals\)"),
        ({"a": {"minimum": 3}}, "'minimum: 3' is no bound"),
        ({"a": {"above": True}}, "'above: True' is no bound"),
        ({"a": {"above": [1]}}, "is no bound"),
        ({"sum": "a", "above": 1}, "'sum' takes a list of integer variables"),
        ({"sum": [], "above": 1}, "'sum' takes a list of integer variables"),
        ({"sum": ["a", 1], "above": 1}, "'sum' takes a list of integer variables"),
        ({"sum": ["a", "b"]}, "give at least one bound"),
        ({"sum": ["a", "b"], "above": 1, "c": "x"}, "'c: x' is no bound"),
    ],
)
def test_what_is_no_condition_is_refused_with_the_way_out(written: object, way_out: str) -> None:
    with pytest.raises(ValueError, match=way_out):
        read_condition(written)


@pytest.mark.parametrize(
    ("kind", "admitted"),
    [
        ("at_least", (False, True, True)),
        ("above", (False, False, True)),
        ("at_most", (True, True, False)),
        ("below", (True, False, False)),
        ("equals", (False, True, False)),
    ],
)
def test_a_bound_is_sharp(kind: str, admitted: tuple[bool, ...]) -> None:
    bound = Bound(kind, Decimal("0.3"))
    values = (Decimal("0.2999999999999999999"), Decimal("0.30"), Decimal("0.3000000000000000001"))
    assert tuple(bound.admits(value, Decimal("0.3")) for value in values) == admitted


def test_leaves_are_walked_from_left_to_right_at_any_depth() -> None:
    condition = read_condition(
        {"any": [{"a": "x"}, {"not": {"all": [{"b": True}, {"sum": ["c"], "above": 1}]}}]}
    )
    assert list(leaves(condition)) == [
        Is("a", ("x",)),
        Defined("b", holds=True),
        Within(("c",), (Bound("above", 1),)),
    ]
