"""YAML with a memory: what was written comes back as plain values, and each part knows its line."""

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.source import Document, Plain, parse

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def read(text: str) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        return parse(Path(folder), path)


@given(st.dictionaries(TEXT, VALUES, max_size=5), st.booleans())
def test_what_is_written_is_read(value: dict[str, Plain], flow: bool) -> None:  # noqa: FBT001 drawn by Hypothesis
    document = read(yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow))
    assert document.faults == []
    assert document.value == value


@given(VALUES)
def test_each_key_knows_its_line(value: Plain) -> None:
    named, count = numbered(value, 0)
    text = yaml.safe_dump({"root": named}, default_flow_style=False)
    document = read(text)
    lines = text.splitlines()
    keys = [path for path in document.lines if path and str(path[-1]).startswith("key")]
    assert len(keys) == count
    for path in keys:
        assert f"{path[-1]}:" in lines[document.line(path) - 1]


def numbered(value: Plain, count: int) -> tuple[Plain, int]:
    """Give every key of a value a name of its own; returns the count of keys beside it."""
    if isinstance(value, dict):
        renamed: dict[str, Plain] = {}
        for inner in value.values():
            key, count = f"key{count:04d}", count + 1
            renamed[key], count = numbered(inner, count)
        return renamed, count
    if isinstance(value, list):
        items = []
        for inner in value:
            item, count = numbered(inner, count)
            items.append(item)
        return items, count
    return ("x" if isinstance(value, str) else value), count


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("None", "None"),
        ("21", 21),
        ("-3", -3),
        ("007", 7),
        ("'21'", "21"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("0.30", Decimal("0.30")),
        ("2026-01-02", "2026-01-02"),
        ("10230-1", "10230-1"),
        ("12:30", "12:30"),
    ],
)
def test_only_true_false_null_integers_and_fractions_are_no_words(written: str, value: Plain) -> None:
    found = read(f"a: {written}\n").value
    assert found == {"a": value}
    assert isinstance(found, dict)
    assert type(found["a"]) is type(value)


def test_a_part_that_is_not_written_has_the_line_of_the_nearest_that_is() -> None:
    document = read("a:\n  - b: 1\n  - c:\n      any:\n        - {d: 1}\n        - {e: 2}\n")
    assert document.line(("a", 1, "z")) == 3
    assert document.line(("a", 1, "c", "e")) == 6
    assert document.line(("z",)) == 1
    assert read("").line(("z",)) == 1


def test_a_key_that_stands_twice_is_a_fault_and_the_first_counts() -> None:
    document = read("a: 1\nb: {c: 2, c: 3}\n'a': 4\n")
    assert document.value == {"a": 1, "b": {"c": 2}}
    assert [(fault.line, fault.what) for fault in document.faults] == [
        (2, "the key 'c' stands twice"),
        (3, "the key 'a' stands twice"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1\nb: 2\n", 2),
        ("a: 1\n\tb: 2\n", 2),
        ("a: &x [1]\nb: *x\n", 2),
        ("a: &x [*x]\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\x00\n", 1),
    ],
)
def test_what_is_no_plain_yaml_is_a_fault_with_its_line(text: str, line: int) -> None:
    document = read(text)
    assert document.value is None
    (fault,) = document.faults
    assert fault.line == line
    assert fault.what.startswith("not YAML: ")
    assert str(fault).startswith(f"x.yaml:{line}: not YAML: ")
