r"""Reduced, ordered, multi-valued decision diagrams over one flat lattice.

A diagram is a function from the values of the variables to a terminal. The terminals form a lattice::

                TOP                 true;   "not one outcome"
        /     |     |     \
      atom  atom  atom  atom        an outcome each
        \     |     |     /
               BOTTOM               false;  "no outcome"

so that two operations serve booleans and outcomes alike: `join` is "or", puts rules side by side (equal
outcomes agree, different ones clash at TOP) and quantifies a variable away; `meet` is "and" and restricts to
a condition.

A diagram is an int: negative for a terminal, else the index of an inner node (a level and one child per value
of the variable at that level). Nodes are hash-consed, so equal functions are equal ints. A `Diagrams` belongs
to one thread; its finished nodes may be read by many.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

BOTTOM: Final = -1
TOP: Final = -2
_BELOW_ALL: Final = 1 << 60

Inner: TypeAlias = tuple[int, tuple[int, ...]]
"""The level of the variable and one child per value."""

Known: TypeAlias = Sequence[int | None]
"""By level: the index of the known value, or None."""


def atom(number: int) -> int:
    """Return the terminal of the outcome with this number, from 0."""
    return -3 - number


class OutOfStepsError(Exception):
    """The work allowed for an answer is used up (caught inside the package)."""


class Steps:
    """A deterministic allowance of work, the same on every machine; without a limit when ``left`` is None."""

    def __init__(self, left: int | None = None) -> None:
        """Allow so many steps."""
        self._left = left

    def spend(self, count: int = 1) -> None:
        """Use steps up.

        Raises:
            OutOfStepsError: When none is left.
        """
        if self._left is not None:
            self._left -= count
            if self._left < 0:
                raise OutOfStepsError


class Diagrams:
    """A growing store of diagrams in one variable order."""

    def __init__(self, steps: Steps | None = None) -> None:
        """Start empty.

        Args:
            steps: Allowance; each new pair that `join` or `meet` looks at takes one.
        """
        self.nodes: list[Inner] = []
        self.steps = steps or Steps()
        self._index: dict[Inner, int] = {}
        self._joined: dict[tuple[int, int], int] = {}
        self._met: dict[tuple[int, int], int] = {}

    def node(self, level: int, children: tuple[int, ...]) -> int:
        """Return the one diagram that branches like this; a branching without a difference is no node."""
        if children.count(children[0]) == len(children):
            return children[0]
        key = (level, children)
        found = self._index.get(key)
        if found is None:
            found = self._index[key] = len(self.nodes)
            self.nodes.append(key)
        return found

    def join(self, f: int, g: int) -> int:
        """Return the least diagram above both."""
        if g in (f, BOTTOM) or f == TOP:
            return f
        if f == BOTTOM or g == TOP:
            return g
        if f < 0 and g < 0:
            return TOP
        key = (f, g) if f < g else (g, f)
        found = self._joined.get(key)
        if found is None:
            found = self._joined[key] = self._apply(self.join, f, g)
        return found

    def meet(self, f: int, g: int) -> int:
        """Return the greatest diagram below both."""
        if g in (f, TOP) or f == BOTTOM:
            return f
        if f == TOP or g == BOTTOM:
            return g
        if f < 0 and g < 0:
            return BOTTOM
        key = (f, g) if f < g else (g, f)
        found = self._met.get(key)
        if found is None:
            found = self._met[key] = self._apply(self.meet, f, g)
        return found

    def _apply(self, operation: Callable[[int, int], int], f: int, g: int) -> int:
        self.steps.spend()
        level_f, below_f = self.nodes[f] if f >= 0 else (_BELOW_ALL, ())
        level_g, below_g = self.nodes[g] if g >= 0 else (_BELOW_ALL, ())
        if level_f == level_g:
            return self.node(level_f, tuple(map(operation, below_f, below_g)))
        if level_f < level_g:
            return self.node(level_f, tuple([operation(child, g) for child in below_f]))
        return self.node(level_g, tuple([operation(f, child) for child in below_g]))

    def negate(self, f: int) -> int:
        """Return the complement of a boolean diagram."""
        return self.adopt(self.nodes, f, relabel={BOTTOM: TOP, TOP: BOTTOM})

    def adopt(
        self,
        nodes: Sequence[Inner],
        root: int,
        known: Known | None = None,
        relabel: Mapping[int, int] | None = None,
    ) -> int:
        """Copy a diagram from a store of the same order, following known values and renaming terminals."""
        rename = relabel or {}
        copied: dict[int, int] = {}

        def copy(f: int) -> int:
            if f < 0:
                return rename.get(f, f)
            level, children = nodes[f]
            value = None if known is None else known[level]
            if value is not None:
                return copy(children[value])
            found = copied.get(f)
            if found is None:
                found = copied[f] = self.node(level, tuple(map(copy, children)))
            return found

        return copy(root)


def balanced(operation: Callable[[int, int], int], items: Iterable[int], neutral: int) -> int:
    """Fold as a balanced tree, which keeps what stands in between small."""
    row = list(items)
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [operation(f, g) for f, g in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0] if row else neutral


def terminals(nodes: Sequence[Inner], root: int, known: Known) -> set[int]:
    """Collect what can still be reached."""
    stack, seen = [root], {root}
    while stack:
        f = stack.pop()
        if f < 0:
            continue
        level, children = nodes[f]
        value = known[level]
        for child in children if value is None else (children[value],):
            if child not in seen:
                seen.add(child)
                stack.append(child)
    return {f for f in seen if f < 0}


def support(nodes: Sequence[Inner], root: int) -> frozenset[int]:
    """Return the levels on which a diagram depends."""
    stack, seen = [root], {root}
    while stack:
        f = stack.pop()
        if f >= 0:
            fresh = set(nodes[f][1]) - seen
            seen |= fresh
            stack.extend(fresh)
    return frozenset(nodes[f][0] for f in seen if f >= 0)


def find(
    nodes: Sequence[Inner], roots: tuple[int, ...], known: Known, accept: Callable[[tuple[int, ...]], bool]
) -> dict[int, int] | None:
    """Find values at which the diagrams, none of them at BOTTOM, have terminals that are accepted.

    Returns:
        The chosen value index of each level that was branched on (any value does for the others), or None.
    """
    barren: set[tuple[int, ...]] = set()

    def search(state: tuple[int, ...]) -> dict[int, int] | None:
        if BOTTOM in state or state in barren:
            return None
        level, size = min(((nodes[f][0], len(nodes[f][1])) for f in state if f >= 0), default=(_BELOW_ALL, 0))
        if not size:
            return {} if accept(state) else None
        value = known[level]
        for choice in range(size) if value is None else (value,):
            found = search(
                tuple([nodes[f][1][choice] if f >= 0 and nodes[f][0] == level else f for f in state])
            )
            if found is not None:
                return {**found, level: choice}
        barren.add(state)
        return None

    return search(roots)
