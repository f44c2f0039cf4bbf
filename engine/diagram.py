"""Drawings of a trial version in Mermaid, made from its state machine and from nothing else.

Mermaid is text that code hosts draw: a drawing can be reviewed and compared line by line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from engine.chart import START, Chart, Move, State
from engine.protocol.trial import ON_STUDY, TrialProtocol

Edge: TypeAlias = tuple[State, Move, State]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class _Stop:
    """Everything that one box of the planned path stands for.

    Attributes:
        arm: None where the arms share the box: before allocation and after treatment.
        regimen: None where no treatment is planned.
    """

    arm: str | None
    epoch: str
    regimen: str | None
    standing: str


@dataclass(slots=True)
class _Drawing(Generic[Key]):
    """A flow chart in the making; boxes and arrows keep the order in which they are met."""

    ids: dict[Key, str] = field(default_factory=dict)
    arrows: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)

    def box(self, key: Key) -> str:
        return self.ids.setdefault(key, f"n{len(self.ids) + 1}")

    def arrow(self, before: Key, after: Key, label: str) -> None:
        self.arrows.setdefault((self.box(before), self.box(after)), {})[label] = None

    def arrow_lines(self) -> Iterator[str]:
        for (before, after), labels in self.arrows.items():
            yield f"    {before} -->|{_quoted(', '.join(labels))}| {after}"


def page(protocol: TrialProtocol, chart: Chart) -> str:
    """Write the Markdown page with both drawings of a version."""
    return f"""\
# {protocol.trial} {protocol.version}: the path of a subject

{protocol.title}.

Drawn from the state machine by `make diagrams`. Do not edit this page: a test compares it with the machine.

## As planned

A box is an epoch with its regimen and the cycles given in it. The name of a decision point on an arrow means
that a clinician's verdict on it leads there. Another regimen takes an override with a coded reason, and an
operation may come early; such moves are deviations and are not drawn.

```mermaid
{planned_path(protocol, chart)}```

## Whether the subject takes part

An exit changes this and nothing else: the place on the path above stays what it is.

```mermaid
{standings(chart)}```
"""


def planned_path(protocol: TrialProtocol, chart: Chart) -> str:
    """Draw every arm's planned path from screening to the last milestone, one box for each regimen."""
    drawing, cycles = _Drawing[_Stop](), dict[_Stop, list[int]]()
    drawing.box(_stop(protocol, START))
    for before, move, after in _planned(chart):
        here, there = _stop(protocol, before), _stop(protocol, after)
        if move.kind == "give_cycle":
            cycles.setdefault(there, []).append(after.cycle)
        if here != there:
            drawing.arrow(here, there, move.about or f"cycle {after.cycle}")
    boxes: dict[str | None, list[str]] = {None: []}
    for stop, name in drawing.ids.items():
        lines = _box_lines(protocol, stop, cycles.get(stop, []))
        boxes.setdefault(stop.arm, []).append(f"{name}[{_quoted('<br/>'.join(lines))}]")
    return "\n".join(["flowchart TD", *_grouped(protocol, boxes), *drawing.arrow_lines(), ""])


def standings(chart: Chart) -> str:
    """Draw how a subject stops, and resumes, taking part."""
    drawing = _Drawing[str]()
    drawing.box(START.standing)
    for before, move, after in chart.edges():
        if before.standing != after.standing:
            drawing.arrow(before.standing, after.standing, move.about)
    boxes = [f"    {name}[{_quoted(standing)}]" for standing, name in drawing.ids.items()]
    return "\n".join(["flowchart LR", *boxes, *drawing.arrow_lines(), ""])


def _planned(chart: Chart) -> Iterator[Edge]:
    """Walk the planned moves from the start; the machine has more of them, after overrides."""
    leaving: dict[State, list[Edge]] = {}
    for edge in chart.edges():
        if edge[1].planned:
            leaving.setdefault(edge[0], []).append(edge)
    met, pending = {START}, [START]
    for state in pending:
        for edge in leaving.get(state, ()):
            yield edge
            if edge[2] not in met:
                met.add(edge[2])
                pending.append(edge[2])


def _stop(protocol: TrialProtocol, state: State) -> _Stop:
    elements = protocol.arm[state.arm].elements if state.arm is not None else ()
    if state.epoch in (element.epoch for element in elements):
        return _Stop(state.arm, state.epoch, state.regimen, state.standing)
    return _Stop(None, state.epoch, None, state.standing)


def _box_lines(protocol: TrialProtocol, stop: _Stop, cycles: list[int]) -> Iterator[str]:
    if stop.standing != ON_STUDY:
        yield stop.standing
        return
    yield next(epoch.label for epoch in protocol.epochs if epoch.id == stop.epoch)
    if stop.regimen is not None:
        yield stop.regimen
    if cycles:
        first, last = min(cycles), max(cycles)
        yield f"cycle {first}" if first == last else f"cycles {first} to {last}"


def _grouped(protocol: TrialProtocol, boxes: dict[str | None, list[str]]) -> Iterator[str]:
    yield from (f"    {box}" for box in boxes[None])
    for number, arm in enumerate(protocol.arms, start=1):
        yield f"    subgraph arm{number}[{_quoted(arm.label)}]"
        yield from (f"        {box}" for box in boxes.get(arm.id, ()))
        yield "    end"


def _quoted(text: str) -> str:
    """Quote a label; a plus or a bracket has no meaning inside quotes."""
    return '"{}"'.format(text.replace('"', "#quot;"))
