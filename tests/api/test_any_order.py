"""Commands in any order, sensible or not: the version, the history, the state and the log always agree."""

import json
from typing import Any, ClassVar

import httpx2
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.service.histories import happened
from api.store.auditing import VerifiedTrial, verify_trial
from api.store.database import open_database
from api.store.keys import LogKey
from api.store.store import Store
from engine.decide import Trial
from engine.ledger import Event
from engine.protocol.catalogue import Catalogue
from engine.subject.deviations import deviations
from engine.subject.state import fold
from tests.api.serving import FLAGSHIP, LONG_AGO, Api

TRIAL = Trial(Catalogue().load(FLAGSHIP))
PROTOCOL = TRIAL.protocol
REGIMENS = st.sampled_from([*PROTOCOL.regimen, "Aspirin"])
WHY = {"reason_code": "physician_decision", "reason": "As judged."}


def facts() -> st.SearchStrategy[dict[str, object]]:
    """Observations of the flagship, most of them admissible."""

    def said(name: str) -> st.SearchStrategy[dict[str, object]]:
        words = [*(PROTOCOL.variables[name].values or ("?",)), "nonsense"]
        about: dict[str, object] = {"variable": name, "effective_at": LONG_AGO}
        value = st.sampled_from(words).map(lambda word: about | {"value": word})
        number = st.integers(30, 70).map(lambda n: about | {"value": n, "unit": "%"})
        status = st.sampled_from(["pending", "not_done"]).map(lambda why: about | {"status": why})
        return (number if PROTOCOL.variables[name].quantity else value) | status

    return st.sampled_from([*PROTOCOL.variables]).flatmap(said)


