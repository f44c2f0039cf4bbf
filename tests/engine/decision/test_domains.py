"""Values as a table sees them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decision.domains import Cells, Finite

numbers = st.integers(-99, 99) | st.decimals(-99, 99, places=2)


@given(st.lists(numbers), numbers)
def test_a_cell_holds_the_numbers_that_no_threshold_tells_apart(
    cuts: list[int | Decimal], value: Decimal
) -> None:
    cells = Cells.cut(cuts, "%")
    index = cells.index(value)
    assert index is not None
    sample = cells.sample(index)
    assert [(value < cut, value == cut) for cut in cuts] == [(sample < cut, sample == cut) for cut in cuts]
    assert [cells.index(cells.sample(i)) for i in range(cells.size)] == list(range(cells.size))


def test_cells_are_shown_as_intervals() -> None:
    cells = Cells.cut([50, Decimal("55.5"), Decimal("50.0")], "%")
    assert [cells.label(i) for i in range(cells.size)] == [
        "(-inf, 50) %",
        "50 %",
        "(50, 55.5) %",
        "55.5 %",
        "(55.5, inf) %",
    ]
    assert str(cells) == "a number in '%'"


@pytest.mark.parametrize("value", [True, "50", None, Decimal("NaN"), Decimal("Infinity"), 50.0])
def test_what_is_no_number_has_no_cell(value: object) -> None:
    assert Cells.cut([50], "%").index(value) is None


def test_a_finite_domain_tells_types_apart() -> None:
    mixed = Finite((1, "1", 15, 10))
    assert [mixed.index(v) for v in (1, "1", 10, True, Decimal(1), 2)] == [0, 1, 3, None, None, None]
    assert (mixed.sample(2), mixed.label(2), mixed.size) == (15, "15", 4)


def test_a_finite_domain_describes_itself() -> None:
    assert str(Finite(("CR", "PR"))) == "CR, PR"
    assert str(Finite((0, 1, 2))) == "a whole number from 0 to 2"
    assert str(Finite((15, 10))) == "15, 10"
    assert Finite((15, 10)).numbers == (15, 10)
    assert Finite(("CR", 1)).numbers is None
