"""One subject's way through a trial, on the engine alone: drafts become events as the shell makes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.conduct.deciding import Verdict, VerdictKind, ask, consequences, judge
from engine.conduct.recording import Draft, allocate, give_cycle, leave, observe, reach, screen
from engine.decide import Trial
from engine.protocol.catalogue import Catalogue
from engine.subject.events import (
    Allocated,
    Exited,
    Happened,
    MilestoneReached,
    Observed,
    Registered,
    Screened,
    Value,
)
from engine.subject.state import Decision, Subject, apply
from tests.toy import TRIAL, write_toy

REFERENCE = {
    "AMB-02": "c1_governs",
    "AMB-03": "everoht_first",
    "AMB-04": "pr_or_better",
    "AMB-05": "as_non_pr",
    "AMB-09": "ever_mutated",
    "AMB-16": "ypt0_is_ypn0",
}
"""Rulings on every ambiguity that a table of the flagship uses."""
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@cache
def flagship() -> Trial:
    """The trial that is shipped."""
    return Trial(Catalogue().load("NCT07239271"))


@cache
def toy() -> Trial:
    """The toy trial."""
    with TemporaryDirectory() as root:
        write_toy(Path(root))
        return Trial(Catalogue([Path(root)]).load(TRIAL))


@dataclass
class Course:
    """A subject, its history, and the rulings in force; each step is a day later than the one before."""

    trial: Trial
    rulings: dict[str, str]
    subject: Subject = field(init=False)
    history: list[Happened] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.subject = Subject(self.trial.protocol.trial, "S-1")
        body = Registered(site="SITE-01", consent_version="1", consent_signed_at=START)
        self.happen([Draft(body, START)])

    @property
    def now(self) -> datetime:
        """The day after what happened last."""
        return START + DAY * len(self.history)

    def happen(self, drafts: Sequence[Draft]) -> None:
        """Let drafts happen, and what follows from them."""
        now = self.now
        for draft in drafts:
            self._append(draft, now)
        for draft in consequences(self.trial, self.subject, self.rulings, now):
            self._append(draft, now)

    def _append(self, draft: Draft, now: datetime) -> None:
        protocol, version = self.trial.protocol, self.subject.version + 1
        happened = Happened(
            event_id=f"e-{version}",
            version=version,
            body=draft.body,
            actor="u-1",
            effective_at=draft.effective_at,
            recorded_at=now,
            protocol=(protocol.version, protocol.hash),
        )
        self.subject = apply(self.subject, happened, self.trial.chart)
        self.history.append(happened)

    def screened(self, result: str = "eligible") -> "Course":
        """Judge eligibility."""
        self.happen(screen(self.subject, Screened.model_validate({"result": result}), self.now))
        return self

    def allocated(self, arm: str) -> "Course":
        """Bring the subject onto an arm."""
        self.screened()
        self.happen(allocate(self.trial, self.subject, Allocated(arm=arm), self.now))
        return self

    def cycle(self, regimen: str, times: int = 1) -> "Course":
        """Give the next cycles."""
        for _ in range(times):
            self.happen(give_cycle(self.trial, self.subject, self.subject.state.cycle + 1, regimen, self.now))
        return self

    def see(self, **facts: Value) -> "Course":
        """Observe values; a number comes in percent."""
        units = {name: None if isinstance(value, str) else "%" for name, value in facts.items()}
        bodies = [Observed(variable=name, value=value, unit=units[name]) for name, value in facts.items()]
        self.happen(observe(self.trial, [(body, self.now) for body in bodies]))
        return self

    def miss(self, variable: str, status: str, reason: str | None = None) -> "Course":
        """Observe why there is no value."""
        body = Observed.model_validate({"variable": variable, "status": status, "reason": reason})
        self.happen(observe(self.trial, [(body, self.now)]))
        return self

    def ask(self, point: str) -> Decision:
        """Ask a decision point and give the open decision."""
        self.happen(ask(self.trial, self.subject, point, self.rulings, self.now))
        decision = self.subject.open_decision(point)
        assert decision is not None
        return decision

    def judge(self, decision: str, verdict: VerdictKind, **said: object) -> "Course":
        """Take a verdict."""
        spoken = Verdict.model_validate({"verdict": verdict, **said})
        self.happen(judge(self.trial, self.subject, decision, spoken, rulings=self.rulings, at=self.now))
        return self

    def reach(self, milestone: str, **said: object) -> "Course":
        """Reach a milestone; facts by keyword, beside ``reason`` and ``reason_code``."""
        why = {key: said.pop(key) for key in ("reason", "reason_code") if key in said}
        batch = [
            (Observed.model_validate({"variable": name, "value": value}), self.now)
            for name, value in said.items()
        ]
        body = MilestoneReached.model_validate({"milestone": milestone, **why})
        self.happen(reach(self.trial, self.subject, body, batch, self.now))
        return self

    def leave(self, exit_: str, scope: str | None = None) -> "Course":
        """Leave, or come back."""
        self.happen(leave(self.trial, Exited(exit=exit_, scope=scope, reason="As reported."), self.now))
        return self
