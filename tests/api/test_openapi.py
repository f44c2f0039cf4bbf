"""The OpenAPI document: what a client is generated from must be true and complete."""

import re
from typing import Any

import pytest
from pydantic import BaseModel

from api import commands
from api.examples import examples
from api.problems import STATUS
from engine.conduct.deciding import FITTING
from tests.api.operations import ROWS
from tests.api.serving import FLAGSHIP, Api

METHODS = {"get", "post", "put", "patch", "delete"}
COMMANDS: list[type[BaseModel]] = [
    commands.Register,
    commands.RecordEligibility,
    commands.RecordAllocation,
    commands.RecordCycle,
    commands.RecordObservations,
    commands.AskDecision,
    commands.Advance,
    commands.GiveVerdict,
    commands.RecordExit,
    commands.RecordMilestone,
    commands.SignRuling,
]


@pytest.fixture(scope="module")
def document(api: Api) -> dict[str, Any]:
    answer = api.call(None, "GET", "/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def described(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def test_it_is_an_openapi_3_1_document(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"] == "NeoAdapt"
    assert "confirmed by a clinician" in document["info"]["description"]


def test_every_operation_is_described_but_the_document_itself(described: dict[tuple[str, str], Any]) -> None:
    shown = {key for key in ROWS if key[1].startswith(("/v1", "/health"))}
    assert described.keys() == shown


def test_ids_of_operations_differ(described: dict[tuple[str, str], Any]) -> None:
    ids = [operation["operationId"] for operation in described.values()]
    assert len(set(ids)) == len(ids)


def test_each_operation_has_words_and_a_schema_for_what_it_takes_and_gives(
    described: dict[tuple[str, str], Any],
) -> None:
    for key, operation in described.items():
        assert operation["summary"], key
        assert operation["description"], key
        given = operation["responses"][str(ROWS[key].status)]["content"]["application/json"]["schema"]
        assert given, f"{key} documents no answer"
        if "requestBody" in operation:
            taken = operation["requestBody"]["content"]["application/json"]
            assert taken["schema"], key
            assert "examples" in taken or "$ref" in taken["schema"], key


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: object) -> set[str]:
        match node:
            case {"$ref": str(target)}:
                return {target}
            case dict():
                return set().union(*map(references, node.values()))
            case list():
                return set().union(*map(references, node))
            case _:
                return set()

    for target in references(document):
        node: Any = document
        for part in target.removeprefix("#/").split("/"):
            node = node[part]
        assert isinstance(node, dict)


def test_only_what_needs_no_token_asks_for_none(
    document: dict[str, Any], described: dict[tuple[str, str], Any]
) -> None:
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    for key, operation in described.items():
        assert bool(operation.get("security")) == (ROWS[key].roles is not None), key


def test_a_write_shows_the_headers_that_it_needs(described: dict[tuple[str, str], Any]) -> None:
    for (method, path), operation in described.items():
        needed = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "header" and p["required"]}
        writes = method == "POST" and not path.endswith("/evaluate")
        expected = {"Idempotency-Key": writes, "If-Match": writes and "{subject}" in path}
        assert needed == {name for name, is_needed in expected.items() if is_needed}, path


def test_problems_are_documented_as_problems(described: dict[tuple[str, str], Any]) -> None:
    for key, operation in described.items():
        if ROWS[key].roles is None:
            continue
        refusals = {status: said for status, said in operation["responses"].items() if status >= "400"}
        everywhere = {"401", "403", "404", "409", "422", "503"}
        writing = {"400", "412", "413", "428"} if "Idempotency-Key" in str(operation) else set()
        assert refusals.keys() >= everywhere | writing, key
        if "requestBody" in operation:
            assert "413" in refusals, key
        for said in refusals.values():
            assert said["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    # 410 is answered after an erasure only, and nothing can be erased yet.
    documented = {int(status) for operation in described.values() for status in operation["responses"]}
    assert set(STATUS.values()) - documented == {410}


def test_the_problem_schema_is_that_of_rfc_9457(document: dict[str, Any]) -> None:
    problem = document["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "detail"} <= problem["properties"].keys()
    assert problem["additionalProperties"] is True
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_each_example_is_a_command(document: dict[str, Any], command: type[BaseModel]) -> None:
    shown = document["components"]["schemas"][command.__name__]["examples"]
    assert shown
    assert shown == examples(command.__name__)["examples"]
    for example in shown:
        command.model_validate(example)


def test_every_body_has_an_example(described: dict[tuple[str, str], Any]) -> None:
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"].get("$ref", "/").rpartition("/")[2]
        for operation in described.values()
        if "requestBody" in operation
    }
    assert bodies - {""} == {command.__name__ for command in COMMANDS}


def test_the_examples_can_be_tried_in_their_order(api: Api) -> None:
    def example(name: str) -> Any:  # noqa: ANN401  # any JSON
        return examples(name)["examples"][0]

    subject = example("Register") | {"subject": api.unique("E")}
    made = api.call("edc", "POST", f"{FLAGSHIP}/subjects", subject)
    assert made.status_code == 201, made.text
    course = api.subject()
    course.did("eligibility", example("RecordEligibility"))
    course.did("allocation", example("RecordAllocation"))
    course.did("cycles", example("RecordCycle"))
    course.did("observations", example("RecordObservations"))
    course.did("cycles", example("RecordCycle") | {"number": 2})
    course.did("decisions", example("AskDecision"))
    course.did("exits", example("RecordExit"))


def test_the_names_in_examples_of_verdicts_are_the_trials(api: Api) -> None:
    protocol = api.get("edc", f"{FLAGSHIP}/versions/v1")
    regimens = {one["id"]: one for one in protocol["regimens"]}
    codes = {one["code"] for one in protocol["override_reasons"]}
    for verdict in examples("GiveVerdict")["examples"]:
        assert any(verdict["verdict"] in fitting for fitting in FITTING.values())
        regimen = regimens.get(verdict.get("regimen", ""), {})
        assert ("regimen" in verdict) == bool(regimen)
        lists = [need["agent_from"] for need in regimen.get("before_confirming", ()) if "agent_from" in need]
        assert all(verdict["agent"] in names for names in lists)
        assert verdict.get("reason_code") in {None, *codes}
