"""An independent reading of the trial's tables: their prose in Python, every completion by brute force.

Nothing of the engine is imported and no trial file is read, so the two can agree only where both say what
the text means.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import combinations, product
from operator import attrgetter
from typing import Any, NamedTuple

Values = Mapping[str, str]

RULINGS = {
    "AMB-02": ("c1_governs", "ever_positive"),
    "AMB-03": ("everoht_first", "response_first"),
    "AMB-04": ("pr_or_better", "literal_pr_only"),
    "AMB-05": ("as_non_pr", "refer"),
    "AMB-09": ("ever_mutated", "latest_assessable"),
    "AMB-16": ("ypt0_is_ypn0", "ypt0_ypn0"),
}
REFERENCE = {name: options[0] for name, options in RULINGS.items()}
RESPONSES = ("CR", "PR", "SD", "PD")


class Verdict(NamedTuple):
    """What follows from one complete set of values."""

    outcome: str
    value: str
    rule: str
    cycles: int | None = None
    ticks: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """Give the part in which completions must agree, as an answer lists it among its candidates."""
        if self.outcome == "choose":
            return {"outcome": "choose", "options": self.value.split()}
        return {"outcome": self.outcome, "assign" if self.outcome == "propose" else "reason": self.value}


def responded(response: str, v: Values) -> bool:
    return response == "PR" or (response == "CR" and v["AMB-04"] == "pr_or_better")


def after_c2(v: Values) -> Verdict | None:
    """Regimen of cycles 3 and 4; None where the values contradict each other."""
    if v["ctdna_c1"] == "negative" and v["pam_c1"] == "mutated":
        return None
    response = v["response_c2"]
    if response == "PD" and v["AMB-05"] == "refer":
        return Verdict("refer", "progressive_disease", "C2-0")
    at_baseline, at_c1 = v["ctdna_baseline"] == "positive", v["ctdna_c1"] == "positive"
    positive = at_c1 or (at_baseline and v["AMB-02"] == "ever_positive")
    assessable = v["pam_c1"] if at_c1 else v["pam_baseline"]
    mutated = assessable == "mutated" or (v["pam_baseline"] == "mutated" and v["AMB-09"] == "ever_mutated")
    excepted = not positive and v["AMB-03"] == "response_first"
    if mutated and (at_baseline or at_c1) and not excepted:
        regimen, rule = "EveroHT", "C2-4"
    elif positive:
        regimen, rule = "PyroHT", "C2-3"
    elif responded(response, v):
        regimen, rule = "Nab-P+HP", "C2-1"
    else:
        regimen, rule = "TCbHP", "C2-2"
    escalated = {"PyroHT": {"CR", "PR"}, "EveroHT": {"CR", "PR"}, "TCbHP": {"CR"}}.get(regimen, set())
    ticks = {"responder_escalation"} if response in escalated else set()
    ticks |= {"progressive_disease"} if response == "PD" else set()
    return Verdict("propose", regimen, rule, 2, frozenset(ticks))


def after_c4(v: Values) -> Verdict:
    """How cycles 5 and 6 go on."""
    response = v["response_c4"]
    if response == "PD" and v["AMB-05"] == "refer":
        return Verdict("refer", "progressive_disease", "C4-0")
    if responded(response, v):
        return Verdict("propose", v["regimen_c3_c4"], "C4-1", 2)
    ticks = {"CR": {"responder_escalation"}, "PD": {"progressive_disease"}}.get(response, set())
    return Verdict("choose", "AC+H ADC", "C4-2", 2, frozenset(ticks))


def pcr(v: Values) -> Verdict:
    """Whether the response in breast and axilla is complete."""
    breast = {"ypT0", "ypTis"} if v["AMB-16"] == "ypt0_is_ypn0" else {"ypT0"}
    if v["ypn"] == "ypN0" and v["ypt"] in breast:
        return Verdict("propose", "pCR", "PCR-1")
    return Verdict("propose", "no_pCR", "PCR-2")


class Weighed(NamedTuple):
    """What all completions of every state say, by the number of the state; sets of verdicts are bit masks."""

    verdicts: list[int]
    settled: bytearray
    settled_once: bytearray


class Oracle:
    """Every partial knowledge of one decision point, answered from all of its completions.

    A state gives each variable a digit: a value, or *unknown*, or *asked*: unknown, and a member of the set
    of which it is weighed whether knowing it settles the outcome. Unknown and asked come after the values, so
    one pass in ascending order meets whatever a state may become before the state itself.
    """

    def __init__(
        self,
        facts: dict[str, tuple[str, ...]],
        rulings: tuple[str, ...],
        required: tuple[str, ...],
        meaning: Callable[[Values], Verdict | None],
    ) -> None:
        self.facts, self.rulings, self.required, self.meaning = facts, rulings, required, meaning
        self.domains = {**facts, **{name: RULINGS[name] for name in rulings}}
        self._verdicts: list[Verdict] = []
        self._strides: dict[str, int] = {}
        stride = 1
        for name in reversed(self.domains):
            self._strides[name] = stride
            stride *= len(self.domains[name]) + 2

    def cases(self, fixed: Mapping[str, str | None]) -> Iterator[dict[str, str]]:
        """Every combination of known values, unknown left out, that keeps what is fixed (None: unknown)."""
        choices = [(fixed[n],) if n in fixed else (*domain, None) for n, domain in self.domains.items()]
        for values in product(*choices):
            yield {n: v for n, v in zip(self.domains, values, strict=True) if v is not None}

    def answer(self, known: Values) -> dict[str, Any]:
        """The outcome and what belongs to it, without citations and identity of the trial."""
        code = sum(self._digit(name, known) * stride for name, stride in self._strides.items())
        possible = self._members(self._weighed.verdicts[code])
        if not possible:
            at_odds = [{"code": "inconsistent_c1", "on": ["ctdna_c1", "pam_c1"]}]
            return {
                "outcome": "hold",
                "reasons": at_odds,
                "needs": [],
                "may_settle": [],
                "candidates": [],
                "rules": [],
            }
        rules = sorted({verdict.rule for verdict in possible})
        if self._weighed.settled[code] and all(name in known for name in self.required):
            return {**_decided(possible), "rules": rules}
        needs = self._smallest(self._weighed.settled, code, known)
        return {
            "outcome": "hold",
            "reasons": [self._reason(name) for name in sorted({name for names in needs for name in names})],
            "needs": needs,
            "may_settle": self._smallest(self._weighed.settled_once, code, known),
            "candidates": _distinct(possible),
            "rules": rules,
        }

    def _digit(self, name: str, known: Values) -> int:
        domain = self.domains[name]
        return domain.index(known[name]) if name in known else len(domain)

    def _members(self, mask: int) -> list[Verdict]:
        return [verdict for bit, verdict in enumerate(self._verdicts) if mask >> bit & 1]

    def _reason(self, name: str) -> dict[str, Any]:
        code = "required" if name in self.required else "unsigned" if name in self.rulings else "unknown"
        return {"code": code, "on": [name]}

    def _smallest(self, settled: bytearray, code: int, known: Values) -> list[list[str]]:
        """Inclusion-minimal sets of unknown variables that settle; each has what is required and unknown."""
        unknown = [name for name in self.domains if name not in known]
        always = [name for name in unknown if name in self.required]
        others = [name for name in unknown if name not in self.required]
        found: list[set[str]] = []
        for size in range(len(others) + 1):
            for more in combinations(others, size):
                asked = {*always, *more}
                if (
                    not any(less <= asked for less in found)
                    and settled[code + sum(self._strides[n] for n in asked)]
                ):
                    found.append(asked)
        return sorted(sorted(names) for names in found)

    @cached_property
    def _weighed(self) -> Weighed:
        sizes, strides = [len(d) for d in self.domains.values()], [self._strides[n] for n in self.domains]
        verdicts: list[int] = []
        settled, settled_once = bytearray(), bytearray()
        for code, digits in enumerate(product(*(range(size + 2) for size in sizes))):
            asked = [i for i, digit in enumerate(digits) if digit > sizes[i]]
            opened = asked or [i for i, digit in enumerate(digits) if digit == sizes[i]]
            if not opened:
                verdicts.append(self._complete(digits))
                settled.append(True)
                settled_once.append(True)
                continue
            i = opened[0]
            known = [code - (digits[i] - value) * strides[i] for value in range(sizes[i])]
            known = [state for state in known if verdicts[state]]
            mask = 0
            for state in known:
                mask |= verdicts[state]
            verdicts.append(mask)
            if asked:
                settled.append(all(settled[state] for state in known))
                settled_once.append(any(settled_once[state] for state in known))
            else:
                agree = len(_distinct(self._members(mask))) == 1
                settled.append(agree)
                settled_once.append(agree)
        return Weighed(verdicts, settled, settled_once)

    def _complete(self, digits: tuple[int, ...]) -> int:
        values = {
            name: domain[digit] for (name, domain), digit in zip(self.domains.items(), digits, strict=True)
        }
        verdict = self.meaning(values)
        if verdict is None:
            return 0
        if verdict not in self._verdicts:
            self._verdicts.append(verdict)
        return 1 << self._verdicts.index(verdict)


def _distinct(verdicts: list[Verdict]) -> list[dict[str, Any]]:
    found = {(verdict.outcome, verdict.value): verdict.to_json() for verdict in verdicts}
    return [found[key] for key in sorted(found)]


def _decided(verdicts: list[Verdict]) -> dict[str, Any]:
    agreed = verdicts[0].to_json()
    if agreed["outcome"] == "refer":
        return {"outcome": "refer", "reasons": [{"code": agreed["reason"]}]}
    ticks = sorted(set().union(*map(attrgetter("ticks"), verdicts)))
    cycles = {"cycles": verdicts[0].cycles} if verdicts[0].cycles else {}
    return {**agreed, **cycles, **({"acknowledge": ticks} if ticks else {})}


AFTER_C2 = Oracle(
    facts={
        "ctdna_baseline": ("positive", "negative"),
        "ctdna_c1": ("positive", "negative"),
        "pam_baseline": ("mutated", "wild_type"),
        "pam_c1": ("mutated", "wild_type"),
        "response_c2": RESPONSES,
    },
    rulings=("AMB-02", "AMB-03", "AMB-04", "AMB-05", "AMB-09"),
    required=("ctdna_c1", "response_c2"),
    meaning=after_c2,
)
AFTER_C4 = Oracle(
    facts={"regimen_c3_c4": ("Nab-P+HP", "TCbHP", "PyroHT", "EveroHT"), "response_c4": RESPONSES},
    rulings=("AMB-04", "AMB-05"),
    required=("regimen_c3_c4", "response_c4"),
    meaning=after_c4,
)
PCR = Oracle(
    facts={
        "ypt": ("ypT0", "ypTis", "ypT1mi", "ypT1", "ypT2", "ypT3", "ypT4"),
        "ypn": ("ypN0", "ypN0_i_plus", "ypN1mi", "ypN1", "ypN2", "ypN3"),
    },
    rulings=("AMB-16",),
    required=(),
    meaning=pcr,
)
TABLES = {"after_c2": AFTER_C2, "after_c4": AFTER_C4, "pcr": PCR}
