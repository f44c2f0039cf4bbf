"""The values of a variable as one table sees them: a finite list, or the real line cut at its thresholds."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.protocol.base import Scalar
from engine.protocol.conditions import Number

Value: TypeAlias = Scalar | Decimal


@dataclass(frozen=True, slots=True)
class Finite:
    """Words of a category, options of an ambiguity, or whole numbers."""

    values: tuple[Scalar, ...]

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    @property
    def numbers(self) -> tuple[int, ...] | None:
        """The values where they can be added, else None."""
        whole = tuple(v for v in self.values if isinstance(v, int))
        return whole if len(whole) == len(self.values) else None

    def index(self, value: object) -> int | None:
        """Return the place of a value of exactly this type (True is not 1), or None."""
        return next(
            (i for i, own in enumerate(self.values) if type(own) is type(value) and own == value), None
        )

    def sample(self, index: int) -> Value:
        """Return the value at the place."""
        return self.values[index]

    def label(self, index: int) -> str:
        """Return the value for display."""
        return str(self.values[index])

    def __str__(self) -> str:
        """List the values, a long row of numbers by its ends."""
        numbers = self.numbers
        if numbers and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
            return f"a whole number from {numbers[0]} to {numbers[-1]}"
        return ", ".join(map(str, self.values))


@dataclass(frozen=True, slots=True)
class Cells:
    """A quantity: below the first threshold, the threshold itself, between it and the second, and so on.

    Attributes:
        cuts: The thresholds, rising, each once.
        unit: UCUM unit of the quantity.
    """

    cuts: tuple[Number, ...]
    unit: str

    @classmethod
    def cut(cls, cuts: Iterable[Number], unit: str) -> "Cells":
        """Sort the thresholds; 50 and 50.0 are one."""
        return cls(tuple(sorted(set(cuts))), unit)

    @property
    def size(self) -> int:
        """How many cells there are."""
        return 2 * len(self.cuts) + 1

    def index(self, value: object) -> int | None:
        """Return the cell of a finite number, or None for anything else."""
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        if isinstance(value, Decimal) and not value.is_finite():
            return None
        place = bisect_left(self.cuts, value)
        return 2 * place + (place < len(self.cuts) and self.cuts[place] == value)

    def sample(self, index: int) -> Number:
        """Return a number of the cell."""
        place, on_cut = divmod(index, 2)
        if on_cut:
            return self.cuts[place]
        if not self.cuts:
            return 0
        if place == 0:
            return self.cuts[0] - 1
        if place == len(self.cuts):
            return self.cuts[-1] + 1
        return (Decimal(self.cuts[place - 1]) + self.cuts[place]) / 2

    def label(self, index: int) -> str:
        """Return the cell for display, such as ``(50, 55) %``."""
        place, on_cut = divmod(index, 2)
        if on_cut:
            return f"{self.cuts[place]} {self.unit}"
        low = f"{self.cuts[place - 1]}" if place else "-inf"
        high = f"{self.cuts[place]}" if place < len(self.cuts) else "inf"
        return f"({low}, {high}) {self.unit}"

    def __str__(self) -> str:
        """Say what can be sent."""
        return f"a number in '{self.unit}'"


Domain: TypeAlias = Finite | Cells
