"""Steps about what is on record: where the subject stands, verdicts, deviations, what is owed, the trail."""

from pytest_bdd import parsers, then, when

from api.bdd.words import plain
from api.bdd.world import REFUSED, World, same
from api.store.auditing import VerifiedTrial
from engine.ledger import Broken

Table = list[list[str]]
_BY = {"edc": "data system", "investigator": "investigator", "engine": "engine"}


@then(parsers.re(r"the subject's (?P<what>arm|epoch|regimen|cycle|standing) is (?P<value>.+)"))
def stands(world: World, what: str, value: str) -> None:
    """Where the subject stands."""
    found = world.history()["state"][what]
    same(what, value, "none" if found is None else str(found))


@then("no decision was made")
def no_decision(world: World) -> None:
    """The subject's record has no decision at all."""
    same("decisions", [], [one["decision"] for one in world.history()["decisions"]])


@then("the decision awaits a verdict")
def still_open(world: World) -> None:
    """The decision that was asked last awaits a verdict."""
    same("status of the decision", "open", world.decision()["status"])


@then(parsers.re(r"the decision was (?P<said>confirmed|chosen|overridden|acknowledged) by the (?P<who>.+)"))
def verdict(world: World, said: str, who: str, datatable: Table | None = None) -> None:
    """The verdict that stands beside the engine's outcome, with whatever the table says of it."""
    found = world.decision()["verdict"]
    same("verdict", said, None if found is None else found["verdict"])
    same("given by", who.replace(" ", "-"), found["by"])
    for key, value in datatable or []:
        told = found.get(key.replace(" ", "_"))
        same(key, value, _shown(told))


def _shown(told: object) -> str:
    if isinstance(told, bool):
        return "yes" if told else "no"
    return ", ".join(told) if isinstance(told, list) else str(told)


@then("these decisions are on record")
def decisions(world: World, datatable: Table) -> None:
    """Every asking of every decision point, oldest first: key, outcome, status."""
    found = [
        [one["decision"], world.words.outcome(one["answer"]), one["status"]]
        for one in world.history()["decisions"]
    ]
    same("decisions", datatable[1:], found)


@then("these deviations are on record")
def deviations(world: World, datatable: Table) -> None:
    """Every departure from the plan, oldest first: kind, about what, as decided, as given."""
    found = [
        [one["kind"].replace("_", " "), one["about"], one.get("decided") or "-", one.get("given") or "-"]
        for one in world.history()["deviations"]
    ]
    same("deviations", datatable[1:], found)


@then("no deviation is on record")
def no_deviation(world: World) -> None:
    """Nothing departed from the plan."""
    same("deviations", [], world.history()["deviations"])


@then("these results are awaited")
def awaited(world: World, datatable: Table) -> None:
    """Every fact that is owed, and from whom."""
    owed = world.read(f"{world.at_subject}/next")["awaited"]
    found = [[one["label"], one.get("reporter") or "-", one.get("status") or "-"] for one in owed]
    same("awaited", datatable[1:], found)


@then("nothing is awaited")
def nothing_awaited(world: World) -> None:
    """No result is owed."""
    same("awaited", [], world.read(f"{world.at_subject}/next")["awaited"])


@then(parsers.re(r"planned next is (?P<listed>.+)"))
def planned(world: World, listed: str) -> None:
    """The moves that lie on the protocol's own path, and who takes them."""
    steps = [step for step in world.read(f"{world.at_subject}/next")["moves"] if step["planned"]]
    found = [" ".join(filter(None, (step["move"], step["about"], "by", _BY[step["by"]]))) for step in steps]
    same("planned next", listed, ", ".join(plain(one) for one in found) or "nothing")


@then(parsers.re(r"(?P<variable>.+) is on record as (?P<said>.+)"))
def on_record(world: World, variable: str, said: str) -> None:
    """The latest report of a variable."""
    key = world.words.variable(variable)
    found = [one for one in world.history()["observations"] if one["variable"] == key]
    same(variable, said, found[-1]["value"] if found else "not reported")


