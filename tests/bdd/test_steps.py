"""Each line of a feature means one thing, and no step is left over."""

import importlib
from collections import Counter

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from api.bdd import plugin
from tests.bdd.gherkin import played


def shipped() -> list[StepFunctionContext]:
    names = [name for name in plugin.pytest_plugins if ".steps_" in name]
    for name in names:
        importlib.import_module(name)
    return [step for step in step_function_context_registry.values() if step.step_func.__module__ in names]


def test_each_line_is_read_by_exactly_one_step() -> None:
    steps = shipped()
    lines = {line for one in played() if not one.file.startswith("technical/") for line in one.steps}
    for kind, text in sorted(lines):
        found = [s.parser.name for s in steps if s.type in (None, kind) and s.parser.is_matching(text)]
        assert len(found) == 1, f"'{kind} {text}' is read by {found or 'no step'}"


def test_no_step_is_left_over() -> None:
    used = Counter(
        step.parser.name
        for one in played()
        for kind, text in one.steps
        for step in shipped()
        if step.type in (None, kind) and step.parser.is_matching(text)
    )
    idle = {step.parser.name for step in shipped()} - used.keys()
    assert not idle, f"show it in a feature or take it out: {sorted(idle)}"
