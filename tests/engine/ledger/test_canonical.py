import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.ledger import CanonicalError, canonical_text, read_canonical, sha256_hex
from engine.ledger.canonical import utf8

SAFE = 2**53 - 1
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=12)


def test_the_sample_of_rfc_8785_section_3_2_2() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical_text(value) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_the_key_order_of_rfc_8785_section_3_2_3() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    text = canonical_text(dict.fromkeys(keys, 0))
    assert list(json.loads(text)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"),
        ("41b3de4355555556", "333333333.3333334"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_the_numbers_of_rfc_8785_appendix_b(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_text(number) == text
    assert read_canonical(text) == number


@given(values)
def test_the_text_says_the_value_and_reads_back(value: object) -> None:
    text = canonical_text(value)
    assert json.loads(text, parse_int=float) == value
    assert read_canonical(text) == value


@given(st.dictionaries(texts, scalars, min_size=2).flatmap(lambda d: st.permutations(list(d.items()))))
def test_the_order_of_keys_does_not_show(items: list[tuple[str, object]]) -> None:
    assert canonical_text(dict(items)) == canonical_text(dict(sorted(items)))


@pytest.mark.parametrize("value", [0, 1, -1, SAFE, -SAFE])
def test_whole_numbers_stay_whole(value: int) -> None:
    assert canonical_text(value) == str(value)
    assert type(read_canonical(str(value))) is int


@pytest.mark.parametrize("value", [2.0**53, -(2.0**53), 1e20])
def test_a_double_without_a_point_reads_as_a_double(value: float) -> None:
    assert type(read_canonical(canonical_text(value))) is float


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        SAFE + 1,
        -SAFE - 1,
        {"a": [math.nan]},
        "\ud800",
        {"\ud800": 1},
        {1: "key is no text"},
        {"a", "set"},
        b"bytes",
    ],
)
def test_what_has_no_canonical_text_is_refused(value: object) -> None:
    with pytest.raises(CanonicalError, match="not canonical JSON") as caught:
        canonical_text(value)
    assert isinstance(caught.value, EngineError)
    assert caught.value.reason


def test_endless_nesting_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(CanonicalError, match="too deep"):
        canonical_text(value)
    with pytest.raises(CanonicalError, match="too deep"):
        read_canonical("[" * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1}\n',
        '{"a":1,"a":1}',
        "1.0",
        "-0",
        "1e2",
        "1E+30",
        "9007199254740993",
        "-9007199254740993",
        "9" * 5000,
        "1e400",
        "NaN",
        '"\\u0041"',
        '"\\/"',
        '"\\ud800"',
        "",
        "{",
        "\ud800",
    ],
)
def test_a_text_that_is_not_the_canonical_one_is_not_read(text: str) -> None:
    with pytest.raises(CanonicalError):
        read_canonical(text)


def test_the_hash_is_of_bytes_or_of_utf_8() -> None:
    assert sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_hex("\u00e9") == sha256_hex(b"\xc3\xa9")
    for hashing in (sha256_hex, utf8):
        with pytest.raises(CanonicalError):
            hashing("\ud800")
