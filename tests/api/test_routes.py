"""Each operation answers its accepted request as its document says."""

from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from api.app import create_app
from api.routes import audit, decisions, health, subjects, trials
from api.settings import Settings
from tests.api.operations import PERSONS, ROWS, Prepared, operations
from tests.api.serving import FLAGSHIP, Api

ROUTES = {
    (method, route.path): route
    for module in (trials, subjects, decisions, audit, health)
    for route in module.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}


def test_every_operation_has_its_row(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = create_app(Settings.of({}, data_dir=tmp_path_factory.mktemp("unserved")))
    found = operations(app)
    assert found == ROWS.keys(), f"write a row for: {found ^ ROWS.keys()}"
    assert found > ROUTES.keys()


def test_an_operation_without_a_row_is_seen(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = create_app(Settings.of({}, data_dir=tmp_path_factory.mktemp("unserved")))
    app.add_api_route("/v1/planted", lambda: None, methods=["PUT"], include_in_schema=False)
    assert operations(app) - ROWS.keys() == {("PUT", "/v1/planted")}


@pytest.mark.parametrize("operation", ROWS, ids=" ".join)
def test_the_accepted_request_is_answered_as_documented(api: Api, operation: tuple[str, str]) -> None:
    prepared = Prepared.of(api, operation)
    roles = prepared.row.roles
    answer = prepared.send(None if roles is None else min(roles - {PERSONS}))
    assert answer.status_code == prepared.row.status, answer.text
    assert answer.headers["X-Request-ID"]
    route = ROUTES.get(operation)
    if route is not None:
        assert answer.headers["Content-Type"] == "application/json"
        said = TypeAdapter(route.response_model or Any).validate_json(answer.content)
        shown = TypeAdapter(route.response_model or Any).dump_python(said, mode="json")
        assert shown == answer.json(), "no member is sent that is not documented, and none is left out"


@pytest.mark.parametrize(
    "operation", [key for key, row in ROWS.items() if key[0] == "POST" and row.reach], ids=" ".join
)
def test_a_write_tells_where_the_subject_stands_and_gives_receipts(
    api: Api, operation: tuple[str, str]
) -> None:
    prepared = Prepared.of(api, operation)
    roles = prepared.row.roles or frozenset()
    answer = prepared.send(min(roles - {PERSONS}))
    said, subject = answer.json(), prepared.course.read()
    assert answer.headers["ETag"] == f'"{said["version"]}"'
    assert said["version"] == subject["version"] == prepared.course.version + len(said["receipts"])
    assert said["state"] == subject["state"]
    assert said["next"] == prepared.course.read("next")
    history = prepared.course.read("history")
    new = history[prepared.course.version :]
    assert [(r["event"], r["kind"]) for r in said["receipts"]] == [(e["event_id"], e["kind"]) for e in new]
    assert {r["log"] for r in said["receipts"]} == {f"neoadapt/{FLAGSHIP}"}
    assert {e["request_id"] for e in new} == {answer.headers["X-Request-ID"]}


def test_a_subject_is_registered_where_its_location_says(api: Api) -> None:
    prepared = Prepared.of(api, ("POST", "/v1/trials/{trial}/subjects"))
    answer = prepared.send("edc")
    assert answer.headers["Location"].startswith(f"/v1/trials/{FLAGSHIP}/subjects/R-")
    found = api.call("edc", "GET", answer.headers["Location"])
    assert found.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert found.json()["consent"] == {"version": "ICF 1.0", "signed_at": "2026-01-05T01:00:00Z"}


def test_trials_and_versions_are_shown_as_they_are_loaded(api: Api) -> None:
    shown = {one["trial"]: one for one in api.get("edc", "/v1/trials")}
    assert shown.keys() == {FLAGSHIP, "TOY-1"}
    assert shown[FLAGSHIP] == api.get("edc", FLAGSHIP)
    assert shown[FLAGSHIP]["arms"] == ["control", "experimental"]
    assert shown[FLAGSHIP]["decision_points"] == ["after_c2", "after_c4"]
    (version,) = api.get("edc", f"{FLAGSHIP}/versions")
    whole = api.get("edc", f"{FLAGSHIP}/versions/v1")
    assert (whole["version"], whole["hash"]) == (version["version"], version["hash"])
    assert {table["decision_point"] for table in whole["decisions"]} == {"after_c2", "after_c4"}
    assert all(rule["cites"] for table in whole["decisions"] for rule in table["rules"])


def test_rulings_stand_beside_the_ambiguities_they_settle(api: Api) -> None:
    shown = {one["ambiguity"]: one for one in api.get("edc", f"{FLAGSHIP}/rulings")}
    for ruling in shown.values():
        assert (ruling["signed"] is None) == (ruling["event"] is None)
        assert ruling["signed"] in (None, *ruling["options"])
    assert shown["AMB-04"]["signed"] == shown["AMB-04"]["reference"] == "pr_or_better"
    assert [one["signed"] for one in api.get("edc", "TOY-1/rulings")] == [None]


def test_the_history_is_whole_and_signed_where_a_person_signs(api: Api) -> None:
    prepared = Prepared.of(
        api, ("POST", "/v1/trials/{trial}/subjects/{subject}/decisions/{decision}/verdict")
    )
    prepared.send("investigator")
    history = prepared.course.read("history")
    assert [event["version"] for event in history] == list(range(1, len(history) + 1))
    signed = [event for event in history if "signature" in event]
    assert [event["kind"] for event in signed] == ["subject.decision.confirmed"]
    (signature,) = [event["signature"] for event in signed]
    assert (signature["name"], signature["meaning"]) == ("Example Investigator", "confirmed")
    assert signature["zone"] == "Asia/Shanghai"
    assert signature["signer"] == signed[0]["actor"]["id"]
    for event in history:
        assert event["site"] == "SITE-01"
        assert event["protocol"]["version"] == "v1"
        assert event["effective_at"].endswith("Z")
        assert event["recorded_at"].endswith("Z")
        assert event["effective_at"] <= event["recorded_at"]
