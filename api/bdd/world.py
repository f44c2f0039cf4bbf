"""The world of one scenario: its installation, its subject, what was said and what came back."""

import uuid
from collections.abc import Mapping
from typing import Any

from api.bdd.installation import Installation, Installations
from api.bdd.words import Words, plain

REFUSED = 400


class UnlikeError(AssertionError):
    """A Then found something else."""

    def __init__(self, what: str, *, expected: object, found: object) -> None:
        super().__init__(f"{what}: expected {expected!r}, found {found!r}")


def same(what: str, expected: object, found: object) -> None:
    """Compare what a Then says with what is; words are compared without capitals, articles, underscores.

    Raises:
        UnlikeError: They differ.
    """
    pair = [plain(side) if isinstance(side, str) else side for side in (expected, found)]
    if pair[0] != pair[1]:
        raise UnlikeError(what, expected=expected, found=found)


class World:
    """What the steps of one scenario share.

    A scenario without a subject asks a decision point on the facts alone, and nothing is stored.
    A refusal is kept until a Then expects it; any other step that comes before fails with it.

    Attributes:
        subject: Key of the scenario's own subject, once it is registered.
        state: Where the subject stood after the last write.
        case: The facts of a scenario without a subject.
        answer: What such a scenario was answered.
        asked: The decision points that were asked.
        failed: A step has failed; what is checked at the end no longer matters.
        altered: Id of the event that was altered behind the service's back.
    """

    def __init__(self, installations: Installations, trial: str) -> None:
        self.trial = trial
        self.words = Words(installations.protocol(trial))
        self.subject: str | None = None
        self.case: dict[str, object] = {}
        self.answer: dict[str, Any] | None = None
        self.asked: set[str] = set()
        self.failed = False
        self.altered: str | None = None
        self._installations = installations
        self.state: dict[str, Any] = {}
        self._rulings: dict[str, str] = {}
        self._here: Installation | None = None
        self._version: int | None = None
        self._refusal: dict[str, Any] | None = None
        self._noted: list[dict[str, Any]] = []
        self._seen: dict[str, Any] = {}

    def ruled(self, rulings: Mapping[str, str]) -> None:
        """Say what the sponsor has signed before the scenario starts; without it, nothing."""
        if self._here is not None:
            raise UnlikeError("rulings", expected="said before anything happens", found="said later")
        self._rulings = dict(rulings)

    @property
    def here(self) -> Installation:
        """The installation in which the scenario plays."""
        if self._here is None:
            self._here = self._installations.get(self.trial, self._rulings)
        return self._here

    def own_installation(self) -> None:
        """Let no later scenario share the installation: this one changes what its profile promises."""
        self._installations.retire(self.here)

    def next_day(self) -> str:
        """Let a day pass; the time at which the next thing happens."""
        return self.here.calendar.next_day().isoformat()

    def register(self, site: str = "SITE-01") -> None:
        """Register the scenario's subject."""
        consent = {"version": "1.0", "signed_at": self.next_day()}
        self.subject = f"S-{uuid.uuid4().hex[:12]}"
        body = {"subject": self.subject, "site": site, "consent": consent}
        self._write("data system", "subjects", body)

    def note(self, variable: str, said: str, at: str | None = None) -> None:
        """Note what is reported of a variable; it is sent with the next thing that happens."""
        reports = self.words.reports(variable, said)
        for report in reports:
            learned = self.next_day()
            self._noted.append({"variable": variable, **report, "effective_at": at or learned})
            self.case[variable] = report["value"] if report.keys() == {"value"} else report
        if len(reports) > 1:
            self.case[variable] = {"status": "conflicting"}

    def send(self, who: str = "data system") -> None:
        """Send the reports that were noted, as one batch."""
        noted, self._noted = self._noted, []
        if noted and self.subject is not None:
            self._write(who, f"{self.at_subject}/observations", {"observations": noted})

    @property
    def at_subject(self) -> str:
        """Path of the subject."""
        return f"subjects/{self.subject}"

    def act(self, who: str, path: str, body: Mapping[str, object] | None = None) -> bool:
        """Do something in the trial, and tell whether it was accepted; a refusal is kept."""
        self.send()
        return self._write(who, path, body)

    def _write(self, who: str, path: str, body: Mapping[str, object] | None) -> bool:
        self.nothing_refused()
        version = self._version if path.startswith("subjects/") else None
        answer = self.here.call(who, "POST", f"{self.trial}/{path}", body, version=version)
        if answer.status_code >= REFUSED:
            self._refusal = answer.json()
        elif "etag" in answer.headers:
            self._version = int(answer.headers["etag"].strip('"'))
            self.state = answer.json()["state"]
        self._seen.clear()
        return self._refusal is None

    def read(self, path: str, who: str = "auditor") -> Any:  # noqa: ANN401 what JSON brings
        """Read something of the trial, once until something is done."""
        self.send()
        self.nothing_refused()
        if path not in self._seen:
            answer = self.here.call(who, "GET", f"{self.trial}/{path}")
            if answer.status_code >= REFUSED:
                raise UnlikeError(f"reading {path}", expected="an answer", found=answer.json())
            self._seen[path] = answer.json()
        return self._seen[path]

    def history(self) -> dict[str, Any]:
        """Everything that is known of the subject."""
        found: dict[str, Any] = self.read(self.at_subject)
        return found

    def ask(self, point: str, who: str = "data system") -> None:
        """Ask a decision point: of the subject, or on the facts alone."""
        self.asked.add(point)
        if self.subject is not None:
            self.act(who, f"{self.at_subject}/decisions", {"point": point})
            return
        path = f"{self.trial}/decision-points/{point}/evaluate?rulings=signed"
        answer = self.here.call(who, "POST", path, {"facts": self.case})
        if answer.status_code >= REFUSED:
            self._refusal = answer.json()
        self.answer = answer.json()

    def decision(self) -> dict[str, Any]:
        """The decision that was asked last, as it stands."""
        decisions = self.history()["decisions"]
        if not decisions:
            raise UnlikeError("decisions of the subject", expected="one", found="none")
        last: dict[str, Any] = decisions[-1]
        return last

    def outcome(self) -> dict[str, Any]:
        """The engine's own answer to what was asked last."""
        if self.subject is not None:
            answer: dict[str, Any] = self.decision()["answer"]
            return answer
        self.nothing_refused()
        if self.answer is None:
            raise UnlikeError("decision points asked", expected="one", found="none")
        return self.answer

    def nothing_refused(self) -> None:
        """Fail with a refusal that no Then expected."""
        if self._refusal is not None:
            raise UnlikeError("what was done", expected="accepted", found=self._refusal["detail"])

    def refused(self) -> dict[str, Any]:
        """The refusal of what was done last; nothing was stored with it.

        Raises:
            UnlikeError: It was accepted, or something was stored all the same.
        """
        refusal, self._refusal = self._refusal, None
        if refusal is None:
            raise UnlikeError("what was done", expected="refused", found="accepted")
        if self._version is not None:
            same("version of the subject after a refusal", self._version, self.history()["version"])
        return refusal

    def shown(self) -> set[tuple[str, str]]:
        """What the scenario showed at work, by the kinds of its tags."""
        seen = [("point", point) for point in self.asked]
        answers = [] if self.answer is None else [self.answer]
        if self.subject is not None:
            subject = self.history()
            answers += [one["answer"] for one in (*subject["decisions"], *subject["endpoints"])]
            seen += [(kind, one[kind]) for kind in ("milestone", "exit") for one in subject[f"{kind}s"]]
        for answer in answers:
            seen += [("rule", rule) for rule in answer["rules"] if answer["outcome"] != "hold"]
            seen += [("ambiguity", key) for key in answer["rulings_used"]]
            seen += [("ambiguity", key) for one in answer.get("needs", []) for key in one]
        return set(seen)
