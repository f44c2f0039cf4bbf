"""Steps about what the engine says: outcome, reasons, what must be acknowledged, refusals."""

from pytest_bdd import parsers, then

from api.bdd.words import codes
from api.bdd.world import World, same

Table = list[list[str]]


@then(parsers.re(r"the decision is (?P<phrase>.+)"))
def decision_is(world: World, phrase: str) -> None:
    """The engine's own outcome, which no verdict alters: ``propose X``, ``hold for A and B``."""
    same("decision", phrase, world.words.outcome(world.outcome()))


@then(parsers.re(r"it is for (?P<cycles>\d+) cycles"), converters={"cycles": int})
def cycles(world: World, cycles: int) -> None:
    """For how many cycles the outcome is."""
    same("cycles", cycles, world.outcome().get("cycles"))


@then(parsers.re(r"it rests on (?P<rules>.+)"))
def rests_on(world: World, rules: str) -> None:
    """The rules that fired."""
    same("rules", rules, " and ".join(world.outcome()["rules"]))


@then(parsers.re(r"it cites (?P<section>\S+) (?P<sentence>\d+)"), converters={"sentence": int})
def cites(world: World, section: str, sentence: int) -> None:
    """One of the places in the record that the outcome cites."""
    found = [(cite["section"], cite["sentence"]) for cite in world.outcome()["cites"]]
    same(
        f"{section} {sentence} among the citations {found}", expected=True, found=(section, sentence) in found
    )


@then(parsers.re(r"the clinician must acknowledge (?P<listed>.+)"))
def must_acknowledge(world: World, listed: str) -> None:
    """Exactly the codes that must be ticked before a confirmation."""
    same("to acknowledge", sorted(codes(listed)), world.outcome()["acknowledge"])


@then(parsers.re(r"it may be settled by (?P<phrase>.+)"))
def may_settle(world: World, phrase: str) -> None:
    """The sets of facts and rulings of which one may be enough."""
    same("may be settled by", phrase, world.words.sets(world.outcome()["may_settle"]))


@then(parsers.re(r"still possible are (?P<phrase>.+)"))
def candidates(world: World, phrase: str) -> None:
    """The outcomes that a hold leaves open."""
    same("still possible", phrase, ", ".join(map(world.words.outcome, world.outcome()["candidates"])))


@then("the reasons are")
def reasons(world: World, datatable: Table) -> None:
    """Why it is held or referred: code, what it is about, and what was said about that."""
    found = [
        [
            reason["code"].replace("_", " "),
            ", ".join(map(world.words.called, reason.get("on", []))),
            ": ".join(filter(None, (reason.get("status", "").replace("_", " "), reason.get("reason")))),
        ]
        for reason in world.outcome()["reasons"]
    ]
    same("reasons", [[cell.casefold() for cell in row] for row in datatable[1:]], _folded(found))


def _folded(rows: Table) -> Table:
    return [[cell.casefold() for cell in row] for row in rows]


@then(parsers.re(r"it is shown with the assumption (?P<parameter>\S+)"))
def assumption(world: World, parameter: str) -> None:
    """A silent point of the record is shown beside the decision."""
    found = [one["parameter"] for one in world.decision()["assumptions"]]
    same(f"{parameter} among the assumptions {found}", expected=True, found=parameter in found)


@then(parsers.re(r"the endpoint (?P<endpoint>\S+) is (?P<phrase>.+)"))
def endpoint(world: World, endpoint: str, phrase: str) -> None:
    """An endpoint as it was derived last."""
    derived = [one["answer"] for one in world.history()["endpoints"] if one["endpoint"] == endpoint]
    found = world.words.outcome(derived[-1]) if derived else "not derived"
    same(f"endpoint {endpoint}", phrase, found.removeprefix("propose "))


@then(parsers.re(r"it is refused as (?P<kind>[^:]+)(?:: (?P<about>.+))?"))
def refused(world: World, kind: str, about: str | None) -> None:
    """What was done last was refused for this, naming that; nothing of it was stored."""
    refusal = world.refused()
    same("refused as", kind, refusal["type"].rpartition(":")[2].replace("-", " "))
    if about is not None:
        detail = refusal["detail"].replace("_", " ")
        same(f"'{about}' named in: {detail}", expected=True, found=about.replace("_", " ") in detail)
