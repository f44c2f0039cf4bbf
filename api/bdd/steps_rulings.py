"""Steps about the sponsor's rulings on ambiguous texts."""

import re

from pytest_bdd import given, parsers, step, then, when

from api.bdd.world import World, same

_AS = re.compile(r"(?P<ambiguity>\S+) as (?P<option>\S+)")


def _signed(text: str) -> dict[str, str]:
    """Read ``<ambiguity> as <option> and <ambiguity> as <option>``."""
    return {match["ambiguity"]: match["option"] for match in _AS.finditer(text)}


@given("the sponsor has signed no rulings")
def no_rulings(world: World) -> None:
    """Every ambiguity is open."""
    world.ruled({})


@given(parsers.re(r"the sponsor has signed only (?P<signed>.+)"))
def only_rulings(world: World, signed: str) -> None:
    """Only these rulings are signed."""
    world.ruled(_signed(signed))


@given(
    parsers.re(
        r"the sponsor has signed the reference rulings(?: except (?P<left>\S+))?(?:,? but (?P<other>.+))?"
    )
)
def reference_rulings(world: World, left: str | None, other: str | None) -> None:
    """What is suggested for decisions and endpoints is signed, save what is left open or signed otherwise."""
    protocol = world.words.protocol
    borne = {key for table in protocol.tables.values() for key in table.rulings}
    suggested = {key: option for key, option in protocol.reference_rulings.items() if key in borne}
    signed = suggested | _signed(other or "")
    world.ruled({key: option for key, option in signed.items() if key != left})


@when(parsers.re(r"the (?P<who>data system|investigator|sponsor|auditor) signs (?P<signed>\S+ as \S+)"))
def sign(world: World, who: str, signed: str) -> None:
    """Sign one ruling now; no other scenario shares the installation from here on."""
    for ambiguity, option in _signed(signed).items():
        if world.act(who, "rulings", {"ambiguity": ambiguity, "option": option}):
            world.own_installation()


@then(parsers.re(r"(?P<ambiguity>\S+) is ruled (?P<option>\S+)"))
def ruled(world: World, ambiguity: str, option: str) -> None:
    """The ruling that stands on an ambiguity."""
    found = {ruling["ambiguity"]: ruling.get("signed") for ruling in world.read("rulings")}
    same(f"ruling on {ambiguity}", option, found.get(ambiguity))


@step(parsers.re(r"the rulings awaited (?:are|were) (?P<listed>.+)"))
def rulings_awaited(world: World, listed: str) -> None:
    """The rulings that the open decision waits for."""
    found = world.read(f"{world.at_subject}/next")["rulings_awaited"]
    same("rulings awaited", listed, ", ".join(found) or "none")
