"""Steps about asking a decision point and judging what it says."""

from pytest_bdd import given, parsers, step, when

from api.bdd.words import codes
from api.bdd.world import World, same

_WHO = r"the (?P<who>data system|investigator|sponsor|auditor)"
_AND_TICKS = r"(?: and acknowledges (?P<ticked>.+))?"


@step(parsers.re(r"the decision (?P<point>.+?) is asked for(?: again)?(?: by the (?P<who>.+))?"))
def asked(world: World, point: str, who: str | None) -> None:
    """Ask a decision point: ``after cycle 2``, or by its name."""
    world.ask(world.words.point(point), who or "data system")


@when("the engine takes the next planned step")
def advanced(world: World) -> None:
    """Let the engine take the one planned step, if it is its own."""
    world.act("data system", f"{world.at_subject}/advance")


@given(parsers.re(r"the decision (?P<point>.+?) was confirmed as (?P<regimen>\S+)"))
def was_confirmed(world: World, point: str, regimen: str) -> None:
    """A clinician confirmed the proposal of this regimen, with everything that had to be acknowledged."""
    asked(world, point, None)
    same("regimen proposed", regimen, world.outcome().get("assign"))
    world_ticks = " and ".join(world.outcome()["acknowledge"]) or None
    confirm(world, "investigator", world_ticks)


def _judge(world: World, who: str, **said: object) -> None:
    """Send a verdict on the decision that was asked last."""
    body = {key: value for key, value in said.items() if value is not None}
    world.act(who, f"{world.at_subject}/decisions/{world.decision()['decision']}/verdict", body)


@step(parsers.re(rf"{_WHO} confirms{_AND_TICKS}"))
def confirm(world: World, who: str, ticked: str | None) -> None:
    """Confirm the proposal."""
    _judge(world, who, verdict="confirm", acknowledged=codes(ticked))


@step(parsers.re(rf"{_WHO} chooses (?P<regimen>\S+)(?: with (?P<agent>\S+))?{_AND_TICKS}"))
def choose(world: World, who: str, regimen: str, agent: str | None, ticked: str | None) -> None:
    """Choose one of the options, naming the agent where the regimen leaves it open."""
    _judge(world, who, verdict="choose", regimen=regimen, agent=agent, acknowledged=codes(ticked))


@step(
    parsers.re(
        rf"{_WHO} overrides with (?P<regimen>\S+)(?: with (?P<agent>\S+))?"
        r"(?: for (?P<code>[^:]+))?(?:: (?P<reason>.+))?"
    )
)
def override(
    world: World, *, who: str, regimen: str, agent: str | None, code: str | None, reason: str | None
) -> None:
    """Decide otherwise, with a coded reason and a text."""
    coded = None if code is None else world.words.override_reason(code)
    _judge(world, who, verdict="override", regimen=regimen, agent=agent, reason_code=coded, reason=reason)


@step(parsers.re(rf"{_WHO} acknowledges the referral(?:: (?P<reason>.+))?"))
def acknowledge(world: World, who: str, reason: str | None) -> None:
    """Take note of a referral; nobody moves."""
    _judge(world, who, verdict="acknowledge", reason=reason)
