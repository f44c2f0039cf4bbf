"""One text for one value: RFC 8785 canonical JSON and SHA-256 over stored bytes."""

import json
from hashlib import sha256

import rfc8785
from pydantic import JsonValue

from engine.ledger.errors import CanonicalError

_UNSAFE = 2**53
"""The first whole number that shares its double with a neighbour (RFC 7493 section 2.2)."""


def canonical_text(value: object) -> str:
    """Write a JSON value as its one RFC 8785 text; equal values give equal texts.

    Args:
        value: None, bool, int, float, str, list, tuple or dict with str keys, to any depth.

    Raises:
        CanonicalError: NaN, infinity, an int beyond +-(2**53 - 1), a lone surrogate, a key that is
            no str, any other type, or nesting deeper than the interpreter can follow.
    """
    try:
        return rfc8785.dumps(value).decode()  # type: ignore[arg-type]  # it refuses other types itself
    except ValueError as error:
        raise CanonicalError(reason=str(error)) from error
    except RecursionError:
        raise CanonicalError(reason="nested too deep") from None


def read_canonical(text: str) -> JsonValue:
    """Read a JSON text and require that it is the canonical text of what it says.

    Raises:
        CanonicalError: The text is no JSON, or another text of the same value is the canonical one
            (white space, key order, repeated keys, number and escape forms).
    """
    try:
        value: JsonValue = json.loads(text, parse_int=_number)
    except ValueError as error:
        raise CanonicalError(reason=str(error)) from error
    except RecursionError:
        raise CanonicalError(reason="nested too deep") from None
    if canonical_text(value) != text:
        raise CanonicalError(reason="another text is the canonical one for this value")
    return value


def utf8(text: str) -> bytes:
    """Encode a stored text.

    Raises:
        CanonicalError: The text holds a lone surrogate, which no UTF-8 text can.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise CanonicalError(reason=str(error)) from error


def sha256_hex(data: bytes | str) -> str:
    """Return the lower-case hex SHA-256 of bytes, or of a text as UTF-8."""
    return sha256(utf8(data) if isinstance(data, str) else data).hexdigest()


def _number(digits: str) -> int | float:
    """Read a number without a point: RFC 8785 writes doubles of 2**53 to 1e21 in that form too."""
    size = float(digits)
    return int(digits) if abs(size) < _UNSAFE else size
