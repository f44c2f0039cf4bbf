"""Appending: all or none of each, as if one after the other, whatever the others in the batch do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.store.errors import MisplacedEventError, UnstorableError
from api.store.records import Append, Appended, KeyTaken, StoredResponse, SubjectRow, VersionConflict
from api.store.store import Store, utc_now
from engine.ledger import ManifestError, SealedEvent

Make = Callable[..., Append]
Answer = Callable[..., StoredResponse]
_trials = count(1)


def test_events_come_back_as_they_were_sealed(store: Store, trial: str, append: Make) -> None:
    written = append("s1", count=3, signed=True)
    (outcome,) = store.append([written])
    assert isinstance(outcome, Appended)
    assert outcome.version == 3
    assert [row.leaf_index for row in outcome.leaves] == [0, 1, 2]
    assert [row.leaf_hash for row in outcome.leaves] == [sealed.leaf_hash for sealed in written.events]
    stored = store.events(trial, "s1")
    assert [(one.manifest, one.leaf_hash) for one in stored] == [
        (s.manifest, s.leaf_hash) for s in written.events
    ]
    assert [set(one.payloads) for one in stored] == [set(sealed.payloads) for sealed in written.events]
    assert stored[0].unseal().body == {"variable": "response_c2", "value": "PR"}


def test_another_version_than_expected_stores_nothing(store: Store, trial: str, append: Make) -> None:
    store.append([append("s1", count=2)])
    assert store.append([append("s1", 1), append("s1", 3), append("s2", 1)]) == [
        VersionConflict(expected=1, actual=2),
        VersionConflict(expected=3, actual=2),
        VersionConflict(expected=1, actual=0),
    ]
    assert len(store.events(trial, "s1")) == 2
    assert store.events(trial, "s2") == []


def test_a_batch_behaves_as_if_done_in_order(store: Store, trial: str, append: Make) -> None:
    outcomes = store.append([append("s1"), append("s2"), append("s1", 1), append("s1", 1), append("s1", 2)])
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [Appended, Appended, Appended, VersionConflict, Appended]
    assert [event.version for event in store.events(trial, "s1")] == [1, 2, 3]


def test_trials_do_not_know_each_other(store: Store, append: Make) -> None:
    outcomes = store.append([append("s1", trial="A", event_id="e"), append("s1", trial="B", event_id="e")])
    assert [type(outcome) for outcome in outcomes] == [Appended, Appended]
    assert [len(store.events(trial, "s1")) for trial in "AB"] == [1, 1]


def test_an_event_id_is_used_once_in_a_trial_and_undoes_no_other(
    store: Store, trial: str, append: Make
) -> None:
    first, bad, last = store.append([append("s1"), append("s2", count=2, event_id="same"), append("s3")])
    assert isinstance(first, Appended)
    assert isinstance(bad, UnstorableError)
    assert isinstance(last, Appended)
    assert store.events(trial, "s2") == []
    assert [row.leaf_index for outcome in (first, last) for row in outcome.leaves] == [0, 1]


def test_a_text_that_no_database_can_hold_undoes_no_other(store: Store, append: Make, answer: Answer) -> None:
    bad, good, body = store.append(
        [
            append("s1", idempotency=answer("\ud800")),
            append("s2"),
            append("s3", idempotency=answer("k", body="\ud800")),
        ]
    )
    assert isinstance(bad, UnstorableError)
    assert isinstance(good, Appended)
    assert isinstance(body, UnstorableError)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_number_that_no_column_can_hold_undoes_no_other(store: Store, append: Make) -> None:
    bad, good = store.append([append("s1", schema_version=2**40), append("s2")])
    assert isinstance(bad, UnstorableError)
    assert isinstance(good, Appended)


def test_a_trial_without_a_possible_log_undoes_no_other(store: Store, append: Make) -> None:
    bad, good = store.append([append("s1", trial="a trial"), append("s1")])
    assert isinstance(bad, Exception)
    assert isinstance(good, Appended)


@pytest.mark.parametrize("field_name", ["trial", "stream", "expected_version"])
def test_an_event_goes_where_it_was_sealed_for(
    sealed: Callable[..., SealedEvent], trial: str, field_name: str
) -> None:
    place = {"trial": trial, "stream": "s1", "expected_version": 0}
    place[field_name] = 1 if field_name == "expected_version" else "other"
    with pytest.raises(MisplacedEventError, match="sealed for version 1 of s1"):
        Append(**place, events=(sealed("s1", 1),))  # type: ignore[arg-type]  # the values have the fields' types


def test_an_event_with_a_foreign_hash_is_refused(sealed: Callable[..., SealedEvent], trial: str) -> None:
    one, other = sealed("s1", 1), sealed("s1", 1)
    crossed = SealedEvent(one.manifest, other.leaf_hash, one.payloads)
    with pytest.raises(MisplacedEventError, match="leaf hash"):
        Append(trial=trial, stream="s1", expected_version=0, events=(crossed,))
    with pytest.raises(ManifestError):
        Append(trial=trial, stream="s1", expected_version=0, events=(replace(one, manifest="{}"),))


def test_an_append_without_events_or_with_an_empty_answer_is_refused(
    trial: str, append: Make, answer: Answer
) -> None:
    with pytest.raises(ValueError, match="has events"):
        Append(trial=trial, stream="s1", expected_version=0, events=())
    with pytest.raises(ValueError, match="has a body"):
        append("s1", idempotency=answer("k", body=None))


def test_a_replay_is_given_the_first_answer(store: Store, trial: str, append: Make, answer: Answer) -> None:
    first = answer("k1", body='{"first":1}')
    assert isinstance(store.append([append("s1", idempotency=first)])[0], Appended)
    assert store.append(
        [append("s1", idempotency=answer("k1")), append("s1", 1, idempotency=answer("k1"))]
    ) == [
        KeyTaken(first),
        KeyTaken(first),
    ]
    assert store.response(trial, "edc-1", "k1") == first
    assert len(store.events(trial, "s1")) == 1


def test_equal_keys_in_one_batch_are_one_request(
    store: Store, trial: str, append: Make, answer: Answer
) -> None:
    twin = append("s1", idempotency=answer("k1"))
    assert store.append([twin, twin])[1] == KeyTaken(answer("k1"))
    assert len(store.events(trial, "s1")) == 1


def test_keys_of_other_actors_and_trials_are_other_keys(store: Store, append: Make, answer: Answer) -> None:
    outcomes = store.append(
        [
            append("s1", idempotency=answer("k1")),
            append("s2", idempotency=answer("k1", actor="edc-2")),
            append("s1", trial="OTHER", idempotency=answer("k1")),
        ]
    )
    assert [type(outcome) for outcome in outcomes] == [Appended] * 3


def test_a_key_that_failed_is_still_free(store: Store, append: Make, answer: Answer) -> None:
    store.append([append("s1", 5, idempotency=answer("k1"))])
    assert isinstance(store.append([append("s1", idempotency=answer("k1"))])[0], Appended)


def test_an_erased_answer_is_known_but_empty(
    store: Store, trial: str, append: Make, answer: Answer, intruder: Callable[..., None]
) -> None:
    store.append([append("s1", idempotency=answer("k1"))])
    intruder("DELETE FROM response")
    erased = replace(answer("k1"), body=None)
    assert store.response(trial, "edc-1", "k1") == erased
    assert store.append([append("s1", 1, idempotency=answer("k1"))]) == [KeyTaken(erased)]


def test_a_subject_moves_with_its_events_and_never_back(store: Store, trial: str, append: Make) -> None:
    store.append([append("s1", subject=_subject("s1", 2)), append("s2", subject=_subject("s2", 1))])
    store.append([append("s1", 1, subject=_subject("s1", 1)), append("s2", 1, subject=_subject("s2", 2))])
    store.append([append("s2", subject=_subject("s2", 3))])  # a conflict moves nobody
    assert [(row.subject, row.version) for row in store.subjects(trial).items] == [("s1", 2), ("s2", 2)]


@dataclass
class _Model:
    """What appends mean, in a few lines of memory: an oracle that shares no code with the store."""

    versions: dict[str, int] = field(default_factory=dict)
    answers: dict[str, StoredResponse] = field(default_factory=dict)

    def append(self, stream: str, after: int, number: int, answer: StoredResponse | None) -> object:
        if answer and answer.key in self.answers:
            return KeyTaken(self.answers[answer.key])
        if self.versions.get(stream, 0) != after:
            return VersionConflict(after, self.versions.get(stream, 0))
        self.versions[stream] = after + number
        if answer:
            self.answers[answer.key] = answer
        return after + number


_asked = st.tuples(
    st.sampled_from(["s1", "s2"]),
    st.integers(0, 4),
    st.integers(1, 2),
    st.sampled_from([None, "k1", "k2", "k3"]),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(_asked, min_size=1, max_size=6), max_size=4))
def test_any_batches_end_as_the_model_says(
    store: Store, append: Make, answer: Answer, batches: list[list[tuple[str, int, int, str | None]]]
) -> None:
    trial, model, bodies = f"T{next(_trials)}", _Model(), count(1)
    for batch in batches:
        asked = [
            (stream, after, number, key and answer(key, body=str(next(bodies))))
            for stream, after, number, key in batch
        ]
        appends = [append(s, after, count=n, trial=trial, idempotency=kept) for s, after, n, kept in asked]
        outcomes = [o.version if isinstance(o, Appended) else o for o in store.append(appends)]
        assert outcomes == [model.append(s, after, n, kept or None) for s, after, n, kept in asked]
    for stream in ("s1", "s2"):
        assert [e.version for e in store.events(trial, stream)] == list(
            range(1, model.versions.get(stream, 0) + 1)
        )


def _subject(subject: str, version: int) -> SubjectRow:
    return SubjectRow(
        subject=subject,
        version=version,
        site="site-1",
        arm="experimental",
        epoch="treatment",
        regimen="TCbHP",
        cycle=2,
        standing="on_treatment",
        decision=None,
        updated_at=utc_now(),
    )
