"""One version of one trial: arms, epochs, elements, regimens, milestones, exits and what they rest on."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StringConstraints

from engine.protocol.base import Cited, Frozen, Name, Words
from engine.protocol.table import DecisionTable
from engine.protocol.variables import Ambiguity, Parameter, Variable

Standing = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
"""Whether and how a subject still takes part, beside the place on the path."""

ON_STUDY = "on_study"
"""The standing every subject starts with; the only one in which planned treatment goes on."""


class Section(Frozen):
    """A section of a registry record as citations count it.

    Attributes:
        title: Heading under which it stands in the record.
        sentences: How many sentences or numbered items it has.
    """

    title: Words
    sentences: StrictInt = Field(ge=1)


class Record(Frozen):
    """The registry record that the trial's rows cite."""

    id: Name
    updated: str
    sections: dict[Name, Section]


class Epoch(Cited):
    """A named period of the trial; a subject is in one at a time."""

    id: Name
    label: Words


class Element(Cited):
    """A block of treatment within an arm and an epoch.

    Attributes:
        epoch: The period it fills.
        cycles: How many cycles it has.
        regimen: The regimen, where the arm fixes it.
        decided_by: Or the decision point whose verdict assigns it before the first cycle.
    """

    epoch: Name
    cycles: StrictInt = Field(ge=1)
    regimen: Name | None = None
    decided_by: Name | None = None


class Arm(Cited):
    """A planned path.

    Attributes:
        ratio: Share in the allocation.
        elements: Blocks of treatment in order.
    """

    id: Name
    label: Words
    ratio: StrictInt = Field(ge=1)
    elements: tuple[Element, ...] = Field(min_length=1)


class Agent(Frozen):
    """One drug of a regimen; a dose stands here only where the record gives one."""

    name: Words
    dose: Words | None = None


class BeforeConfirming(Cited):
    """What the history or the verdict must hold before a regimen can be confirmed.

    Attributes:
        observation: A variable whose last measurement must have a known value.
        agent_from: The verdict names an agent of this list.
    """

    observation: Name | None = None
    agent_from: tuple[Words, ...] | None = None


class Regimen(Cited):
    """A named treatment; its doses are in the pharmacy manual unless an agent cites one."""

    id: Name
    label: Words
    agents: tuple[Agent, ...] = ()
    before_confirming: tuple[BeforeConfirming, ...] = ()


class Milestone(Cited):
    """A planned happening after treatment, with the facts that it must carry.

    Attributes:
        epoch: Where the subject is once it has happened.
        requires: Variables that are recorded with it.
        also_in: Standings in which it can be reached beside the trial's ``milestones_in``.
        early: Whether it may also come before treatment is complete, as a deviation with a coded reason.
        derives: Endpoint tables that are evaluated when it has happened.
    """

    id: Name
    label: Words
    epoch: Name
    requires: tuple[Name, ...] = ()
    also_in: tuple[Standing, ...] = ()
    early: bool = False
    derives: tuple[Name, ...] = ()


class Exit(Cited):
    """An unplanned move from one standing to another.

    Attributes:
        moves: Standing before -> standing after.
        scope: Coded scopes, one of which the caller must name (of a withdrawal, for example).
        priority: ``urgent`` where a person must be told at once.
    """

    id: Name
    label: Words
    moves: dict[Standing, Standing] = Field(min_length=1)
    scope: tuple[Name, ...] = ()
    priority: Literal["routine", "urgent"] = "routine"


class ReasonCode(Frozen):
    """A coded reason for an override, a deviation or an exit."""

    code: Name
    label: Words


class TrialProtocol(Frozen):
    """The executable rules of one version of one trial.

    Attributes:
        hash: SHA-256 over the version folder, hexadecimal.
        endpoints: Tables that derive an outcome (pCR) instead of a treatment.
        observes_in: Standings in which observations are still accepted.
        milestones_in: Standings in which a milestone can be reached.
    """

    trial: Name
    version: Name
    hash: str
    title: Words
    record: Record
    planned_subjects: StrictInt | None = None
    cycle_days: Name | None = None
    epochs: tuple[Epoch, ...]
    arms: tuple[Arm, ...]
    milestones: tuple[Milestone, ...] = ()
    exits: tuple[Exit, ...] = ()
    observes_in: tuple[Standing, ...] = (ON_STUDY,)
    milestones_in: tuple[Standing, ...] = (ON_STUDY,)
    override_reasons: tuple[ReasonCode, ...] = ()
    regimens: tuple[Regimen, ...]
    variables: dict[Name, Variable] = {}
    ambiguities: dict[Name, Ambiguity] = {}
    parameters: dict[Name, Parameter] = {}
    decisions: tuple[DecisionTable, ...] = ()
    endpoints: tuple[DecisionTable, ...] = ()

    @cached_property
    def tables(self) -> dict[str, DecisionTable]:
        """Every table by its name, decision points first."""
        return {table.decision_point: table for table in (*self.decisions, *self.endpoints)}

    @cached_property
    def regimen(self) -> dict[str, Regimen]:
        """Regimens by name."""
        return {regimen.id: regimen for regimen in self.regimens}

    @cached_property
    def arm(self) -> dict[str, Arm]:
        """Arms by name."""
        return {arm.id: arm for arm in self.arms}

    @cached_property
    def milestone(self) -> dict[str, Milestone]:
        """Milestones by name."""
        return {milestone.id: milestone for milestone in self.milestones}

    @cached_property
    def exit(self) -> dict[str, Exit]:
        """Exits by name."""
        return {exit_.id: exit_ for exit_ in self.exits}

    @cached_property
    def reference_rulings(self) -> dict[str, str]:
        """The readings shipped as a suggestion."""
        return {key: a.reference for key, a in self.ambiguities.items() if a.reference is not None}
