"""A time is read only where it is written out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.instant import Instant

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001  # the zone is drawn beside it


@given(MOMENTS)
def test_a_time_with_its_offset_is_kept_in_utc(moment: datetime) -> None:
    read = INSTANT.validate_python(moment.isoformat())
    assert read == moment
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text", ["2026-01-05T09:00:00Z", "2026-01-05t09:00:00z", "2026-01-05T10:00:00.000+01:00"]
)
def test_one_time_written_in_several_ways(text: str) -> None:
    assert INSTANT.validate_python(text) == datetime(2026, 1, 5, 9, tzinfo=UTC)


@given(
    st.integers()
    | st.floats()
    | st.integers().map(str)
    | st.dates().map(str)
    | st.booleans()
    | st.text(max_size=25)
)
def test_nothing_else_is_taken_for_a_time(given_: object) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(given_)


@given(MOMENTS)
def test_a_time_without_its_offset_is_none(moment: datetime) -> None:
    with pytest.raises(ValidationError, match="RFC 3339 with an offset"):
        INSTANT.validate_python(moment.replace(tzinfo=None).isoformat())


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:00-00:01"])
def test_a_time_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="no place in the UTC calendar"):
        INSTANT.validate_python(text)
