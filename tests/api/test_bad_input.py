"""Bad input: each kind gets its own problem, stores nothing and leaves the version as it was."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from api import errors as shell
from api.errors import ShellError
from api.identity import errors as identity
from api.identity.errors import IdentityError
from api.middleware import BODY_LIMIT
from api.problems import STATUS
from api.store.errors import StoreError
from engine.chart import MoveNotLawfulError
from engine.conduct import errors as conduct
from engine.decision import errors as decision
from engine.decision.errors import CaseError
from engine.ledger.errors import PayloadErasedError
from engine.protocol import errors as protocol
from engine.subject.state import ProtocolChangedError
from tests.api.serving import FLAGSHIP, LONG_AGO, Api, Course

Send = Callable[[Course], httpx2.Response]
Case = tuple[type[Exception], str, Send]
WHY = {"reason_code": "safety_finding", "reason": "For the test."}
LATER = "2099-01-05T09:00:00Z"


def post(what: str, body: object = None, **more: Any) -> Send:  # noqa: ANN401  # as `Course.send`
    return lambda course: course.send(what, body, **more)


def raw(what: str, content: bytes, **more: Any) -> Send:  # noqa: ANN401  # as `Course.send`
    return lambda course: course.send(what, content=content, **more)


def get(path: str, role: str = "auditor", **params: str) -> Send:
    return lambda course: course.api.call(role, "GET", path.format(subject=course.key), params=params)


def seen(**fact: object) -> Send:
    """Observe one fact, at a time that may be replaced."""
    return post("observations", {"observations": [{"effective_at": LONG_AGO, **fact}]})


def at(time: object) -> Send:
    return seen(variable="ctdna_c1", value="positive", effective_at=time)


def written(fact: bytes) -> Send:
    """Observe one fact whose members are given as they stand in the body."""
    return raw("observations", b'{"observations":[{"effective_at":"2026-01-05T09:00:00Z",' + fact + b"}]}")


def judged(**said: object) -> Send:
    return post("decisions/after_c2-1/verdict", said, role="investigator")


def evaluated(
    content: bytes | None = None, *, point: str = "after_c2", trial: str = FLAGSHIP, **params: str
) -> Send:
    body = b'{"facts":{}}' if content is None else content
    path = f"{trial}/decision-points/{point}/evaluate"
    return lambda course: course.api.call("edc", "POST", path, content=body, params=params)


def ruled(**said: object) -> Send:
    return lambda course: course.api.call("sponsor", "POST", f"{FLAGSHIP}/rulings", said)


def registered(**said: object) -> Send:
    def send(course: Course) -> httpx2.Response:
        whole = {
            "subject": course.api.unique("B"),
            "site": "SITE-01",
            "consent": {"version": "1", "signed_at": LONG_AGO},
        }
        return course.api.call("edc", "POST", f"{FLAGSHIP}/subjects", whole | said)

    return send


def elsewhere(trial: str, subject: str | None = None, what: str = "/observations") -> Send:
    def send(course: Course) -> httpx2.Response:
        path = f"{trial}/subjects/{subject or course.key}{what}"
        body = {"observations": [{"variable": "ctdna_c1", "value": "positive", "effective_at": LONG_AGO}]}
        return course.api.call("edc", "POST", path, body, version=course.version)

    return send


def chunks() -> Iterator[bytes]:
    for _ in range(2000):
        yield b" " * 1000


USED = "the-key-of-the-first-asking"


def behind(course: Course) -> httpx2.Response:
    return course.send("decisions", {"point": "after_c2"}, version=course.version - 1)


def token(kind: str) -> Send:
    def send(course: Course) -> httpx2.Response:
        made = course.api.grants.token("edc") if kind == "edc" else "neo_nonsense"
        if kind == "service":
            made = course.api.grants.token("investigator", kind="service")
        path = f"{course.path}/decisions/after_c2-1/verdict"
        body = {"verdict": "override", "regimen": "TCbHP", **WHY}
        return course.api.call(None, "POST", path, body, token=made, version=course.version)

    return send


def header(name: str, value: str | bytes | None) -> Send:
    """Ask with one header replaced, or left out."""

    def send(course: Course) -> httpx2.Response:
        headers: dict[str, str | bytes] = {
            "Authorization": f"Bearer {course.api.token('edc')}",
            "Idempotency-Key": course.api.unique("key"),
            "If-Match": f'"{course.version}"',
            "Content-Type": "application/json",
        }
        headers.pop(name)
        if value is not None:
            headers[name] = value
        path = f"/v1/trials/{course.path}/decisions"
        pairs = [
            (key.encode(), each if isinstance(each, bytes) else each.encode())
            for key, each in headers.items()
        ]
        return course.api.http.post(path, content=b'{"point":"after_c2"}', headers=pairs)

    return send


_INVALID = shell.RequestInvalidError
_MATCH = (shell.RequestInvalidError, "request-invalid")
CASES: dict[str, Case] = {
    # Who, and with what in hand.
    "no token": (identity.TokenMissingError, "token-missing", header("Authorization", None)),
    "a wrong token": (identity.TokenRefusedError, "token-refused", token("wrong")),
    "an EDC confirms": (identity.NotAuthorisedError, "not-authorised", token("edc")),
    "a machine signs": (identity.PersonRequiredError, "person-required", token("service")),
    "no key": (shell.IdempotencyKeyMissingError, "idempotency-key-missing", header("Idempotency-Key", None)),
    "an empty key": (
        shell.IdempotencyKeyMissingError,
        "idempotency-key-missing",
        header("Idempotency-Key", ""),
    ),
    "a key too long": (
        shell.IdempotencyKeyMissingError,
        "idempotency-key-missing",
        header("Idempotency-Key", "k" * 256),
    ),
    "a key with a space": (
        shell.IdempotencyKeyMissingError,
        "idempotency-key-missing",
        header("Idempotency-Key", "a b"),
    ),
    "a key beyond ASCII": (
        shell.IdempotencyKeyMissingError,
        "idempotency-key-missing",
        header("Idempotency-Key", "\xe9".encode("latin-1")),
    ),
    "a key used for something else": (
        shell.IdempotencyKeyReusedError,
        "idempotency-key-reused",
        post("decisions", {"point": "after_c4"}, key=USED),
    ),
    "no version": (shell.IfMatchMissingError, "if-match-missing", header("If-Match", None)),
    **{
        f"a version that reads {text}": (*_MATCH, header("If-Match", text))
        for text in ("", "7", '"7', 'W/"7"', "*", '"-1"', '"x"', '"1", "2"', '"9999999999"', '""')
    },
    "an old version": (shell.PreconditionFailedError, "precondition-failed", behind),
    "a version to come": (
        shell.PreconditionFailedError,
        "precondition-failed",
        lambda c: c.send("decisions", {"point": "after_c2"}, version=c.version + 1),
    ),
    # What is not there.
    "a trial that is not there": (shell.NotFoundError, "not-found", elsewhere("NCT0")),
    "a trial that is not there, read": (protocol.TrialUnknownError, "trial-unknown", get("NCT0")),
    "subjects of a trial that is not there": (
        protocol.TrialUnknownError,
        "trial-unknown",
        get("NCT0/subjects"),
    ),
    "the log of a trial that is not there": (
        protocol.TrialUnknownError,
        "trial-unknown",
        get("NCT0/audit/entries"),
    ),
    "a version that is not there": (
        protocol.VersionUnknownError,
        "version-unknown",
        get(f"{FLAGSHIP}/versions/v9"),
    ),
    "a subject that is not there": (shell.NotFoundError, "not-found", elsewhere(FLAGSHIP, "nobody")),
    "a subject with a character that no text has": (
        shell.NotFoundError,
        "not-found",
        elsewhere(FLAGSHIP, "a%00b"),
    ),
    "a subject that is no UTF-8": (shell.NotFoundError, "not-found", elsewhere(FLAGSHIP, "a%ff")),
    "a subject of dots": (shell.NotFoundError, "not-found", elsewhere(FLAGSHIP, "..%2e")),
    "an event that is not there": (
        shell.NotFoundError,
        "not-found",
        get(f"{FLAGSHIP}/audit/entries/no-event/proof"),
    ),
    "a decision that is not there": (
        conduct.DecisionUnknownError,
        "decision-unknown",
        get(f"{FLAGSHIP}/subjects/{{subject}}/decisions/after_c9-1"),
    ),
    "a verdict on no decision": (
        conduct.DecisionUnknownError,
        "decision-unknown",
        post("decisions/after_c9-1/verdict", {"verdict": "confirm"}, role="investigator"),
    ),
    "a decision point that is not there": (
        protocol.DecisionPointUnknownError,
        "decision-point-unknown",
        evaluated(point="after_c9"),
    ),
    "an endpoint, which is no decision point": (
        protocol.DecisionPointUnknownError,
        "decision-point-unknown",
        evaluated(point="pcr"),
    ),
    # What is not JSON, or not only one JSON.
    **{
        f"a body that {why}": (*_MATCH, raw("decisions", body))
        for why, body in {
            "breaks off": b'{"point":',
            "is no JSON": b"point=after_c2",
            "has single quotes": b"{'point':'after_c2'}",
            "goes on behind its end": b'{"point":"after_c2"}{}',
            "has a comma too many": b'{"point":"after_c2",}',
            "has a key twice": b'{"point":"after_c4","point":"after_c2"}',
            "has a key twice, spelled in two ways": b'{"point":"after_c4","p\\u006fint":"after_c2"}',
            "is NaN": b'{"point":NaN}',
            "is infinite": b'{"point":-Infinity}',
            "is nested too deep": b"[" * 70 + b"]" * 70,
            "is nested far too deep": b"[" * 100_000,
            "has a number of 5000 digits": b'{"point":' + b"1" * 5000 + b"}",
            "is no UTF-8": b'{"point":"\xe9"}',
            "is UTF-16": '{"point":"after_c2"}'.encode("utf-16"),
            "has half a character": b'{"point":"\\ud800"}',
            "has half a character as a key": b'{"\\ud800":"after_c2"}',
            "hides half a character in its bytes": b'{"point":"\xed\xa0\x80"}',
            "is null": b"null",
            "is a list": b'[{"point":"after_c2"}]',
            "is a text": b'"after_c2"',
            "is empty": b"",
            "is an empty object": b"{}",
            "has a field of nobody's": b'{"point":"after_c2","force":true}',
            "has a point that is no name": b'{"point":"after c2"}',
            "has a point of another type": b'{"point":2}',
            "has a point that is nothing": b'{"point":null}',
            "has a point too long": b'{"point":"' + b"a" * 65 + b'"}',
            "ends its name with a line": b'{"point":"after_c2\\n"}',
        }.items()
    },
    "no content type": (*_MATCH, header("Content-Type", None)),
    "another content type": (*_MATCH, header("Content-Type", "text/plain")),
    "a form": (*_MATCH, header("Content-Type", "application/x-www-form-urlencoded")),
    "two megabytes": (
        shell.BodyTooLargeError,
        "body-too-large",
        raw("observations", b'{"observations":"' + b"x" * 2_000_000 + b'"}'),
    ),
    "two megabytes in small pieces of unknown number": (
        shell.BodyTooLargeError,
        "body-too-large",
        lambda c: c.send("observations", content=chunks()),
    ),
    "two megabytes to evaluate": (shell.BodyTooLargeError, "body-too-large", evaluated(b" " * 2_000_000)),
    "advance with half a body": (*_MATCH, raw("advance", b"{")),
    "advance that would confirm": (*_MATCH, post("advance", {"verdict": "confirm"})),
    "a byte too many": (shell.BodyTooLargeError, "body-too-large", raw("advance", b" " * (BODY_LIMIT + 1))),
    # When.
    "in the future": (conduct.FutureTimeError, "future-time", at(LATER)),
    "consent in the future": (
        conduct.FutureTimeError,
        "future-time",
        registered(consent={"version": "1", "signed_at": LATER}),
    ),
    **{
        f"the time {time!r}": (*_MATCH, at(time))
        for time in (
            "2026-01-05T09:00:00",
            "2026-01-05",
            "2026-01-05 09:00:00Z",
            "2026-01-05T09:00Z",
            "2026-01-05T09:00:00+0800",
            "2026-01-05T09:00:00+08",
            "2026-02-30T09:00:00Z",
            "2026-01-05T25:00:00Z",
            "2026-01-05T09:00:00Z ",
            "0001-01-01T00:00:00+08:00",
            "9999-12-31T23:59:59-08:00",
            "\u0662\u0660\u0662\u0666-01-05T09:00:00Z",
            "20260115",
            "1700000000",
            "yesterday",
            "",
            1700000000,
            1700000000.5,
            True,
            None,
            ["2026-01-05T09:00:00Z"],
        )
    },
    "no time": (
        *_MATCH,
        post("observations", {"observations": [{"variable": "ctdna_c1", "value": "positive"}]}),
    ),
    # What was measured.
    "a variable that is not there": (
        conduct.NotDeclaredError,
        "not-declared",
        seen(variable="mood", value="good"),
    ),
    "a value outside the domain": (
        decision.ValueOutsideDomainError,
        "value-outside-domain",
        seen(variable="ctdna_c1", value="maybe"),
    ),
    "a word of another variable": (
        decision.ValueOutsideDomainError,
        "value-outside-domain",
        seen(variable="response_c2", value="positive"),
    ),
    "a value in other letters": (
        decision.ValueOutsideDomainError,
        "value-outside-domain",
        seen(variable="response_c2", value="pr"),
    ),
    "another unit": (decision.WrongUnitError, "wrong-unit", seen(variable="lvef", value=55, unit="mL")),
    "no unit": (decision.WrongUnitError, "wrong-unit", seen(variable="lvef", value=55)),
    "a number as a text": (
        decision.ValueOutsideDomainError,
        "value-outside-domain",
        seen(variable="lvef", value="55", unit="%"),
    ),
    "a unit for a word": (
        decision.BadStatusError,
        "bad-status",
        seen(variable="ctdna_c1", value="positive", unit="%"),
    ),
    "a yes for a number": (*_MATCH, seen(variable="lvef", value=True, unit="%")),
    "a list for a value": (*_MATCH, seen(variable="ctdna_c1", value=["positive"])),
    "an object for a value": (*_MATCH, seen(variable="ctdna_c1", value={"value": "positive"})),
    "a number that overflows": (*_MATCH, written(b'"variable":"lvef","unit":"%","value":1e999')),
    "a number that no double holds": (
        *_MATCH,
        written(b'"variable":"lvef","unit":"%","value":9007199254740993'),
    ),
    "a number of 400 digits": (*_MATCH, written(b'"variable":"lvef","unit":"%","value":1' + b"0" * 400)),
    "value and status": (
        conduct.ObservationIncompleteError,
        "observation-incomplete",
        seen(variable="ctdna_c1", value="positive", status="pending"),
    ),
    "neither value nor status": (
        conduct.ObservationIncompleteError,
        "observation-incomplete",
        seen(variable="ctdna_c1"),
    ),
    "a status of nobody's": (*_MATCH, seen(variable="ctdna_c1", status="lost")),
    "what only the history says": (
        conduct.FactFromHistoryError,
        "fact-from-history",
        seen(variable="regimen_c3_c4", value="TCbHP"),
    ),
    "a good and a bad observation": (
        decision.ValueOutsideDomainError,
        "value-outside-domain",
        post(
            "observations",
            {
                "observations": [
                    {"variable": "ctdna_c1", "value": "positive", "effective_at": LONG_AGO},
                    {"variable": "pam_c1", "value": "maybe", "effective_at": LONG_AGO},
                ]
            },
        ),
    ),
    "no observation": (*_MATCH, post("observations", {"observations": []})),
    "201 observations": (
        *_MATCH,
        post(
            "observations",
            {"observations": [{"variable": "lvef", "value": 5, "unit": "%", "effective_at": LONG_AGO}] * 201},
        ),
    ),
    "a reason of nothing but spaces": (*_MATCH, seen(variable="ctdna_c1", status="pending", reason="  ")),
    "a reason too long": (*_MATCH, seen(variable="ctdna_c1", status="pending", reason="x" * 4001)),
    # What was done.
    "an arm that is not there": (
        conduct.NotDeclaredError,
        "not-declared",
        post("allocation", {"arm": "third", "effective_at": LONG_AGO}),
    ),
    "allocated twice": (
        MoveNotLawfulError,
        "move-not-lawful",
        post("allocation", {"arm": "control", "effective_at": LONG_AGO}),
    ),
    "eligible perhaps": (*_MATCH, post("eligibility", {"result": "perhaps", "effective_at": LONG_AGO})),
    "screened twice": (
        MoveNotLawfulError,
        "move-not-lawful",
        post("eligibility", {"result": "eligible", "effective_at": LONG_AGO}),
    ),
    "a point before its time": (
        MoveNotLawfulError,
        "move-not-lawful",
        post("decisions", {"point": "after_c4"}),
    ),
    "an unknown point": (conduct.NotDeclaredError, "not-declared", post("decisions", {"point": "after_c9"})),
    "a regimen that is not there": (
        conduct.NotDeclaredError,
        "not-declared",
        post("cycles", {"number": 3, "regimen": "Aspirin", "effective_at": LONG_AGO}),
    ),
    "a cycle left out": (
        conduct.CycleNumberError,
        "cycle-number",
        post("cycles", {"number": 4, "regimen": "Nab-P+HP", "effective_at": LONG_AGO}),
    ),
    "a cycle before the one before": (
        conduct.TimeOrderError,
        "time-order",
        post("cycles", {"number": 3, "regimen": "Nab-P+HP", "effective_at": "2025-12-01T09:00:00Z"}),
    ),
    **{
        f"cycle {number!r}": (
            *_MATCH,
            post("cycles", {"number": number, "regimen": "Nab-P+HP", "effective_at": LONG_AGO}),
        )
        for number in (0, -1, 3.0, "3", True, None)
    },
    "an exit that is not there": (
        conduct.NotDeclaredError,
        "not-declared",
        post("exits", {"exit": "boredom", "reason": "x", "effective_at": LONG_AGO}),
    ),
    "an exit without a reason": (*_MATCH, post("exits", {"exit": "death", "effective_at": LONG_AGO})),
    "a withdrawal without its scope": (
        conduct.ScopeMissingError,
        "scope-missing",
        post("exits", {"exit": "withdrawal", "reason": "x", "effective_at": LONG_AGO}),
    ),
    "found without being lost": (
        MoveNotLawfulError,
        "move-not-lawful",
        post("exits", {"exit": "found", "reason": "x", "effective_at": LONG_AGO}),
    ),
    "surgery without its facts": (
        conduct.MilestoneIncompleteError,
        "milestone-incomplete",
        post("milestones", {"milestone": "surgery", "effective_at": LONG_AGO}),
    ),
    "early surgery without a reason": (
        conduct.ReasonMissingError,
        "reason-missing",
        post(
            "milestones",
            {
                "milestone": "surgery",
                "effective_at": LONG_AGO,
                "observations": [
                    {"variable": "surgery_type", "value": "mastectomy", "effective_at": LONG_AGO},
                    {"variable": "axillary_procedure", "value": "none", "effective_at": LONG_AGO},
                ],
            },
        ),
    ),
    # What was said to a decision; after_c2-1 is a hold.
    "a hold confirmed": (conduct.VerdictNotFittingError, "verdict-not-fitting", judged(verdict="confirm")),
    "a verdict of nobody's": (*_MATCH, judged(verdict="agree")),
    "an override without a reason": (
        conduct.ReasonMissingError,
        "reason-missing",
        judged(verdict="override", regimen="TCbHP"),
    ),
    "an override with ticks": (
        conduct.VerdictOverfullError,
        "verdict-overfull",
        judged(verdict="override", regimen="TCbHP", acknowledged=["responder_escalation"], **WHY),
    ),
    "an override with an agent where none is open": (
        conduct.VerdictOverfullError,
        "verdict-overfull",
        judged(verdict="override", regimen="TCbHP", agent="T-DXd", **WHY),
    ),
    "an override without a regimen": (
        conduct.OptionNotOfferedError,
        "option-not-offered",
        judged(verdict="override", **WHY),
    ),
    "AC+H without an ejection fraction": (
        conduct.PreconditionMissingError,
        "precondition-missing",
        judged(verdict="override", regimen="AC+H", **WHY),
    ),
    # Who and where.
    "a subject twice": (
        shell.SubjectExistsError,
        "subject-exists",
        lambda c: registered(subject=c.key)(c),
    ),
    **{
        f"the subject {key!r}": (*_MATCH, registered(subject=key))
        for key in ("", "a/b", "a b", "../x", ".x", "S\x00", "S\n", "\u60a3\u8005", "a" * 65, 7, None)
    },
    "a site that is no name": (*_MATCH, registered(site="a/b")),
    "no consent": (*_MATCH, registered(consent=None)),
    "an ambiguity that is not there": (
        conduct.NotDeclaredError,
        "not-declared",
        ruled(ambiguity="AMB-99", option="x"),
    ),
    "an option that is not there": (
        conduct.NotDeclaredError,
        "not-declared",
        ruled(ambiguity="AMB-24", option="x"),
    ),
    "a ruling twice": (
        conduct.RulingStandsError,
        "ruling-stands",
        ruled(ambiguity="AMB-04", option="literal_pr_only"),
    ),
    # What was asked without storing anything.
    "a case that is no object": (CaseError, "case-unreadable", evaluated(b"7")),
    "a case without facts": (CaseError, "case-unreadable", evaluated(b'{"case":"a"}')),
    "a case with a field of nobody's": (CaseError, "case-unreadable", evaluated(b'{"facts":{},"x":1}')),
    "a case whose name is a list": (CaseError, "case-unreadable", evaluated(b'{"facts":{},"case":[]}')),
    "a case whose name is true": (CaseError, "case-unreadable", evaluated(b'{"facts":{},"case":true}')),
    "a fact of another point": (
        decision.FactUnknownToPointError,
        "fact-unknown-to-point",
        evaluated(b'{"facts":{"response_c4":"PR"}}'),
    ),
    "a fact outside its domain": (
        decision.ValueOutsideDomainError,
        "value-outside-domain",
        evaluated(b'{"facts":{"ctdna_c1":1e999999}}'),
    ),
    "a fact with a bad status": (
        decision.BadStatusError,
        "bad-status",
        evaluated(b'{"facts":{"ctdna_c1":{"status":"gone"}}}'),
    ),
    "a case that has a key twice": (*_MATCH, evaluated(b'{"facts":{},"facts":{}}')),
    "a case with half a character": (*_MATCH, evaluated(b'{"facts":{"ctdna_c1":"\\ud800"}}')),
    "a case that breaks off": (*_MATCH, evaluated(b'{"facts":')),
    "a case under rulings of nobody's": (*_MATCH, evaluated(rulings="all")),
    "a case under a version that is not there": (
        protocol.VersionUnknownError,
        "version-unknown",
        evaluated(version="v9"),
    ),
    "a case of a trial that is not there": (
        protocol.TrialUnknownError,
        "trial-unknown",
        evaluated(trial="NCT0"),
    ),
    # What was listed.
    **{
        f"subjects with {name}={value}": (*_MATCH, get(f"{FLAGSHIP}/subjects", **{name: value}))
        for name, value in (
            ("limit", "0"),
            ("limit", "1001"),
            ("limit", "many"),
            ("limit", "1.5"),
            ("cursor", "%%%"),
            ("cursor", "A"),
            ("cursor", "gA"),
            ("cursor", "YQBi"),
            ("site", "a/b"),
            ("arm", ""),
            ("mood", "good"),
        )
    },
    **{
        f"entries with {name}={value}": (*_MATCH, get(f"{FLAGSHIP}/audit/entries", **{name: value}))
        for name, value in (
            ("limit", "0"),
            ("cursor", "YWJj"),
            ("cursor", "LTE"),
            ("cursor", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"),
            ("recorded_from", "2026-01-05T09:00:00"),
            ("recorded_from", "20260105"),
            ("recorded_from", "0001-01-01T00:00:00+08:00"),
            ("recorded_before", "9999-12-31T23:59:59-08:00"),
            ("kind", "a b"),
            ("mood", "good"),
        )
    },
}
ELSEWHERE = {
    conduct.DecisionClosedError: "test_decisions",
    conduct.DecisionStaleError: "test_decisions",
    conduct.AcknowledgementMissingError: "test_decisions",
    conduct.NothingPlannedError: "test_decisions",
    conduct.ReasonNotDueError: "test_decisions",
    identity.SiteBoundError: "test_authority",
    ProtocolChangedError: "test_restart",
    PayloadErasedError: "test_damage",
    shell.ResponseErasedError: "test_damage",
}
"""Refusals that need more than one request, and the module that shows them over HTTP."""


@pytest.fixture(scope="module")
def course(api: Api) -> Course:
    """A subject after cycle 2 with an open hold; every test here must leave it as it is."""
    course = api.subject().at_c2()
    assert course.send("decisions", {"point": "after_c2"}, key=USED).status_code == 201
    return course


def size(api: Api) -> int:
    found: int = api.get("auditor", f"{FLAGSHIP}/audit/checkpoint")["size"]
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_bad_input_gets_its_problem_and_stores_nothing(api: Api, course: Course, case: Case) -> None:
    kind, name, send = case
    before, entries = course.read(), size(api)
    answer = send(course)
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    assert answer.headers["X-Request-ID"]
    said = answer.json()
    assert said["type"] == f"urn:neoadapt:problem:{name}", said
    assert answer.status_code == said["status"] == STATUS[kind if kind in STATUS else kind.__mro__[1]]
    assert said["title"]
    assert said["detail"]
    assert "Traceback" not in answer.text
    assert course.read() == before
    assert size(api) == entries


def test_every_refusal_over_http_is_shown() -> None:
    shown = {kind for kind, *_ in CASES.values()} | ELSEWHERE.keys()
    unavailable = {kind for kind in STATUS if issubclass(kind, StoreError)}
    assert STATUS.keys() - unavailable <= shown
    for kind in shown:
        assert any(base in STATUS for base in kind.__mro__)


def test_every_refusal_of_the_shell_is_in_the_table() -> None:
    """Else it would be answered as a fault of ours."""
    at_start = {shell.TrialsFolderMissingError}
    ours = {kind for kind in ShellError.__subclasses__() if kind.__module__ == ShellError.__module__}
    assert ours - at_start <= STATUS.keys()
    assert set(IdentityError.__subclasses__()) <= STATUS.keys()
    refusals = {
        kind
        for kind in vars(conduct).values()
        if isinstance(kind, type) and kind.__module__ == conduct.__name__
    }
    assert refusals <= STATUS.keys()


def test_a_method_or_a_path_that_is_not_there(api: Api) -> None:
    for method, path, status, kind in (
        ("GET", "/v1/nothing", 404, "no-such-path"),
        ("GET", "/v1/trials/", 404, "no-such-path"),
        ("GET", "/v1/trials//subjects", 404, "no-such-path"),
        ("DELETE", f"/v1/trials/{FLAGSHIP}", 405, "method-not-allowed"),
        ("PUT", f"/v1/trials/{FLAGSHIP}/subjects", 405, "method-not-allowed"),
        ("PATCH", f"/v1/trials/{FLAGSHIP}/rulings", 405, "method-not-allowed"),
    ):
        answer = api.call("edc", method, path)
        assert answer.status_code == status, (method, path)
        assert answer.json()["type"] == f"urn:neoadapt:problem:{kind}"
        assert answer.json()["detail"] != answer.json()["title"], "it says no way out"
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_of_exactly_the_limit_is_read(api: Api, course: Course) -> None:
    exactly = b'{"facts":{}}'.ljust(BODY_LIMIT)
    path = f"{FLAGSHIP}/decision-points/after_c2/evaluate"
    assert api.call("edc", "POST", path, content=exactly).status_code == 200
    assert course.send("advance", content=b"{}".ljust(BODY_LIMIT)).status_code == 409


def test_facts_of_the_error_stand_beside_the_standard_members(course: Course) -> None:
    said = seen(variable="ctdna_c1", value="maybe")(course).json()
    assert (said["fact"], said["given"], said["admissible"]) == ("ctdna_c1", "maybe", "positive, negative")
    said = post("decisions", {"point": "after_c4"})(course).json()
    assert said["trigger"] == "ask after_c4"
    assert "ask after_c2" in said["lawful"]
    said = raw("decisions", b'{"point":1,"point":2}')(course).json()
    assert said["errors"] == [{"loc": ["body"], "msg": "the key 'point' stands twice"}]
    said = at("20260115")(course).json()
    assert said["errors"][0]["loc"] == ["body", "observations", 0, "effective_at"]


def test_a_text_in_any_script_is_kept_as_it_is(api: Api) -> None:
    course = api.subject()
    for text in (
        "\u60a3\u8005\u642c\u8fc1",
        "\U0001f600",
        "a\u0000b",
        "\u202e\u200d",
        "e\u0301",
        "<b>&amp;\"'",
    ):
        course.observe(ctdna_c1={"status": "pending", "reason": text})
        assert course.read()["observations"][-1]["reason"] == text
        assert course.read("history")[-1]["body"]["reason"] == text


def test_a_byte_order_mark_is_passed_over(course: Course) -> None:
    content = b'\xef\xbb\xbf{"point":"after_c2"}'
    assert course.send("decisions", content=content).status_code == 200
