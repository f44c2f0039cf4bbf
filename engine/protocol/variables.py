"""The data dictionary of a trial: what can be observed, which texts need a ruling, what is left silent."""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from engine.protocol.base import Cited, Frozen, Name, Scalar, Words

Status = Literal["not_done", "not_evaluable", "pending", "expired", "conflicting"]
"""Why a fact is unknown although something was said about it."""


class Code(Frozen):
    """A code of a public terminology that hangs on a key of ours; never the key itself."""

    system: Name
    code: Annotated[str, Field(min_length=1)]
    verified: StrictBool


class Due(Frozen):
    """When the protocol expects the fact.

    Attributes:
        after_cycle: Once so many cycles were given.
        before: The decision point or milestone that it serves; on an arm without that point it is not owed.
    """

    after_cycle: StrictInt | None = Field(default=None, ge=0)
    before: Name | None = None


class Variable(Cited):
    """One thing that can be observed of a subject.

    Exactly one of ``values``, ``integer`` and ``quantity`` gives its domain.

    Attributes:
        label: What a clinician calls it.
        values: Words (or numbers) of a category, in the order in which they are shown.
        integer: Lowest and highest whole number, both included.
        quantity: UCUM unit of a real number; tables cut it into intervals at their thresholds.
        not_evaluable: The variable's own word for an assessment that says nothing, such as ``NE``.
        reporter: Who owes it.
        due: When it is owed.
    """

    label: Words
    values: tuple[StrictStr | StrictInt, ...] | None = None
    integer: tuple[StrictInt, StrictInt] | None = None
    quantity: str | None = None
    not_evaluable: str | None = None
    reporter: Words | None = None
    due: Due | None = None
    codes: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _one_domain(self) -> Self:
        given = [d for d in (self.values, self.integer, self.quantity) if d is not None]
        if len(given) != 1:
            msg = "give exactly one of 'values', 'integer' and 'quantity'"
            raise ValueError(msg)
        if self.values is not None and (len(set(self.values)) != len(self.values) or not self.values):
            msg = "'values' lists each value once, at least one"
            raise ValueError(msg)
        if self.not_evaluable is not None and self.not_evaluable in (self.values or ()):
            msg = "'not_evaluable' is a word beside the values, not one of them"
            raise ValueError(msg)
        if self.integer is not None and self.integer[0] > self.integer[1]:
            msg = "'integer' is [lowest, highest]"
            raise ValueError(msg)
        return self

    @property
    def domain(self) -> tuple[Scalar, ...] | None:
        """Every possible value, or None for a quantity (its intervals belong to the table)."""
        if self.integer is not None:
            low, high = self.integer
            return tuple(range(low, high + 1))
        return self.values


class Option(Frozen):
    """One admissible reading of an ambiguous text."""

    id: Name
    says: Words


class Ambiguity(Cited):
    """A text with several readings: an unknown variable until the sponsor signs a ruling.

    Attributes:
        question: What the text leaves open.
        options: The admissible readings.
        reference: The reading shipped as a suggestion; a sponsor adopts it by signature, never silently.
        because: Why the reference is suggested.
        governs: What the ruling bears on; ``decision`` and ``endpoint`` rulings stand in a table.
    """

    question: Words
    options: tuple[Option, ...] = Field(min_length=2)
    reference: Name | None = None
    because: Words | None = None
    governs: Literal["decision", "endpoint", "eligibility", "conduct"]

    @model_validator(mode="after")
    def _reference_is_an_option(self) -> Self:
        ids = [o.id for o in self.options]
        if len(set(ids)) != len(ids):
            msg = "each option stands once"
            raise ValueError(msg)
        if self.reference is not None and self.reference not in ids:
            msg = f"'reference' is one of the options: {', '.join(ids)}"
            raise ValueError(msg)
        return self

    @property
    def domain(self) -> tuple[str, ...]:
        """The ids of the options, in order."""
        return tuple(o.id for o in self.options)


class Parameter(Cited):
    """A point that the record leaves silent: shown as an assumption wherever it bears.

    Attributes:
        question: What the record does not say.
        value: What this version runs with; None where nothing is assumed and a person must say.
        unit: UCUM unit or a word such as ``cycles``.
    """

    question: Words
    value: StrictInt | str | None = None
    unit: str | None = None