class Conduct(RuleBasedStateMachine):
    """One subject, and what its version must be."""

    api: ClassVar[Api]

    def __init__(self) -> None:
        super().__init__()
        self.course = self.api.subject()
        self.version, self.last = 1, self.course.read()
        self.sent: dict[str, Any] | None = None

    def write(self, what: str, body: object = None, *, role: str = "edc", behind: int = 0) -> None:
        """Send a command; what came back must fit what is stored now."""
        key, version = self.api.unique("key"), self.version - behind
        answer = self.course.send(what, body, role=role, key=key, version=version)
        now = self.course.read()
        if answer.status_code == 201:
            self.version += len(answer.json()["receipts"])
            assert self.version > self.last["version"]
            assert answer.headers["ETag"] == f'"{self.version}"'
            assert answer.json()["state"] == now["state"]
            self.sent = {
                "what": what,
                "body": body,
                "role": role,
                "key": key,
                "version": version,
                "was": answer,
            }
        else:
            self.nothing_happened(answer, now)
        assert now["version"] == self.version
        self.last = now

    def nothing_happened(self, answer: httpx2.Response, now: object) -> None:
        assert answer.status_code in (200, 409, 412, 422, 404), answer.text
        if answer.status_code == 200:
            assert answer.json()["receipts"] == []
        else:
            assert answer.headers["Content-Type"] == "application/problem+json"
        assert now == self.last

    @initialize(steps=st.integers(0, 12))
    def begin(self, steps: int) -> None:
        self.go_on(steps)

    @rule(steps=st.integers(1, 4))
    def go_on(self, steps: int) -> None:
        """Do what comes next by plan, as an EDC and an investigator would."""
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        following = self.course.read("next")
        step = next((one for one in following["moves"] if one["planned"]), None)
        state = self.last["state"]
        match step:
            case {"move": "screen"}:
                self.write("eligibility", {"result": "eligible", "effective_at": LONG_AGO})
            case {"move": "allocate"}:
                self.write("allocation", {"arm": "experimental", "effective_at": LONG_AGO})
            case {"move": "give_cycle"}:
                cycle = {"number": state["cycle"] + 1, "regimen": state["regimen"], "effective_at": LONG_AGO}
                self.write("cycles", cycle)
            case {"move": "ask"}:
                self.write("advance")
            case {"move": "decide", "about": decision}:
                self.confirm(decision)
            case {"move": "milestone", "about": milestone}:
                self.reach(milestone)
            case _:
                self.write("advance")

    def confirm(self, decision: str) -> None:
        answer = self.course.read(f"decisions/{decision}")["answer"]
        match answer["outcome"]:
            case "propose":
                said: dict[str, object] = {"verdict": "confirm", "acknowledged": answer["acknowledge"]}
            case "choose":
                picked = {"regimen": "ADC", "agent": "T-DXd", "acknowledged": answer["acknowledge"]}
                said = {"verdict": "choose", **picked}
            case _:
                said = {"verdict": "override", "regimen": "TCbHP", **WHY}
        self.write(f"decisions/{decision}/verdict", said, role="investigator")
        assert self.last["decisions"][-1]["status"] != "open", "what 'next' names can be done"

    @rule(milestone=st.sampled_from(["surgery", "pathology"]), early=st.booleans())
    def reach(self, milestone: str, *, early: bool = False) -> None:
        values = {
            name: (PROTOCOL.variables[name].values or ("",))[0]
            for name in PROTOCOL.milestone[milestone].requires
        }
        batch = [
            {"variable": name, "value": value, "effective_at": LONG_AGO} for name, value in values.items()
        ]
        body = {"milestone": milestone, "observations": batch, "effective_at": LONG_AGO}
        self.write("milestones", body | (WHY if early else {}))

    @rule(batch=st.lists(facts(), min_size=1, max_size=4))
    def observe(self, batch: list[dict[str, object]]) -> None:
        self.write("observations", {"observations": batch})

    @rule(ahead=st.integers(0, 2), regimen=REGIMENS)
    def give(self, ahead: int, regimen: str) -> None:
        number = self.last["state"]["cycle"] + ahead
        self.write("cycles", {"number": number, "regimen": regimen, "effective_at": LONG_AGO})

    @rule(point=st.sampled_from(["after_c2", "after_c4", "pcr"]))
    def ask(self, point: str) -> None:
        self.write("decisions", {"point": point})

    @rule(arm=st.sampled_from(["control", "experimental", "third"]))
    def allocate(self, arm: str) -> None:
        self.write("allocation", {"arm": arm, "effective_at": LONG_AGO})

    @rule(exit_=st.sampled_from([*PROTOCOL.exit]), scope=st.sampled_from([None, "data", "treatment"]))
    @precondition(lambda self: self.version > 8)
    def leave(self, exit_: str, scope: str | None) -> None:
        self.write("exits", {"exit": exit_, "scope": scope, "reason": "x", "effective_at": LONG_AGO})

    @rule(
        verdict=st.sampled_from(["confirm", "choose", "override", "acknowledge"]),
        regimen=st.none() | REGIMENS,
        back=st.integers(1, 3),
    )
    @precondition(lambda self: self.last["decisions"])
    def judge(self, verdict: str, regimen: str | None, back: int) -> None:
        decision = self.last["decisions"][-back:][0]["decision"]
        self.write(
            f"decisions/{decision}/verdict",
            {"verdict": verdict, "regimen": regimen, **WHY},
            role="investigator",
        )

    @rule(behind=st.integers(-1, 3).filter(bool))
    def come_too_late(self, behind: int) -> None:
        before = self.version
        self.write("exits", {"exit": "death", "reason": "x", "effective_at": LONG_AGO}, behind=behind)
        assert self.version == before

    @rule()
    @precondition(lambda self: self.sent is not None)
    def retry(self) -> None:
        """Repeat the last write that was accepted."""
        assert self.sent is not None
        sent = dict(self.sent)
        first = sent.pop("was")
        again = self.api.call(
            sent["role"],
            "POST",
            f"{self.course.path}/{sent['what']}",
            sent["body"],
            key=sent["key"],
            version=sent["version"],
        )
        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"
        assert self.course.read() == self.last

    @invariant()
    def the_state_is_the_fold_of_the_history(self) -> None:
        history = []
        for event in self.course.read("history"):
            whole = {"signature": None, "site": None, "trial": FLAGSHIP, "stream": self.course.key, **event}
            history.append(happened(Event.model_validate_json(json.dumps(whole))))
        subject = fold(FLAGSHIP, self.course.key, history, PROTOCOL, TRIAL.chart)
        assert subject.version == self.version == len(history)
        state = self.last["state"]
        assert {name: getattr(subject.state, name) for name in state} == state
        assert [d.key for d in subject.decisions] == [one["decision"] for one in self.last["decisions"]]
        assert len(deviations(subject)) == len(self.last["deviations"])

    def teardown(self) -> None:
        """Verify the whole log."""
        key = LogKey.read_or_create(self.api.settings.data_dir)
        engine = open_database(self.api.settings.database_url)
        found = verify_trial(Store(engine, key.signer), FLAGSHIP, key.vkey(FLAGSHIP))
        engine.dispose()
        assert isinstance(found, VerifiedTrial), found


def test_commands_in_any_order_leave_everything_in_agreement(api: Api) -> None:
    class Here(Conduct):
        pass

    Here.api = api
    limits = settings(
        max_examples=12,
        stateful_step_count=16,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        phases=[Phase.reuse, Phase.generate],  # shrinking over HTTP takes longer than reading sixteen steps
    )
    run_state_machine_as_test(Here, settings=limits)
