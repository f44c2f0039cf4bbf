"""The answer to one case: follow what is known, look at everything that may still follow."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.decision.answer import CONFLICT, GAP, Answer, Outcome, Reason, Sets
from engine.decision.case import Fact, Known, Unknown
from engine.decision.compiling import NO_RULE, CompiledTable
from engine.decision.contradiction import contradictions
from engine.decision.diagram import BOTTOM, TOP, Diagrams, find, support, terminals
from engine.decision.errors import BadOptionError, FactUnknownToPointError, ValueOutsideDomainError
from engine.decision.minimal import MAY_SETTLE_STEPS, may_settle, needs
from engine.protocol.base import Citation
from engine.protocol.table import Flag


def evaluate(
    compiled: CompiledTable,
    facts: Mapping[str, Fact],
    rulings: Mapping[str, str],
    *,
    allowance: int = MAY_SETTLE_STEPS,
) -> Answer:
    """Answer one case; pure, and safe to call from many threads at once.

    Args:
        compiled: The decision point.
        facts: By key; a fact that is left out is unknown.
        rulings: Option by ambiguity; one that is left out is unsigned, one of another point is ignored.
        allowance: Steps for `may_settle`, after which the answer comes without it and says so.

    Returns:
        A proposal, choice or referral only when every feasible completion of the unknown variables agrees on
        it and nothing required is missing; else a hold with its reasons.

    Raises:
        CaseError: A fact that the point does not have, or a value or option outside its domain.
    """
    return _Evaluation(compiled, facts, rulings).answer(allowance)


class _Evaluation:
    """One case on its way through the diagrams."""

    def __init__(
        self, compiled: CompiledTable, facts: Mapping[str, Fact], rulings: Mapping[str, str]
    ) -> None:
        self.compiled, table = compiled, compiled.table
        for key in facts:
            if key not in table.facts:
                raise FactUnknownToPointError(fact=key, point=table.decision_point, admissible=table.facts)
        self.facts, self.rulings = (
            facts,
            {key: rulings[key] for key in sorted(table.rulings) if key in rulings},
        )
        self.names = tuple(compiled.domains)
        self.known = [self._index(name) for name in self.names]
        self.missing = frozenset(
            level
            for level, name in enumerate(self.names)
            if self.known[level] is None and name in table.required
        )

    def _index(self, name: str) -> int | None:
        domain, fact = self.compiled.domains[name], self.facts.get(name)
        if name in self.rulings:
            found = domain.index(self.rulings[name])
            if found is None:
                raise BadOptionError(
                    ruling=name,
                    given=self.rulings[name],
                    admissible=[domain.label(i) for i in range(domain.size)],
                )
            return found
        if not isinstance(fact, Known):
            return None
        found = domain.index(fact.value)
        if found is None:
            raise ValueOutsideDomainError(fact=name, given=fact.value, admissible=str(domain))
        return found

    def answer(self, allowance: int) -> Answer:
        """Decide, refer or hold, and add the rules that may fire."""
        fired = [rule for rule in self.compiled.rules if self._reachable(rule.fires)]
        return replace(
            self._verdict(allowance),
            rules=tuple(sorted(rule.id for rule in fired)),
            cites=tuple(sorted({cite for rule in fired for cite in rule.cites}, key=_citation_order)),
            rulings_used=tuple(self.rulings.items()),
        )

    def _verdict(self, allowance: int) -> Answer:
        reached = terminals(self.compiled.nodes, self.compiled.outcome, self.known) - {BOTTOM}
        outcomes = frozenset(self.compiled.outcomes[terminal] for terminal in reached)
        if not outcomes:
            return _hold(contradictions(self.compiled, self.known))
        if outcomes in ({GAP}, {CONFLICT}):
            return _hold(self._undecided(outcomes))
        if len(outcomes) > 1 or self.missing:
            return self._open(outcomes, allowance)
        (only,) = outcomes
        return self._decided(only)

    def _decided(self, outcome: Outcome) -> Answer:
        if outcome.kind == "refer":
            return Answer("refer", reasons=(Reason(outcome.names[0]),))
        return Answer(
            outcome.kind,
            assign=outcome.names[0] if outcome.kind == "propose" else None,
            cycles=outcome.cycles,
            options=outcome.names if outcome.kind == "choose" else None,
            acknowledge=self._raised(self.compiled.acknowledge, outcome),
            alerts=self._raised(self.compiled.alerts, outcome),
        )

    def _open(self, outcomes: frozenset[Outcome], allowance: int) -> Answer:
        """Hold and say what would settle it; where a gap or conflict is possible, no set always does."""
        scratch = Diagrams()
        root = scratch.adopt(self.compiled.nodes, self.compiled.outcome, self.known, relabel={NO_RULE: TOP})
        decidable = outcomes.isdisjoint({GAP, CONFLICT})  # else no set settles: the search is saved
        sets = needs(scratch, root, self.missing) if decidable else []
        may = may_settle(scratch, root, self.missing, allowance)
        wanted = sets or (may if may is not None else [support(scratch.nodes, root)])
        named = sorted(self.names[level] for level in self.missing.union(*wanted))
        hold = _hold((*map(self._reason, named), *self._undecided(outcomes)))
        return replace(
            hold,
            needs=self._named(sets),
            may_settle=None if may is None else self._named(may),
            may_settle_capped=may is None,
            candidates=_candidates(outcomes),
        )

    def _undecided(self, outcomes: frozenset[Outcome]) -> tuple[Reason, ...]:
        """Say that no rule, or that too many rules, may answer."""
        gap = (Reason("gap"),) if GAP in outcomes else ()
        return (*gap, Reason("conflict", self._at_odds())) if CONFLICT in outcomes else gap

    def _at_odds(self) -> tuple[str, ...]:
        """Return the rules that fire somewhere in a conflict."""
        compiled = self.compiled
        return tuple(
            sorted(
                rule.id
                for rule in compiled.rules
                if find(
                    compiled.nodes, (rule.fires, compiled.outcome), self.known, lambda ends: ends[1] == TOP
                )
                is not None
            )
        )

    def _reason(self, name: str) -> Reason:
        """Say why this unknown variable is asked for."""
        if name in self.compiled.table.rulings:
            return Reason("unsigned", (name,))
        fact = self.facts.get(name)
        said = fact if isinstance(fact, Unknown) else Unknown()
        return Reason(
            "required" if name in self.compiled.table.required else "unknown",
            (name,),
            said.status,
            said.reason,
        )

    def _raised(self, flags: tuple[tuple[Flag, int], ...], outcome: Outcome) -> tuple[str, ...]:
        codes = {flag.code for flag, where in flags if _meant(flag, outcome) and self._reachable(where)}
        return tuple(sorted(codes))

    def _reachable(self, root: int) -> bool:
        return bool(terminals(self.compiled.nodes, root, self.known) - {BOTTOM})

    def _named(self, sets: Iterable[frozenset[int]]) -> Sets:
        return tuple(sorted(tuple(sorted(self.names[level] for level in found)) for found in sets))


def _hold(reasons: tuple[Reason, ...]) -> Answer:
    return Answer("hold", reasons=reasons, needs=(), may_settle=(), candidates=())


def _candidates(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Sort what is still possible; outcomes that differ in their cycles only show once."""
    shown = {(outcome.kind, outcome.names) for outcome in outcomes}
    return tuple(Outcome(kind, names) for kind, names in sorted(shown))


def _meant(flag: Flag, outcome: Outcome) -> bool:
    return (flag.outcome is None or flag.outcome == outcome.kind) and (
        flag.assign is None or not set(flag.assign).isdisjoint(outcome.names)
    )


def _citation_order(cite: Citation) -> tuple[str, str, int]:
    return (cite.record or "", cite.section, cite.sentence)
