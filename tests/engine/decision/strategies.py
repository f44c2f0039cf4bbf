"""Random decision points and random cases of them, small enough for brute force."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st

from engine.protocol.table import DecisionTable
from engine.protocol.variables import Ambiguity, Variable

COMPLETIONS = 400
CITED = {"says": "A row.", "cites": [{"section": "s", "sentence": 1}], "reading": "silent"}
LIMITS = (10, Decimal("20.5"), Decimal("10.0"))
STATUSES = ("not_done", "not_evaluable", "pending", "expired", "conflicting")
BOUNDS = ("at_least", "above", "at_most", "below", "equals")
REGIMENS = ("A", "B", "C")


class Point(NamedTuple):
    """A decision point with the vocabulary that it uses."""

    table: DecisionTable
    variables: dict[str, Variable]
    ambiguities: dict[str, Ambiguity]


def cited(sentence: int, /, **row: object) -> dict[str, Any]:
    return {**CITED, "cites": [{"section": "s", "sentence": sentence}], **row}


@st.composite
def vocabularies(draw: st.DrawFn) -> tuple[dict[str, Variable], dict[str, Ambiguity]]:
    """Up to five facts and three rulings, with no more completions than the limit."""
    variables, ambiguities, left = dict[str, Variable](), dict[str, Ambiguity](), COMPLETIONS
    for name in "abcde"[: draw(st.sampled_from([5, 4, 3, 2, 1]))]:
        kind = draw(st.sampled_from(["values", "values", "integer", "quantity"]))
        size = 5 if kind == "quantity" else draw(st.sampled_from([2, 2, 3, 4]))
        if size > left:
            break
        left //= size
        low = draw(st.integers(-1, 2))
        domain = {"values": tuple("uvwx"[:size]), "integer": (low, low + size - 1), "quantity": "%"}[kind]
        spoken = {"not_evaluable": "NE"} if draw(st.booleans()) else {}
        variables[name] = Variable.model_validate(cited(1, label=name, **{kind: domain}, **spoken))
    for number in range(draw(st.sampled_from([3, 2, 1, 0]))):
        size = draw(st.sampled_from([2, 2, 3]))
        if size > left:
            break
        left //= size
        options = [{"id": f"o{i}", "says": "A reading."} for i in range(size)]
        row = cited(1, question="What is meant?", options=options, governs="decision")
        ambiguities[f"AMB-{number}"] = Ambiguity.model_validate(row)
    return variables, ambiguities


def under(name: str) -> Callable[[Any], dict[str, Any]]:
    """Write something under a name."""
    return lambda said: {name: said}


def listed_domains(
    variables: dict[str, Variable], ambiguities: dict[str, Ambiguity]
) -> dict[str, tuple[Any, ...]]:
    facts = {name: variable.domain for name, variable in variables.items() if variable.domain is not None}
    return facts | {name: ambiguity.domain for name, ambiguity in ambiguities.items()}


def conditions(
    variables: dict[str, Variable], ambiguities: dict[str, Ambiguity], definitions: list[str]
) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions in the written form."""
    integers = [name for name, variable in variables.items() if variable.integer is not None]
    quantities = [name for name, variable in variables.items() if variable.quantity is not None]
    listed = listed_domains(variables, ambiguities)

    def bounded(limits: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
        return st.dictionaries(st.sampled_from(BOUNDS), limits, min_size=1, max_size=2)

    leaves: list[st.SearchStrategy[dict[str, Any]]] = [
        st.one_of(st.sampled_from(values), st.lists(st.sampled_from(values), min_size=1, unique=True)).map(
            under(name)
        )
        for name, values in listed.items()
    ]
    leaves += [bounded(st.sampled_from(LIMITS)).map(under(name)) for name in quantities]
    if integers:
        limit = st.one_of(st.integers(-1, 6), st.just(Decimal("1.5")), st.sampled_from(integers))
        summed = st.lists(st.sampled_from(integers), min_size=1, max_size=3)
        leaves.append(st.builds(lambda names, bounds: {"sum": names, **bounds}, summed, bounded(limit)))
    leaves += [st.booleans().map(under(name)) for name in definitions]
    leaf = st.one_of(leaves)
    rows = st.lists(leaf, min_size=1, max_size=3)
    side_by_side = rows.map(lambda parts: {"all": parts})
    return st.one_of(
        leaf,
        side_by_side,
        side_by_side,
        st.lists(st.one_of(leaf, side_by_side), max_size=3).map(lambda parts: {"any": parts}),
        side_by_side.map(lambda part: {"not": part}),
    )


def outcomes(facts: dict[str, Variable]) -> st.SearchStrategy[dict[str, Any]]:
    cycles = st.sampled_from([{}, {}, {"cycles": 1}, {"cycles": 2}])
    listed = [name for name, variable in facts.items() if variable.quantity is None]
    kinds = [
        st.sampled_from(REGIMENS).map(lambda name: {"assign": name}),
        st.sampled_from(REGIMENS).map(lambda name: {"assign": name}),
        st.permutations(REGIMENS).map(lambda names: {"choose": tuple(names[:2])}),
    ]
    kinds += [st.sampled_from(listed).map(lambda name: {"assign": {"value_of": name}})] if listed else []
    given = st.builds(merged, st.one_of(kinds), cycles)
    return st.one_of(given, given, given, st.sampled_from(["r1", "r2"]).map(lambda code: {"refer": code}))


def merged(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    return left | right


@st.composite
def precedences(draw: st.DrawFn, rules: list[str], when: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    """First match, nothing, or rows at random: some conditional, some even in a circle."""
    shape = draw(st.sampled_from(["first match", "first match", "none", "random"]))
    if shape == "first match":
        pairs = zip(rules, (rules[i + 1 :] for i in range(len(rules))), strict=True)
        return [cited(2, first=first, over=over) for first, over in pairs if over]
    rows = []
    for _ in range(draw(st.integers(1, 4)) if shape == "random" and len(rules) > 1 else 0):
        first, *over = draw(st.permutations(rules))
        if draw(st.booleans()):
            over = [rule for rule in over if rule > first] or over
        condition = {"when": draw(when)} if draw(st.booleans()) else {}
        rows.append(cited(2, first=first, over=over[: draw(st.integers(1, 2))], **condition))
    return rows


@st.composite
def constraints(
    draw: st.DrawFn, listed: dict[str, tuple[Any, ...]], when: st.SearchStrategy[Any]
) -> dict[str, Any]:
    """Nothing, some conditions, or one variable tied to another, so that either of them tells both."""
    shape = draw(st.sampled_from(["none", "some", "tied", "tied"]))
    if shape == "none" or (shape == "tied" and len(listed) < 2):
        return {}
    if shape == "some":
        narrow = st.lists(when, min_size=2, max_size=3).map(lambda parts: {"all": parts})
        return {f"c{i}": cited(2, never=draw(narrow)) for i in range(draw(st.integers(1, 3)))}
    first, second = draw(st.permutations(sorted(listed)))[:2]
    partner = {value: listed[second][i % len(listed[second])] for i, value in enumerate(listed[first])}
    others = {value: [o for o in listed[second] if o != mate] for value, mate in partner.items()}
    return {
        f"tie-{value}": cited(2, never={first: value, second: rest}) for value, rest in others.items() if rest
    }


@st.composite
def points(draw: st.DrawFn) -> Point:
    variables, ambiguities = draw(vocabularies())
    definitions: dict[str, Any] = {}
    for name in ("d1", "d2")[: draw(st.integers(0, 2))]:
        definitions[name] = draw(conditions(variables, ambiguities, list(definitions)))
    when = conditions(variables, ambiguities, list(definitions))
    then = outcomes(variables)
    rules = [
        cited(3 + i, id=f"R{i}", when=draw(when), then=draw(then))
        for i in range(draw(st.sampled_from([5, 4, 3, 2, 1])))
    ]
    if draw(st.sampled_from([True, True, False])):
        rules.append(cited(9, id="R9", when={"all": []}, then=draw(then)))
    names = [*variables, *ambiguities]
    flag = st.fixed_dictionaries(
        {"code": st.sampled_from(["f1", "f2"]), "when": when},
        optional={
            "assign": st.lists(st.sampled_from(REGIMENS), min_size=1, max_size=2),
            "outcome": st.sampled_from(["propose", "choose"]),
        },
    )
    table = {
        "decision_point": "p",
        "question": "What next?",
        "facts": list(variables),
        "rulings": list(ambiguities),
        "required": draw(st.lists(st.sampled_from(names), unique=True, max_size=2)),
        "constraints": draw(constraints(listed_domains(variables, ambiguities), when)),
        "definitions": definitions,
        "rules": rules,
        "precedence": draw(precedences([rule["id"] for rule in rules], when)),
        "acknowledge": [cited(2, **draw(flag)) for _ in range(draw(st.integers(0, 2)))],
        "alerts": [cited(2, **draw(flag)) for _ in range(draw(st.integers(0, 1)))],
    }
    return Point(DecisionTable.model_validate(table), variables, ambiguities)


@st.composite
def dense_points(draw: st.DrawFn) -> Point:
    """Eight variables that all bear on a first-match table, mostly without gaps, some tied to each other."""
    facts = dict.fromkeys("abcdefg", ("u", "v")) | {"h": ("u", "v", "w")}
    variables = {
        name: Variable.model_validate(cited(1, label=name, values=values)) for name, values in facts.items()
    }

    literals = st.sampled_from([(name, value) for name, values in facts.items() for value in values])

    def rows(least: int, most: int, wide: int) -> list[dict[str, str]]:
        row = st.lists(literals, min_size=2, max_size=wide, unique_by=lambda literal: literal[0]).map(dict)
        return draw(st.lists(row, min_size=least, max_size=most))

    pairs = [("a", "b"), ("a", "c"), ("b", "c"), ("d", "e"), ("f", "g"), ("d", "g")]
    ties = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4))
    never = [{one: "u", other: "v"} for one, other in ties] + [{one: "v", other: "u"} for one, other in ties]
    says = st.sampled_from(REGIMENS).map(lambda name: {"assign": name})
    last: list[dict[str, Any]] = draw(st.sampled_from([[{"all": []}], [{"all": []}], []]))
    rules = [
        cited(3, id=f"R{i}", when=when, then=draw(says)) for i, when in enumerate([*rows(4, 9, 4), *last])
    ]
    ids = [rule["id"] for rule in rules]
    table = {
        "decision_point": "p",
        "question": "What next?",
        "facts": list(facts),
        "constraints": {f"c{i}": cited(2, never=row) for i, row in enumerate([*rows(0, 3, 2), *never])},
        "rules": rules,
        "precedence": [cited(2, first=one, over=ids[i + 1 :]) for i, one in enumerate(ids[:-1])],
    }
    return Point(DecisionTable.model_validate(table), variables, {})


class Case(NamedTuple):
    """A case as it is sent, and as it is meant."""

    facts: dict[str, Any]
    rulings: dict[str, str]
    known: dict[str, Any]
    told: dict[str, dict[str, str]]


@st.composite
def cases(draw: st.DrawFn, point: Point) -> Case:
    facts, known, told = dict[str, Any](), dict[str, Any](), dict[str, dict[str, str]]()
    known_too = draw(st.sampled_from([["known"], ["known", "known"], []]))
    for name, variable in point.variables.items():
        shape = draw(st.sampled_from([*known_too, "absent", "null", "status"]))
        if shape == "known":
            domain = variable.domain or (3, 10, Decimal("15.25"), Decimal("20.50"), 99)
            known[name] = draw(st.sampled_from(domain))
            facts[name] = known[name] if variable.domain else {"value": known[name], "unit": "%"}
        elif shape == "status":
            told[name] = {"status": draw(st.sampled_from(STATUSES))}
            told[name] |= draw(st.sampled_from([{}, {"reason": "low input"}]))
            facts[name] = told[name]
            if variable.not_evaluable and draw(st.booleans()):
                facts[name], told[name] = variable.not_evaluable, {"status": "not_evaluable"}
        elif shape == "null":
            facts[name] = None
    rulings = {
        name: draw(st.sampled_from(ambiguity.domain))
        for name, ambiguity in point.ambiguities.items()
        if draw(st.booleans())
    }
    return Case(facts, rulings, known | rulings, told)
