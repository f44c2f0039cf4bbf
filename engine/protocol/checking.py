"""What a schema cannot see: names that dangle, rows that cite nothing, values outside their domain."""

from collections import Counter
from collections.abc import Iterator

from engine.protocol.base import Cited, Frozen
from engine.protocol.checking_table import TableCheck
from engine.protocol.finding import Finding, dangling
from engine.protocol.source import Step
from engine.protocol.trial import ON_STUDY, TrialProtocol


def findings(protocol: TrialProtocol) -> Iterator[Finding]:
    """Find everything that dangles, stands twice or cites nothing, over all files of the version."""
    yield from _citations(protocol, protocol, ())
    yield from _twice(protocol)
    yield from _path(protocol)
    yield from _standings(protocol)
    yield from _preconditions(protocol)
    yield from _schedule(protocol)
    for kind in ("decisions", "endpoints"):
        for index, table in enumerate(getattr(protocol, kind)):
            yield from TableCheck(protocol, table, (kind, index)).findings(decides=kind == "decisions")
    yield from _idle_rulings(protocol)


def _citations(protocol: TrialProtocol, part: object, path: tuple[Step, ...]) -> Iterator[Finding]:
    if isinstance(part, Cited):
        for index, cite in enumerate(part.cites):
            where = (*path, "cites", index)
            if cite.record is not None:
                yield from dangling((*where, "record"), "record", cite.record, [protocol.record.id])
            section = protocol.record.sections.get(cite.section)
            if section is None:
                yield from dangling((*where, "section"), "section", cite.section, protocol.record.sections)
            elif cite.sentence > section.sentences:
                what = f"section '{cite.section}' has {section.sentences} sentences, not {cite.sentence}"
                yield Finding((*where, "sentence"), what, "correct the number of the sentence")
    for key, child in _children(part):
        yield from _citations(protocol, child, (*path, key))


def _children(part: object) -> Iterator[tuple[Step, object]]:
    if isinstance(part, dict):
        yield from part.items()
    elif isinstance(part, tuple):
        yield from enumerate(part)
    elif isinstance(part, Frozen):
        yield from ((name, getattr(part, name)) for name in type(part).model_fields)


def _twice(protocol: TrialProtocol) -> Iterator[Finding]:
    named: dict[str, list[tuple[tuple[Step, ...], str]]] = {}
    for kind in ("epochs", "arms", "milestones", "exits", "regimens"):
        named[kind] = [((kind, i, "id"), row.id) for i, row in enumerate(getattr(protocol, kind))]
    tables = [((k, i), t) for k in ("decisions", "endpoints") for i, t in enumerate(getattr(protocol, k))]
    named["override_reasons"] = [
        (("override_reasons", i, "code"), row.code) for i, row in enumerate(protocol.override_reasons)
    ]
    named["tables"] = [((*path, "decision_point"), table.decision_point) for path, table in tables]
    named["rules"] = [((*p, "rules", i, "id"), r.id) for p, t in tables for i, r in enumerate(t.rules)]
    variables = set(protocol.variables)
    named["keys"] = [(("ambiguities", key), key) for key in protocol.ambiguities if key in variables]
    for kind, rows in named.items():
        count = Counter(name for _, name in rows)
        for path, name in rows:
            if count[name] > 1 or kind == "keys":
                yield Finding(path, f"'{name}' stands twice among the {kind}", "give each its own id")


def _path(protocol: TrialProtocol) -> Iterator[Finding]:
    epochs = [epoch.id for epoch in protocol.epochs]
    points = [table.decision_point for table in protocol.decisions]
    for a, arm in enumerate(protocol.arms):
        for e, element in enumerate(arm.elements):
            here = ("arms", a, "elements", e)
            yield from dangling((*here, "epoch"), "epoch", element.epoch, epochs)
            if (element.regimen is None) == (element.decided_by is None) or (
                e == 0 and element.regimen is None
            ):
                way_out = (
                    "an element has either 'regimen' or 'decided_by'; an arm's first one has a 'regimen'"
                )
                yield Finding(here, "it is not clear what this element gives", way_out)
            if element.regimen is not None:
                yield from dangling((*here, "regimen"), "regimen", element.regimen, protocol.regimen)
            if element.decided_by is not None:
                yield from dangling((*here, "decided_by"), "decision point", element.decided_by, points)
    endpoints = [table.decision_point for table in protocol.endpoints]
    for m, milestone in enumerate(protocol.milestones):
        yield from dangling(("milestones", m, "epoch"), "epoch", milestone.epoch, epochs)
        for i, name in enumerate(milestone.requires):
            yield from dangling(("milestones", m, "requires", i), "variable", name, protocol.variables)
        for i, name in enumerate(milestone.derives):
            yield from dangling(("milestones", m, "derives", i), "endpoint table", name, endpoints)


def _standings(protocol: TrialProtocol) -> Iterator[Finding]:
    reached = {ON_STUDY, *(after for exit_ in protocol.exits for after in exit_.moves.values())}
    named: list[tuple[tuple[Step, ...], str]]
    named = [(("exits", x, "moves", s), s) for x, exit_ in enumerate(protocol.exits) for s in exit_.moves]
    for key in ("observes_in", "milestones_in"):
        named += [((key, i), standing) for i, standing in enumerate(getattr(protocol, key))]
    for m, milestone in enumerate(protocol.milestones):
        named += [(("milestones", m, "also_in", i), standing) for i, standing in enumerate(milestone.also_in)]
    for path, standing in named:
        yield from dangling(path, "way to the standing", standing, sorted(reached))


def _preconditions(protocol: TrialProtocol) -> Iterator[Finding]:
    for r, regimen in enumerate(protocol.regimens):
        for i, need in enumerate(regimen.before_confirming):
            here = ("regimens", r, "before_confirming", i)
            if (need.observation is None) == (need.agent_from is None):
                way_out = "give either 'observation' or 'agent_from'"
                yield Finding(here, "it is not clear what is needed", way_out)
            if need.observation is not None:
                yield from dangling((*here, "observation"), "variable", need.observation, protocol.variables)


def _schedule(protocol: TrialProtocol) -> Iterator[Finding]:
    moments = {*protocol.milestone, *protocol.tables}
    for name, variable in protocol.variables.items():
        here = ("variables", name, "due", "before")
        if variable.due is not None and variable.due.before is not None:
            yield from dangling(here, "milestone or decision point", variable.due.before, sorted(moments))
    if protocol.cycle_days is not None:
        yield from dangling(("cycle_days",), "parameter", protocol.cycle_days, protocol.parameters)


def _idle_rulings(protocol: TrialProtocol) -> Iterator[Finding]:
    used = {name for table in protocol.tables.values() for name in table.rulings}
    for name, ambiguity in protocol.ambiguities.items():
        if ambiguity.governs in ("decision", "endpoint") and name not in used:
            what = f"no table uses the ruling '{name}'"
            yield Finding(
                ("ambiguities", name, "governs"), what, "declare it in a table, or say what else it governs"
            )
