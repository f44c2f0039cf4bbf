"""Every way in which a fact can be unknown is the same to the outcome, and is kept for the reader."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.trials.NCT07239271.oracle import REFERENCE, TABLES, Oracle

Ask = Callable[[str, Mapping[str, object], Mapping[str, object]], dict[str, Any]]

STATUSES = ("not_done", "not_evaluable", "pending", "expired", "conflicting")
OWN_WORD = {"response_c2": "NE", "response_c4": "NE", "ypt": "ypTX", "ypn": "ypNX"}


def unknown(fact: str) -> st.SearchStrategy[object]:
    """Draw one way of not knowing a fact; leaving it out is drawn as "absent"."""
    status, reason = st.sampled_from(STATUSES), st.sampled_from(["low input", "haemolysed"])
    said = st.fixed_dictionaries({"status": status}, optional={"reason": reason})
    own = st.just(OWN_WORD[fact]) if fact in OWN_WORD else st.nothing()
    return st.one_of(st.just("absent"), st.none(), said, own)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, dict[str, str], dict[str, object]]:
    """Draw a table, what is known of its facts and rulings, and how the rest is not known."""
    point: str = draw(st.sampled_from(sorted(TABLES)))
    oracle: Oracle = TABLES[point]
    known, rest = {}, {}
    for name, domain in oracle.domains.items():
        value = draw(st.sampled_from([*domain, None]))
        if value is not None:
            known[name] = value
        elif name in oracle.facts:
            rest[name] = draw(unknown(name))
    return point, known, rest


@given(case=cases())
def test_an_unknown_fact_keeps_its_status_and_changes_nothing_else(
    ask: Ask, case: tuple[str, dict[str, str], dict[str, object]]
) -> None:
    point, known, rest = case
    oracle = TABLES[point]
    signed = {name: value for name, value in known.items() if name in oracle.rulings}
    facts = {name: value for name, value in known.items() if name in oracle.facts}
    plain = ask(point, facts, signed)
    told = ask(point, {**facts, **{k: v for k, v in rest.items() if v != "absent"}}, signed)
    statuses = {}
    for name, said in rest.items():
        if isinstance(said, dict):
            statuses[name] = said
        elif name in OWN_WORD and said == OWN_WORD[name]:
            statuses[name] = {"status": "not_evaluable"}
    for reason in plain.get("reasons", []):
        if reason["code"] in ("unknown", "required"):
            reason.update(statuses.get(reason["on"][0], {}))
    assert told == plain


def test_a_refusal_to_guess_names_each_required_fact(ask: Ask) -> None:
    told = ask("after_c4", {"response_c4": {"status": "pending"}}, REFERENCE)
    assert told["outcome"] == "hold"
    assert told["reasons"] == [
        {"code": "required", "on": ["regimen_c3_c4"]},
        {"code": "required", "on": ["response_c4"], "status": "pending"},
    ]
