"""JSON without surprises: doubled keys, NaN, infinities and halves of characters are refused.

Fractions keep their digits.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NoReturn

MAXIMUM_DEPTH: Final = 64
"""Deeper nesting than any request or case has."""


class JsonRefusedError(ValueError):
    """The text is no JSON that can be read in one way only."""


def loads(text: str | bytes, *, parse_float: Callable[[str], Any] = Decimal) -> Any:  # noqa: ANN401 any JSON value
    """Parse one JSON text.

    Raises:
        JsonRefusedError: Not JSON, a doubled key, NaN or an infinity, nested too deep, half of a surrogate
            pair, a whole number too long to be one, or not UTF-8.
    """
    try:
        value = json.loads(
            text if isinstance(text, str) else text.decode("utf-8-sig"),
            parse_float=parse_float,
            parse_constant=_no_constant,
            object_pairs_hook=_each_key_once,
        )
    except JsonRefusedError:
        raise
    except json.JSONDecodeError as error:
        raise JsonRefusedError(f"not JSON: {error.msg}") from None
    except UnicodeDecodeError:
        raise JsonRefusedError("not JSON: not UTF-8") from None
    except ValueError:
        raise JsonRefusedError("a whole number has more digits than can be read") from None
    except RecursionError:
        raise _too_deep() from None
    _look_through(value)
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonRefusedError(f"the key {twice!r} stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise JsonRefusedError(f"{name} is no JSON number")


def _look_through(value: object) -> None:
    """Refuse what is nested too deep, and texts that no UTF-8 can hold (JSON can escape half a character)."""
    pending = [(value, 1)]
    while pending:
        item, level = pending.pop()
        if level > MAXIMUM_DEPTH:
            raise _too_deep()
        match item:
            case str():
                _whole_characters(item)
            case list():
                pending.extend((part, level + 1) for part in item)
            case dict():
                pending.extend((part, level + 1) for pair in item.items() for part in pair)
            case _:  # numbers, true, false and null
                pass


def _too_deep() -> JsonRefusedError:
    return JsonRefusedError(f"nested deeper than {MAXIMUM_DEPTH} levels")


def _whole_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise JsonRefusedError("a text holds half of a surrogate pair") from None
