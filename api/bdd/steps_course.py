"""Steps about what happens to a subject: entry, results, cycles, milestones, exits."""

from datetime import datetime, timedelta
from typing import Any

from pytest_bdd import given, parsers, step, when

from api.bdd.words import plain
from api.bdd.world import World

Table = list[list[str]]


@step("a subject is registered")
def register(world: World) -> None:
    """Register the scenario's subject with a signed consent."""
    world.register()


@step(parsers.re(r"the subject is found (?P<result>eligible|ineligible)(?: by (?P<criteria>.+))?"))
def screened(world: World, result: str, criteria: str | None) -> None:
    """Record how the subject was judged against the entry criteria."""
    body = {"result": result, "effective_at": world.next_day()}
    world.act(
        "data system",
        f"{world.at_subject}/eligibility",
        body | ({"criteria": criteria.split(", ")} if criteria else {}),
    )


@step(parsers.re(r"the subject is allocated to the (?P<arm>.+) arm"))
def allocated(world: World, arm: str) -> None:
    """Record an allocation that was made outside."""
    body = {"arm": world.words.arm(arm), "source": "IWRS", "effective_at": world.next_day()}
    world.act("data system", f"{world.at_subject}/allocation", body)


@given(parsers.re(r"a subject in the (?P<arm>.+?) arm(?: who was given (?P<cycles>\d+) cycles?)?"))
def in_arm(world: World, arm: str, cycles: str | None) -> None:
    """A subject who is registered, eligible, allocated, and was given so many cycles of what was assigned."""
    world.register()
    screened(world, "eligible", None)
    allocated(world, arm)
    more_cycles(world, int(cycles or 0))


@step(parsers.re(r"the subject is given (?P<cycles>\d+) (?:more )?cycles?"), converters={"cycles": int})
def more_cycles(world: World, cycles: int) -> None:
    """Give the next cycles of the regimen that is assigned."""
    for _ in range(cycles):
        cycle_of(world, world.state["cycle"] + 1, world.state["regimen"])


@step(
    parsers.re(r"the subject is given cycle (?P<number>\d+) of (?P<regimen>\S+)"), converters={"number": int}
)
def cycle_of(world: World, number: int, regimen: str) -> None:
    """Record a cycle as given, whatever was assigned."""
    body = {"number": number, "regimen": regimen, "effective_at": world.next_day()}
    world.act("data system", f"{world.at_subject}/cycles", body)


@given(parsers.re(r"(?!the (?:subject|decision|sponsor) |a subject )(?P<variable>[^\"].*?) is (?P<said>.+)"))
def fact(world: World, variable: str, said: str) -> None:
    """A fact as it was reported; ``not reported`` is none, ``positive, then negative`` are two reports."""
    world.note(world.words.variable(variable), said)


@step("these results")
def facts(world: World, datatable: Table) -> None:
    """Several facts, one a row: what, and what was reported of it."""
    for variable, said in datatable:
        fact(world, variable, said)


_DRAWN = r"(?P<variable>.+?)(?:, drawn before cycle (?P<cycle>\d+),)?"


@given(parsers.re(_DRAWN + r" was reported as (?P<said>.+)"))
@when(parsers.re(_DRAWN + r" is reported as (?P<said>.+)"))
def reported(world: World, variable: str, said: str, cycle: str | None) -> None:
    """A result comes in; one that was drawn earlier, a day before that cycle, keeps that time as its own."""
    at = None
    if cycle is not None:
        given_on = {one["number"]: one["effective_at"] for one in world.history()["cycles"]}
        at = (datetime.fromisoformat(given_on[int(cycle)]) - timedelta(days=1)).isoformat()
    world.note(world.words.variable(variable), said, at)
    world.send()


@step(
    parsers.re(
        r'"(?P<what>[^"]+)" is recorded'
        r"(?: with scope (?P<scope>\S+))?(?: for (?P<code>[^:]+))?(?:: (?P<reason>[^:]+))?"
    )
)
def recorded(
    world: World,
    *,
    what: str,
    scope: str | None,
    code: str | None,
    reason: str | None,
    datatable: Table | None = None,
) -> None:
    """Record a milestone (with its facts in a table) or an exit, by its label."""
    kind, key = world.words.happening(what)
    body: dict[str, Any] = {kind: key, "effective_at": world.next_day()}
    if scope is not None:
        body["scope"] = scope
    if code is not None:
        body["reason_code"] = world.words.override_reason(code)
    if reason is not None:
        body["reason"] = reason
    if kind == "milestone":
        body["observations"] = [
            {"variable": variable, **report, "effective_at": world.next_day()}
            for label, said in datatable or []
            for variable in [world.words.variable(label)]
            for report in world.words.reports(variable, said)
        ]
    world.act("data system", f"{world.at_subject}/{plain(kind)}s", body)
