"""Reads: what stands in the store, in order, page by page; what was altered is refused, not returned."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.store.errors import TamperedError
from api.store.records import Append, LeafRow, SubjectRow
from api.store.store import Store, utc_now
from api.store.views import EntryFilter, EntryRow, Page, SubjectFilter
from engine.ledger import Actor, LedgerError, PayloadErasedError, SealedEvent, read_manifest

Make = Callable[..., Append]
Intruder = Callable[..., None]


def test_events_of_a_stream_up_to_a_version(store: Store, trial: str, append: Make) -> None:
    store.append([append("s1", count=3), append("s2")])
    assert [event.version for event in store.events(trial, "s1")] == [1, 2, 3]
    assert [event.version for event in store.events(trial, "s1", 2)] == [1, 2]
    assert (
        store.events(trial, "s1", 0) == store.events(trial, "nobody") == store.events("nowhere", "s1") == []
    )


def test_one_event_by_its_id(store: Store, trial: str, append: Make) -> None:
    store.append([append("s1", count=2, signed=True)])
    first, second = store.events(trial, "s1")
    assert store.event(trial, second.unseal().event_id) == second
    assert store.event(trial, "none") is None
    assert store.event("nowhere", first.unseal().event_id) is None


def test_a_history_with_a_hole_is_not_told(
    store: Store, trial: str, append: Make, intruder: Intruder
) -> None:
    store.append([append("s1", count=3)])
    intruder("DELETE FROM event WHERE version = 2")
    with pytest.raises(TamperedError, match="event 2 of s1"):
        store.events(trial, "s1")


def test_an_event_moved_to_another_stream_is_not_read(
    store: Store, trial: str, append: Make, intruder: Intruder
) -> None:
    store.append([append("s1"), append("s2")])
    intruder(
        "UPDATE event SET stream = 's3' WHERE stream = 's1'",
        "UPDATE event SET stream = 's1' WHERE stream = 's2'",
    )
    (moved,) = store.events(trial, "s1")
    with pytest.raises(TamperedError, match="sealed for version 1 of s2"):
        moved.unseal()


def test_an_altered_manifest_or_payload_is_not_read(
    store: Store, trial: str, append: Make, intruder: Intruder
) -> None:
    store.append([append("s1"), append("s2"), append("s3")])
    intruder(
        "UPDATE event SET manifest = replace(manifest, 'site-1', 'site-2') WHERE stream = 's1'",
        "UPDATE payload SET text = replace(text, 'PR', 'CR')",
        "DELETE FROM payload WHERE event_id = (SELECT event_id FROM event WHERE stream = 's3')",
    )
    (untouched,) = store.events(trial, "s2")
    with pytest.raises(LedgerError):
        untouched.unseal()
    (erased,) = store.events(trial, "s3")
    with pytest.raises(PayloadErasedError):
        erased.unseal()
    (altered,) = store.events(trial, "s1")
    with pytest.raises((TamperedError, LedgerError)):
        altered.unseal()


def test_a_manifest_altered_alone_is_refused_by_its_hash(
    store: Store, trial: str, append: Make, intruder: Intruder
) -> None:
    store.append([append("s1")])
    intruder("UPDATE event SET manifest = replace(manifest, 'site-1', 'site-2')")
    (altered,) = store.events(trial, "s1")
    with pytest.raises(TamperedError, match="leaf hash"):
        altered.unseal()


def test_leaves_by_index_and_by_event(store: Store, trial: str, append: Make) -> None:
    written = append("s1", count=2)
    store.append([written])
    first = LeafRow(written.manifests[0].event_id, written.events[0].leaf_hash, 0)
    assert store.leaf(trial, index=0) == store.leaf(trial, event_id=first.event_id) == first
    assert (
        store.leaf(trial, index=2)
        is store.leaf(trial, event_id="none")
        is store.leaf("nowhere", index=0)
        is None
    )
    assert store.leaf_hashes(trial, 2) == [sealed.leaf_hash for sealed in written.events]
    assert store.leaf_hashes(trial, 1) == [written.events[0].leaf_hash]


def test_nothing_is_known_of_a_trial_that_has_no_log(store: Store) -> None:
    assert store.latest_checkpoint("nowhere") is None
    assert store.checkpoints("nowhere") == []
    assert store.leaf_hashes("nowhere", 9) == []
    assert list(store.log("nowhere")) == []
    assert store.response("nowhere", "a", "k") is None
    assert store.waiting("nowhere") == store.strays("nowhere") == []


def test_trials_are_those_with_events(store: Store, append: Make) -> None:
    assert store.trials() == []
    store.append([append("s1", trial="B"), append("s1", trial="A"), append("s2", trial="B")])
    assert store.trials() == ["A", "B"]


def test_the_log_is_streamed_in_pages(
    store: Store, trial: str, append: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.store.reading.LOG_PAGE", 4)
    written = append("s1", count=10, signed=True)
    store.append([written])
    rows = list(store.log(trial))
    assert [row.leaf_index for row in rows] == list(range(10))
    assert [row.leaf_hash for row in rows] == [sealed.leaf_hash for sealed in written.events]
    assert [len(row.payloads) for row in rows] == [2] * 10


def test_entries_show_what_the_manifests_say(store: Store, trial: str, append: Make) -> None:
    store.append([append("s1", count=2), append("s2")])
    entries = store.entries(trial).items
    for entry in entries:
        manifest = read_manifest(entry.manifest)
        names = ("event_id", "stream", "version", "kind", "site", "effective_at", "recorded_at", "request_id")
        assert {name: getattr(entry, name) for name in names} == {
            name: getattr(manifest, name) for name in names
        }
        assert (entry.actor, entry.role) == (manifest.actor.id, manifest.actor.role)
    assert [entry.leaf_index for entry in entries] == [0, 1, 2]


def test_a_span_of_time_has_its_first_moment_and_not_its_last(store: Store, trial: str, append: Make) -> None:
    store.append([append("s1", count=4)])
    times = [entry.recorded_at for entry in store.entries(trial).items]
    span = EntryFilter(recorded_from=times[1], recorded_before=times[3])
    assert [entry.leaf_index for entry in store.entries(trial, span).items] == [1, 2]


_facts = st.fixed_dictionaries(
    {
        "stream": st.sampled_from(["s1", "s2"]),
        "kind": st.sampled_from(["a.b", "a.c"]),
        "actor": st.sampled_from(["p", "q"]),
        "role": st.sampled_from(["edc", "sponsor"]),
        "site": st.sampled_from(["x", "y", None]),
        "minute": st.integers(0, 5),
    }
)
_wanted = st.fixed_dictionaries(
    {},
    optional={
        "stream": st.sampled_from(["s1", "s3"]),
        "kind": st.just("a.b"),
        "actor": st.just("p"),
        "role": st.just("edc"),
        "site": st.just("x"),
        "recorded_from": st.integers(0, 5),
        "recorded_before": st.integers(0, 6),
    },
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(_facts, min_size=1, max_size=8), wanted=_wanted, limit=st.integers(1, 5))
def test_entries_are_filtered_and_paged_as_a_plain_loop_would(
    store: Store,
    sealed: Callable[..., SealedEvent],
    facts: list[dict[str, str]],
    wanted: dict[str, object],
    limit: int,
) -> None:
    trial = f"T{utc_now().timestamp()}"
    start = utc_now()
    appends, versions = [], dict.fromkeys(("s1", "s2"), 0)
    for fact in facts:
        stream, minute = fact["stream"], timedelta(minutes=int(fact["minute"]))
        versions[stream] += 1
        event = sealed(
            stream,
            versions[stream],
            trial=trial,
            kind=fact["kind"],
            actor=Actor(id=fact["actor"], kind="person", role=fact["role"]),
            site=fact["site"],
            recorded_at=start + minute,
        )
        appends.append(
            Append(trial=trial, stream=stream, expected_version=versions[stream] - 1, events=(event,))
        )
    store.append(appends)
    times = {
        name: start + timedelta(minutes=value) for name, value in wanted.items() if isinstance(value, int)
    }
    only = EntryFilter(**{**wanted, **times})  # type: ignore[arg-type]  # texts, and times instead of minutes
    expected = [
        index
        for index, fact in enumerate(facts)
        if all(fact[name] == value for name, value in wanted.items() if name not in times)
        and times.get("recorded_from", start) <= start + timedelta(minutes=int(fact["minute"]))
        and start + timedelta(minutes=int(fact["minute"]))
        < times.get("recorded_before", start + timedelta(days=1))
    ]
    found: list[EntryRow] = []
    page: Page[EntryRow, int] = store.entries(trial, only, limit=limit)
    while True:
        assert len(page.items) <= limit
        found += page.items
        if page.after is None:
            break
        page = store.entries(trial, only, after=page.after, limit=limit)
    assert [entry.leaf_index for entry in found] == expected


def test_subjects_are_listed_by_key_and_filtered(store: Store, trial: str, append: Make) -> None:
    rows = [
        _subject(name, site=f"site-{n % 2}", regimen="ADC" if n == 2 else "TCbHP")
        for n, name in enumerate("dbcaB")
    ]
    store.append([append(row.subject, subject=row) for row in rows])
    store.append([append("other", trial="OTHER", subject=_subject("other"))])
    assert [row.subject for row in store.subjects(trial).items] == ["B", "a", "b", "c", "d"]
    first = store.subjects(trial, limit=2)
    assert ([row.subject for row in first.items], first.after) == (["B", "a"], "a")
    last = store.subjects(trial, after="b", limit=2)
    assert ([row.subject for row in last.items], last.after) == (["c", "d"], None)
    assert [row.subject for row in store.subjects(trial, SubjectFilter(site="site-0")).items] == [
        "B",
        "c",
        "d",
    ]
    both = SubjectFilter(site="site-0", regimen="ADC")
    assert store.subjects(trial, both).items == (rows[2],)
    everything = replace(
        both, regimen="TCbHP", arm="experimental", epoch="treatment", standing="on_treatment"
    )
    assert [row.subject for row in store.subjects(trial, everything).items] == ["B", "d"]


def _subject(subject: str, *, site: str = "site-1", regimen: str = "TCbHP") -> SubjectRow:
    return SubjectRow(
        subject=subject,
        version=1,
        site=site,
        arm="experimental",
        epoch="treatment",
        regimen=regimen,
        cycle=2,
        standing="on_treatment",
        decision=None,
        updated_at=utc_now(),
    )
