from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from engine.ledger import Actor, Event, Instant, ProtocolRef, Signature, SignatureMark

MakeEvent = Callable[..., Event]
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones)  # noqa: DTZ001  # bounds are naive by contract


def text_of(moment: datetime) -> str:
    text = INSTANT.dump_python(INSTANT.validate_python(moment), mode="json")
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "2026-03-01T08:00:00.000000Z"),
        (datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC), "2026-03-01T08:00:00.000001Z"),
        (datetime(2026, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))), "2026-03-01T00:00:00.000000Z"),
        (datetime(2026, 3, 1, 0, 0, tzinfo=timezone(-timedelta(hours=3.5))), "2026-03-01T03:30:00.000000Z"),
        (datetime(202, 3, 1, tzinfo=UTC), "0202-03-01T00:00:00.000000Z"),
    ],
)
def test_a_time_has_one_text(moment: datetime, text: str) -> None:
    assert text_of(moment) == text


@given(moments, moments)
def test_the_order_of_time_texts_is_the_order_of_times(one: datetime, other: datetime) -> None:
    assert (text_of(one) < text_of(other)) is (one < other)
    assert (text_of(one) == text_of(other)) is (one == other)
    assert datetime.fromisoformat(text_of(one)) == one


@pytest.mark.parametrize("field", ["effective_at", "recorded_at"])
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 8, 0),  # noqa: DTZ001  # that it is refused is the point
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        1_772_352_000,
        "2026-03-01T08:00:00Z",
        None,
    ],
)
def test_only_an_aware_time_is_a_time(make_event: MakeEvent, field: str, moment: object) -> None:
    with pytest.raises(ValidationError, match=field):
        make_event(**{field: moment})


def test_times_are_kept_in_utc(make_event: MakeEvent) -> None:
    event = make_event(effective_at=datetime(2026, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))))
    assert event.effective_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert event.effective_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": ""},
        {"trial": ""},
        {"stream": ""},
        {"version": 0},
        {"version": True},
        {"version": "1"},
        {"kind": ""},
        {"schema_version": 0},
        {"site": ""},
        {"request_id": ""},
        {"request_id": None},
        {"actor": None},
        {"body": None},
        {"body": {1: "a key is text"}},
        {"body": {"a": object()}},
        {"unknown": 1},
    ],
)
def test_an_event_refuses_what_it_cannot_be(make_event: MakeEvent, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_event(**changes)


def test_no_field_of_an_event_has_a_default() -> None:
    for model in (Event, Actor, ProtocolRef, Signature):
        assert all(field.is_required() for field in model.model_fields.values())


def test_an_event_is_frozen(make_event: MakeEvent) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make_event().version = 2  # type: ignore[misc]  # that it is refused is the point


@pytest.mark.parametrize("changes", [{"id": ""}, {"role": ""}, {"kind": "robot"}, {"name": "A. Example"}])
def test_an_actor_is_a_person_or_a_service_by_key(changes: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"id": "u-7", "kind": "service", "role": "edc"}
    assert Actor(**fields).kind == "service"
    with pytest.raises(ValidationError):
        Actor(**fields | changes)


@pytest.mark.parametrize("text", ["", "AB" * 32, "ab" * 31, "ab" * 32 + "\n", "sha256:" + "ab" * 32])
def test_a_hash_is_lower_case_hex(signature: Signature, text: str) -> None:
    with pytest.raises(ValidationError):
        ProtocolRef(version="1", hash=text)
    with pytest.raises(ValidationError):
        Signature(**signature.model_dump() | {"content_hash": text})


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_zone_has_the_form_of_an_iana_name(signature: Signature, zone: str) -> None:
    assert Signature(**signature.model_dump() | {"zone": zone}).zone == zone


@pytest.mark.parametrize(
    "zone", ["", "+08:00", "Asia/", "/Asia", "Asia Shanghai", "Asia/Shanghai\n", "../etc"]
)
def test_another_form_is_no_zone(signature: Signature, zone: str) -> None:
    with pytest.raises(ValidationError):
        Signature(**signature.model_dump() | {"zone": zone})


def test_a_mark_is_the_signature_without_the_printed_name(signature: Signature) -> None:
    mark = signature.mark()
    assert type(mark) is SignatureMark
    assert mark.model_dump() == {k: v for k, v in signature.model_dump().items() if k != "name"}
    assert signature.name not in mark.model_dump_json()
