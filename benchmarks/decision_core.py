# noqa: INP001 a folder of scripts is no package
"""What the decision core costs: compiling, verifying, answering, and the search for `may_settle`.

Run from the root of the repository: ``python -m benchmarks.decision_core``. The milliseconds are those of one
process on one machine; what travels is the ratio to brute force (the oracle of the tests, which tries every
completion and every subset) and the share of answers that give up `may_settle` at its allowance of steps.
"""

import random
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from engine.decision import CompiledTable, Known, compile_table, evaluate, verify
from engine.decision.minimal import MAY_SETTLE_STEPS
from engine.protocol.catalogue import Catalogue
from engine.protocol.table import DecisionTable
from engine.protocol.variables import Variable
from tests.engine.decision.oracle import Oracle
from tests.engine.decision.strategies import Point, cited

VALUES = ("x", "y", "z")
CASES = 30
PAIRS_DEFEATED = 0.3


class Asked(NamedTuple):
    """A case: facts and rulings that are known."""

    facts: dict[str, Known]
    rulings: dict[str, str]


def timed(work: Callable[..., object], *given: Any, **more: Any) -> float:  # noqa: ANN401 whatever the work takes
    """Return the milliseconds that the work takes."""
    start = perf_counter()
    work(*given, **more)
    return (perf_counter() - start) * 1000


def shown(times: list[float]) -> str:
    """Write median and worst."""
    return f"{median(times):.2f} / {max(times):.2f}"


def shipped() -> Iterator[tuple[str, Point]]:
    """Every table of the newest version of every shipped trial."""
    catalogue = Catalogue()
    for trial in catalogue.trials():
        protocol = catalogue.load(trial)
        for name, table in protocol.tables.items():
            yield f"{trial} {name}", Point(table, protocol.variables, protocol.ambiguities)


def random_point(chance: random.Random, *, first_match: bool, constraints: int) -> Point:
    """Twenty variables of three values, forty rules of three literals, four outcomes."""
    names = [f"v{i:02}" for i in range(20)]

    def row(width: int) -> dict[str, str]:
        return {name: chance.choice(VALUES) for name in chance.sample(names, width)}

    rules = [
        cited(1, id=f"R{i:02}", when=row(3), then={"assign": f"O{chance.randrange(4)}"}) for i in range(40)
    ]
    if first_match:
        rules.append(cited(1, id="else", when={"all": []}, then={"assign": "O0"}))
    ids = [rule["id"] for rule in rules]
    over = {
        one: [other for other in ids[i + 1 :] if first_match or chance.random() < PAIRS_DEFEATED]
        for i, one in enumerate(ids)
    }
    table: dict[str, Any] = {
        "decision_point": "random",
        "question": "What next?",
        "facts": names,
        "constraints": {f"c{i}": cited(1, never=row(2)) for i in range(constraints)},
        "rules": rules,
        "precedence": [cited(1, first=one, over=others) for one, others in over.items() if others],
    }
    variables = {name: Variable.model_validate(cited(1, label=name, values=VALUES)) for name in names}
    return Point(DecisionTable.model_validate(table), variables, {})


def cases(compiled: CompiledTable, chance: random.Random, unknown: int) -> list[Asked]:
    """Draw cases in which so many variables are unknown."""
    domains, drawn = compiled.domains, []
    for _ in range(CASES):
        names = chance.sample(sorted(domains), len(domains) - unknown)
        known = {name: domains[name].sample(chance.randrange(domains[name].size)) for name in names}
        facts = {name: Known(value) for name, value in known.items() if name in compiled.table.facts}
        drawn.append(Asked(facts, {name: str(v) for name, v in known.items() if name not in facts}))
    return drawn


def measure_shipped(console: Console, chance: random.Random) -> None:
    """Compare the shipped tables with brute force, nothing to everything known."""
    shown_table = Table("table", "nodes", "compile ms", "verify ms", "answer ms", "brute force ms", "ratio")
    for name, point in shipped():
        compiling = [timed(compile_table, *point) for _ in range(5)]
        compiled, oracle = compile_table(*point), Oracle(*point)
        ours, theirs = [], []
        for unknown in range(len(compiled.domains) + 1):
            for case in cases(compiled, chance, unknown)[:5]:
                known = {key: fact.value for key, fact in case.facts.items()} | case.rulings
                ours.append(timed(evaluate, compiled, *case))
                theirs.append(timed(oracle.answer, known, {}))
        shown_table.add_row(
            name,
            str(len(compiled.nodes)),
            shown(compiling),
            f"{timed(verify, compiled):.2f}",
            shown(ours),
            shown(theirs),
            f"{median(t / o for o, t in zip(ours, theirs, strict=True)):.0f}",
        )
    console.print(shown_table)


def measure_random(console: Console, chance: random.Random) -> None:
    """Answer random tables without and with the search for `may_settle`."""
    shown_table = Table(
        "precedence",
        "constraints",
        "nodes",
        "compile ms",
        "unknown",
        "answer ms",
        "with may_settle",
        "capped",
    )
    for first_match in (True, False):
        for constraints in (0, 8):
            point = random_point(chance, first_match=first_match, constraints=constraints)
            compiling = timed(compile_table, *point)
            compiled = compile_table(*point)
            for unknown in (0, 6, 12, 16):
                drawn = cases(compiled, chance, unknown)
                bare = [timed(evaluate, compiled, *case, allowance=0) for case in drawn]
                full = [timed(evaluate, compiled, *case) for case in drawn]
                capped = sum(evaluate(compiled, *case).may_settle_capped for case in drawn)
                shown_table.add_row(
                    "first match, with else" if first_match else "partial",
                    str(constraints),
                    str(len(compiled.nodes)),
                    f"{compiling:.0f}",
                    str(unknown),
                    shown(bare),
                    shown(full),
                    f"{capped} of {CASES}",
                )
    console.print(shown_table)


def main() -> None:
    """Print both tables; the same cases each time."""
    console, chance = Console(), random.Random(20)  # noqa: S311 cases to measure with, no secret
    console.print(f"median / worst; allowance for may_settle: {MAY_SETTLE_STEPS} steps")
    measure_shipped(console, chance)
    measure_random(console, chance)


if __name__ == "__main__":
    main()
