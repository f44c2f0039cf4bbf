"""Random histories: a walk over a chart, told as the events that would have moved the subject so."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from engine.chart import START, Move
from engine.decide import Trial
from engine.subject.events import (
    Allocated,
    Body,
    Chosen,
    Confirmed,
    CycleGiven,
    EndpointDerived,
    Exited,
    Happened,
    MilestoneReached,
    Observed,
    Overridden,
    Proposed,
    Referred,
    Registered,
    Screened,
)
from tests.engine.course import flagship, toy

FEWER = settings(max_examples=40)
"""A history is a long example."""
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def happened(body: Body, version: int, protocol: tuple[str, str] | None) -> Happened:
    """Place a body at a version."""
    at = BEGIN + timedelta(hours=version)
    return Happened(
        event_id=f"e-{version}",
        version=version,
        body=body,
        actor="u-1",
        effective_at=at,
        recorded_at=at + timedelta(minutes=5),
        protocol=protocol,
    )


@st.composite
def histories(draw: st.DrawFn, trial: Trial) -> list[Happened]:
    """Draw a history of up to 30 events that the chart admits."""
    pinned = (trial.protocol.version, trial.protocol.hash)
    bodies: list[Body] = [Registered(site="A", consent_version="1", consent_signed_at=BEGIN)]
    state, wanted = START, draw(st.integers(0, 30))
    while len(bodies) <= wanted:
        lawful = trial.chart.lawful(state)
        keys = [body.decision for body in bodies if isinstance(body, Proposed)]
        if not lawful or (keys and draw(st.integers(0, 5)) == 0):
            bodies.append(draw(_unmoved(keys)))
            continue
        move = draw(st.sampled_from(lawful))
        bodies.append(draw(_body(move, bodies, draw(st.sampled_from([*trial.protocol.regimen])))))
        state = trial.chart.fire(state, move.kind, move.about, move.regimen)
    return [happened(body, version, pinned) for version, body in enumerate(bodies, 1)]


def _unmoved(keys: list[str]) -> st.SearchStrategy[Body]:
    derived: st.SearchStrategy[Body] = st.builds(
        EndpointDerived, endpoint=st.just("e"), answer=st.just({"outcome": "hold"}), inputs=st.just(())
    )
    if not keys:
        return derived
    return derived | st.builds(Referred, decision=st.sampled_from(keys), reason=st.just("noted"))


def _body(move: Move, bodies: list[Body], regimen: str) -> st.SearchStrategy[Body]:
    asked = [body.decision for body in bodies if isinstance(body, Proposed) and body.point == move.about]
    given = sum(isinstance(body, CycleGiven) for body in bodies)
    match move.kind:
        case "screen":
            return st.just(Screened.model_validate({"result": move.about}))
        case "allocate":
            return st.just(Allocated(arm=move.about))
        case "give_cycle" | "give_cycle_off_plan":
            off_plan = move.kind == "give_cycle_off_plan"
            return st.just(CycleGiven(number=given + 1, regimen=regimen, off_plan=off_plan))
        case "ask":
            answer = st.sampled_from([{"outcome": "hold"}, {"outcome": "propose", "assign": regimen}])
            key = f"{move.about}-{len(asked) + 1}"
            return st.builds(
                Proposed,
                decision=st.just(key),
                point=st.just(move.about),
                answer=answer,
                inputs=st.just(()),
                cycle=st.just(given),
            )
        case "decide":
            said = {"decision": (asked or ["none-1"])[-1], "point": move.about, "regimen": move.regimen}
            why = {"reason_code": "physician_decision", "reason": "as judged"}
            return st.sampled_from(
                [
                    Confirmed.model_validate(said),
                    Chosen.model_validate(said),
                    Overridden.model_validate(said | why),
                ]
            )
        case "milestone" | "early":
            return st.just(MilestoneReached(milestone=move.about, early=move.kind == "early"))
        case "exit":
            return st.just(Exited(exit=move.about, reason="as reported"))
        case "observe":
            return st.builds(Observed, variable=st.just("x"), value=st.sampled_from(["a", "b"]))


DRAWN = st.sampled_from([flagship, toy]).flatmap(lambda made: st.tuples(st.just(made()), histories(made())))
"""A trial and a history in it."""
