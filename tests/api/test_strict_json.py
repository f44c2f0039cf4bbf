"""JSON that can be read in one way only."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.strict_json import MAXIMUM_DEPTH, JsonRefusedError, loads

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_plain_json_is_read_as_everybody_reads_it(value: object, ascii_: bool, indent: int | None) -> None:  # noqa: FBT001  # drawn
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent)
    assert loads(text, parse_float=float) == value
    assert loads(text.encode(), parse_float=float) == value


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_fraction_keeps_its_digits(number: Decimal) -> None:
    text = format(number, "f")
    read = loads(text if "." in text else text + ".0")
    assert isinstance(read, Decimal)
    assert read == number


@given(VALUES, TEXTS, st.integers(0, 3))
def test_a_key_that_stands_twice_is_refused_at_any_depth(value: object, key: str, depth: int) -> None:
    twice = f"{{{json.dumps(key)}: {json.dumps(value)}, {json.dumps(key)}: {json.dumps(value)}}}"
    with pytest.raises(JsonRefusedError, match="stands twice"):
        loads("[" * depth + twice + "]" * depth)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_is_bounded(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deepest = opening * (MAXIMUM_DEPTH - 1) + "[]" + closing * (MAXIMUM_DEPTH - 1)
    loads(deepest)
    for more in (1, 1000, 100_000):
        with pytest.raises(JsonRefusedError, match=f"nested deeper than {MAXIMUM_DEPTH} levels"):
            loads(opening * (MAXIMUM_DEPTH - 1 + more) + "[]" + closing * (MAXIMUM_DEPTH - 1 + more))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "[1, NaN]", '{"a": Infinity}'])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(JsonRefusedError, match="is no JSON number"):
        loads(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("nil", "not JSON"),
        ("1 2", "not JSON"),
        ("01", "not JSON"),
        ("'a'", "not JSON"),
        ('"a\nb"', "not JSON"),
        ("1" * 5000, "more digits"),
        ('"\\ud800"', "half of a surrogate pair"),
        ('{"\\udc00": 1}', "half of a surrogate pair"),
        ('[["\\ud83d"]]', "half of a surrogate pair"),
        ('{"\\ud800": 1, "\\ud800": 2}', "stands twice"),
    ],
)
def test_what_is_not_one_text_for_one_value_is_refused(text: str, why: str) -> None:
    with pytest.raises(JsonRefusedError, match=why) as refused:
        loads(text)
    str(refused.value).encode()
    with pytest.raises(JsonRefusedError, match=why):
        loads(text.encode())


@pytest.mark.parametrize(
    "content", [b"\xff", b'"\xed\xa0\x80"', '"a"'.encode("utf-16"), '"a"'.encode("utf-32")]
)
def test_only_utf_8_is_read(content: bytes) -> None:
    with pytest.raises(JsonRefusedError, match="not UTF-8"):
        loads(content)


def test_a_whole_pair_and_a_byte_order_mark_are_fine() -> None:
    assert loads('"\\ud83d\\ude00"') == "\U0001f600"
    assert loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_the_key_that_stands_twice_is_named() -> None:
    with pytest.raises(JsonRefusedError, match="the key 'b' stands twice"):
        loads('{"a": 1, "b": 2, "b": 3}')
