"""What a decision table or a case can get wrong: facts as fields, one sentence, the way out."""

from collections.abc import Iterable, Mapping

from engine.errors import EngineError


class TableError(EngineError):
    """The table says something that has no meaning; nothing is decided with it."""


class UnknownNameError(TableError):
    """The table uses a name that nothing declares."""

    def __init__(self, *, point: str, name: str, admissible: Iterable[str]) -> None:
        self.point, self.name, self.admissible = point, name, tuple(sorted(admissible))
        super().__init__(
            f"'{name}' is not declared at '{point}' (declared: {', '.join(self.admissible) or 'nothing'})"
        )


class NameTwiceError(TableError):
    """The table uses one name for two things."""

    def __init__(self, *, point: str, name: str) -> None:
        self.point, self.name = point, name
        super().__init__(f"'{name}' stands for two things at '{point}'; rename one of them")


class ForeignValueError(TableError):
    """A condition compares a variable with a value that it cannot have."""

    def __init__(self, *, point: str, variable: str, value: object, admissible: str) -> None:
        self.point, self.variable, self.value, self.admissible = point, variable, value, admissible
        super().__init__(f"'{variable}' is never {value!r} at '{point}' (admissible: {admissible})")


class NotANumberError(TableError):
    """A condition or an assignment uses a variable in a way that its kind does not allow."""

    def __init__(self, *, point: str, variable: str, use: str) -> None:
        self.point, self.variable, self.use = point, variable, use
        super().__init__(
            f"'{variable}' cannot stand in {use} at '{point}'; take a variable whose values allow it"
        )


class DefinitionCycleError(TableError):
    """A definition rests on itself."""

    def __init__(self, *, point: str, cycle: Iterable[str]) -> None:
        self.point, self.cycle = point, tuple(cycle)
        super().__init__(
            f"definitions at '{point}' rest on themselves ({' -> '.join(self.cycle)}); break the circle"
        )


class PrecedenceCycleError(TableError):
    """Rules defeat each other in a circle, so that none of them could ever stand."""

    def __init__(self, *, point: str, cycle: Iterable[str], witness: Mapping[str, object]) -> None:
        self.point, self.cycle, self.witness = point, tuple(cycle), dict(witness)
        super().__init__(
            f"precedence at '{point}' runs in a circle ({' over '.join(self.cycle)}); remove one of these"
        )


class CaseError(EngineError):
    """What was sent is not a case of this decision point; it is refused, never read as unknown."""


class FactUnknownToPointError(CaseError):
    """The case names a fact that this decision point does not have."""

    def __init__(self, *, fact: str, point: str, admissible: Iterable[str]) -> None:
        self.fact, self.point, self.admissible = fact, point, tuple(sorted(admissible))
        super().__init__(f"'{fact}' is no fact of '{point}' (facts: {', '.join(self.admissible)})")


class ValueOutsideDomainError(CaseError):
    """The value is none of the fact's, or of another type."""

    def __init__(self, *, fact: str, given: object, admissible: str) -> None:
        self.fact, self.given, self.admissible = fact, given, admissible
        super().__init__(f"'{fact}' cannot be {given!r} (admissible: {admissible}, null or a status object)")


class WrongUnitError(CaseError):
    """The quantity came in another unit than the declared one; the engine converts nothing."""

    def __init__(self, *, fact: str, given: object, unit: str) -> None:
        self.fact, self.given, self.unit = fact, given, unit
        super().__init__(f"'{fact}' is measured in '{unit}', not in {given!r}; convert it before sending")


class BadStatusError(CaseError):
    """The object is no status object."""

    def __init__(self, *, fact: str, given: object, admissible: Iterable[str]) -> None:
        self.fact, self.given, self.admissible = fact, given, tuple(admissible)
        super().__init__(
            f"'{fact}' has no readable status in {given!r} "
            f'(write {{"status": ..., "reason": text}} with one of {", ".join(self.admissible)})'
        )


class UnknownRulingError(CaseError):
    """The ruling is on an ambiguity that the trial does not declare."""

    def __init__(self, *, ruling: str, admissible: Iterable[str]) -> None:
        self.ruling, self.admissible = ruling, tuple(sorted(admissible))
        super().__init__(
            f"'{ruling}' is no ambiguity of this trial (declared: {', '.join(self.admissible) or 'none'})"
        )


class BadOptionError(CaseError):
    """The ruling picks something that is no option of its ambiguity."""

    def __init__(self, *, ruling: str, given: object, admissible: Iterable[str]) -> None:
        self.ruling, self.given, self.admissible = ruling, given, tuple(admissible)
        super().__init__(f"'{ruling}' cannot be ruled {given!r} (options: {', '.join(self.admissible)})")