@then(parsers.re(r"the exit on record is (?P<exit_>\S+) with scope (?P<scope>\S+)"))
def exit_on_record(world: World, exit_: str, scope: str) -> None:
    """The latest exit, and how far it reaches."""
    found = world.history()["exits"][-1]
    same("exit", (exit_, scope), (found["exit"], found.get("scope")))


@then(parsers.re(r"(?P<variable>.+) was true before cycle (?P<cycle>\d+) and learned after it"))
def two_times(world: World, variable: str, cycle: str) -> None:
    """A result keeps both times: when it was true, and when the engine learned it."""
    subject, key = world.history(), world.words.variable(variable)
    when_given = {one["number"]: one["effective_at"] for one in subject["cycles"]}[int(cycle)]
    found = next(one for one in subject["observations"][::-1] if one["variable"] == key)
    same("true before the cycle", expected=True, found=found["effective_at"] < when_given)
    same("learned after the cycle", expected=True, found=found["recorded_at"] > when_given)


@then("the audit trail of the subject reads")
def trail(world: World, datatable: Table) -> None:
    """Every entry of the subject in the log's order: who, and what happened."""
    entries = world.read(f"audit/entries?subject={world.subject}&limit=1000")["items"]
    found = [[one["actor"].replace("-", " "), _event(one["kind"])] for one in entries]
    same("audit trail", datatable[1:], found)


@then(parsers.re(r"the last entry of the subject is (?P<what>.+) by the (?P<who>.+)"))
def last_entry(world: World, what: str, who: str) -> None:
    """What was recorded last, and by whom."""
    entry = world.read(f"audit/entries?subject={world.subject}&limit=1000")["items"][-1]
    same("last entry", (what, who), (_event(entry["kind"]), entry["actor"].replace("-", " ")))


def _event(kind: str) -> str:
    """Say a kind of event: ``subject.cycle.given`` is ``cycle given``."""
    return " ".join(kind.split(".")[1:])


@then("every entry says when it was true and when it was recorded, in this order")
def entry_times(world: World) -> None:
    """No entry was recorded before it was true, and each has its place under the signed head."""
    entries = world.read(f"audit/entries?subject={world.subject}&limit=1000")["items"]
    recorded = [entry["recorded_at"] for entry in entries]
    same("order of the entries", sorted(recorded), recorded)
    for entry in entries:
        same(entry["kind"], expected=True, found=entry["effective_at"] <= entry["recorded_at"])
        proof = world.read(f"audit/entries/{entry['event']}/proof")
        same("leaf under the signed head", entry["leaf_hash"], proof["leaf_hash"])


@when(
    parsers.re(
        r'somebody alters the latest "(?P<event>[^"]+)" in the database from (?P<old>\S+) to (?P<new>\S+)'
    )
)
def altered(world: World, event: str, old: str, new: str) -> None:
    """Alter a stored text as one who owns the database could, with its guards switched off."""
    world.own_installation()
    kind = "subject." + event.replace(" ", ".")
    world.altered = world.here.alter(
        world.trial, str(world.subject), kind, lambda text: text.replace(old, new)
    )


@then("the audit trail verifies")
def verifies(world: World) -> None:
    """The whole log of the trial holds under its signed heads."""
    found = world.here.verify(world.trial)
    same(f"log ({found})", expected=True, found=isinstance(found, VerifiedTrial))


@then("verification names the altered entry")
def verification_names(world: World) -> None:
    """Verification fails, and says at which entry."""
    found = world.here.verify(world.trial)
    same("entry named", world.altered, found.event_id if isinstance(found, Broken) else "none")


@then("the service no longer shows the subject")
def not_shown(world: World) -> None:
    """A history that does not hold is not read."""
    answer = world.here.call("auditor", "GET", f"{world.trial}/{world.at_subject}")
    same("reading the subject", expected=True, found=answer.status_code >= REFUSED)
