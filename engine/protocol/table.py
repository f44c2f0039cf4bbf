"""A decision table as data: facts, rulings, constraints, definitions, rules, precedence, acknowledgements."""

from typing import Literal, Self

from pydantic import Field, StrictInt, model_validator

from engine.protocol.base import Cited, Frozen, Name, Words
from engine.protocol.conditions import Written


class ValueOf(Frozen):
    """The value of a fact of the same table."""

    value_of: Name


class RegimenGiven(Frozen):
    """A fact that only the history can give: the regimen of the cycles of one element.

    Attributes:
        regimen_given: Epoch of the element. Known when every cycle was given with the assigned regimen.
    """

    regimen_given: Name


class Then(Frozen):
    """What follows when a rule fires: exactly one of ``assign``, ``choose`` and ``refer``.

    Attributes:
        assign: One regimen, arm or action, or the value of a fact.
        choose: What the protocol leaves to a clinician.
        refer: Code of the reason why a clinician decides outside the table.
        cycles: How many cycles the assignment is for, where the point assigns some.
    """

    assign: Name | ValueOf | None = None
    choose: tuple[Name, ...] | None = None
    refer: Name | None = None
    cycles: StrictInt | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        given = [o for o in (self.assign, self.choose, self.refer) if o is not None]
        if len(given) != 1 or (self.choose is not None and len(set(self.choose)) < 2):  # noqa: PLR2004 one option is no choice
            msg = "'then' has exactly one of 'assign', 'choose' (two options or more) and 'refer'"
            raise ValueError(msg)
        if self.refer is not None and self.cycles is not None:
            msg = "'refer' assigns no cycles"
            raise ValueError(msg)
        return self


class Rule(Cited):
    """One row: when the condition holds, the outcome follows."""

    id: Name
    when: Written
    then: Then


class Precedence(Cited):
    """Which of two rules stands when both are true; without it they are a conflict.

    Attributes:
        first: The rule that stands.
        over: The rules that it defeats.
        when: Only under this condition (a ruling, for example); always when left out.
    """

    first: Name
    over: tuple[Name, ...] = Field(min_length=1)
    when: Written | None = None


class Constraint(Cited):
    """What cannot be true of one subject; facts that say so contradict each other."""

    never: Written


class Flag(Cited):
    """A code that comes with the outcome: something to tick (acknowledge) or to be told (alert).

    Attributes:
        code: Stable code.
        when: Condition on the variables of the table.
        assign: Only with one of these assignments.
        outcome: Only with an outcome of this kind.
    """

    code: Name
    when: Written
    assign: tuple[Name, ...] | None = None
    outcome: Literal["propose", "choose"] | None = None


class DecisionTable(Frozen):
    """A named question and the rows that answer it.

    Attributes:
        decision_point: Its stable name.
        question: What it decides, in our words.
        facts: Variables that a rule may use.
        derived: Facts of these that the history gives and no caller may send in the stateful path.
        rulings: Ambiguities that a rule may use.
        required: Facts (or rulings) without which the decision is held, whatever the rest says.
        assumptions: Parameters of the trial that bear on this point, shown with the outcome.
    """

    decision_point: Name
    question: Words
    facts: tuple[Name, ...] = Field(min_length=1)
    derived: dict[Name, RegimenGiven] = {}
    rulings: tuple[Name, ...] = ()
    required: tuple[Name, ...] = ()
    assumptions: tuple[Name, ...] = ()
    constraints: dict[Name, Constraint] = {}
    definitions: dict[Name, Written] = {}
    rules: tuple[Rule, ...] = Field(min_length=1)
    precedence: tuple[Precedence, ...] = ()
    acknowledge: tuple[Flag, ...] = ()
    alerts: tuple[Flag, ...] = ()
