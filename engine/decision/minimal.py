"""Which unknown variables settle a case: all the inclusion-minimal sets, exactly.

Both questions are asked of one diagram over the unknown variables. Its terminals are BOTTOM (not feasible),
one atom per decided outcome, and TOP (undecided: a gap, a conflict). Not to learn a variable is to join its
branches: BOTTOM gives way, equal outcomes agree, different ones become TOP. So for a set S of variables, join
out all the others:

* S *settles* (`needs`) when no branch over S ends at TOP;
* S *may settle* when some branch over S ends at an atom.

A larger S never settles less, so the family of all such S is itself a boolean diagram ("is the variable in
S?"), and one recursion from the top variable down builds either::

    family(f) = if the variable is left out:  family(join of the branches)
                if it is taken:               all of / any of the families of the branches

"All of" gives `needs`, "any of" gives `may_settle` (as the prime implicants of Coudert and Madre, DAC 1992);
the minimal sets are then read off. The number of joins can grow exponentially with the unknown variables. For
`needs`, the variables that no settling set can miss are found first, by comparing the branches of each node
in pairs, and are never left out; mostly nothing remains to be searched. `may_settle` has an allowance.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import reduce

from engine.decision.diagram import BOTTOM, TOP, Diagrams, OutOfStepsError, Steps

MAY_SETTLE_STEPS = 200_000
"""Allowance of one search for `may_settle`; see benchmarks/decision_core.py for what it costs."""


def needs(diagrams: Diagrams, root: int, required: frozenset[int]) -> list[frozenset[int]]:
    """Return the minimal sets of levels that settle the case whatever their values turn out to be.

    Args:
        diagrams: Holds ``root``, and takes what is built in between.
        root: The case; TOP must not be reachable (then no set settles).
        required: Levels that are in every set, whether they matter or not.
    """
    clash = _Clash(diagrams)
    core = required | _indispensable(diagrams, root, clash)
    question = _Question(core, settled=lambda f: f != TOP, combine=Diagrams.meet, hopeless=clash.among)
    search = _Search(question, diagrams, Steps())
    return [core | chosen for chosen in search.minimal_sets(root)]


def may_settle(
    diagrams: Diagrams, root: int, required: frozenset[int], allowance: int = MAY_SETTLE_STEPS
) -> list[frozenset[int]] | None:
    """Return the minimal sets of levels that settle the case for some of their values, or None.

    Args:
        diagrams: Holds ``root``, and takes what is built in between.
        root: The case; TOP may be reachable.
        required: Levels that are in every set, whether they matter or not.
        allowance: Steps after which the search is given up, with None.
    """
    steps = Steps(allowance)
    scratch = Diagrams(steps)
    question = _Question(required, settled=lambda f: f < TOP, combine=Diagrams.join, hopeless=lambda _: False)
    search = _Search(question, scratch, steps)
    try:
        return [required | chosen for chosen in search.minimal_sets(scratch.adopt(diagrams.nodes, root))]
    except OutOfStepsError:
        return None


def _indispensable(diagrams: Diagrams, root: int, clash: "_Clash") -> frozenset[int]:
    """Return the levels that alone can tell two outcomes apart, so that no settling set can miss them."""
    found, stack, seen = set[int](), [root], {root}
    while stack:
        f = stack.pop()
        if f >= 0:
            level, children = diagrams.nodes[f]
            if level not in found and clash.among(children):
                found.add(level)
            fresh = set(children) - seen
            seen |= fresh
            stack.extend(fresh)
    return frozenset(found)


class _Clash:
    """Tells whether diagrams differ at the same feasible values, without building their join."""

    def __init__(self, diagrams: Diagrams) -> None:
        self._nodes = diagrams.nodes
        self._seen: dict[tuple[int, int], bool] = {}

    def among(self, row: Collection[int]) -> bool:
        distinct = sorted(set(row))
        return any(self._between(f, g) for i, g in enumerate(distinct) for f in distinct[:i])

    def _between(self, f: int, g: int) -> bool:
        if f == g or BOTTOM in (f, g):
            return False
        if f < 0 and g < 0:
            return True
        key = (f, g) if f < g else (g, f)
        if key not in self._seen:
            self._seen[key] = any(self._between(*pair) for pair in self._branches(*key))
        return self._seen[key]

    def _branches(self, f: int, g: int) -> Collection[tuple[int, int]]:
        """Pair the branches at the first variable of either; ``f < g``, so only ``f`` may be a terminal."""
        level_g, below_g = self._nodes[g]
        level_f, below_f = self._nodes[f] if f >= 0 else (level_g + 1, ())
        if level_f == level_g:
            return tuple(zip(below_f, below_g, strict=True))
        return [(child, g) for child in below_f] if level_f < level_g else [(f, child) for child in below_g]


@dataclass(frozen=True, slots=True)
class _Question:
    """What makes the one recursion answer `needs` or `may_settle`.

    Attributes:
        forced: Levels that are in every set.
        settled: Whether the empty set will do at this terminal.
        combine: How the families of the branches of a taken variable make one: all of, any of.
        hopeless: Whether no set can settle the join of these branches, known before it is built.
    """

    forced: frozenset[int]
    settled: Callable[[int], bool]
    combine: Callable[[Diagrams, int, int], int]
    hopeless: Callable[[Collection[int]], bool]


class _Search:
    """One family of sets, built over the nodes of a case."""

    def __init__(self, question: _Question, diagrams: Diagrams, steps: Steps) -> None:
        self._question, self._diagrams, self._steps = question, diagrams, steps
        self._families = Diagrams(steps)
        self._family: dict[int, int] = {}
        self._minimal: dict[int, list[frozenset[int]]] = {TOP: [frozenset()], BOTTOM: []}

    def minimal_sets(self, root: int) -> list[frozenset[int]]:
        """Return the minimal sets that settle ``root``, forced levels left out."""
        return self._least(self._sets(root))

    def _sets(self, f: int) -> int:
        """Return the family of settling sets; they need not hold the forced levels."""
        if f < 0:
            return TOP if self._question.settled(f) else BOTTOM
        found = self._family.get(f)
        if found is None:
            self._steps.spend()
            level, children = self._diagrams.nodes[f]
            found = self._family[f] = self._branch(level, tuple(dict.fromkeys(children)))
        return found

    def _branch(self, level: int, children: tuple[int, ...]) -> int:
        if level in self._question.forced:
            return self._taken(children)
        hopeless = self._question.hopeless(children)
        without = BOTTOM if hopeless else self._sets(reduce(self._diagrams.join, children))
        return TOP if without == TOP else self._families.node(level, (without, self._taken(children)))

    def _taken(self, children: Iterable[int]) -> int:
        return reduce(lambda f, g: self._question.combine(self._families, f, g), map(self._sets, children))

    def _least(self, family: int) -> list[frozenset[int]]:
        """Read the minimal sets off a monotone family."""
        found = self._minimal.get(family)
        if found is None:
            level, (without, taken) = self._families.nodes[family]
            more = [chosen | {level} for chosen in self._least(taken) if not self._member(without, chosen)]
            found = self._minimal[family] = self._least(without) + more
            self._steps.spend(len(found))
        return found

    def _member(self, family: int, chosen: frozenset[int]) -> bool:
        while family >= 0:
            level, (without, taken) = self._families.nodes[family]
            family = taken if level in chosen else without
        return family == TOP
