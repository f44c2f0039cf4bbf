"""The drawings say what the machine does, and the pages in docs/trials are the drawings of today."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from engine.chart import Chart
from engine.diagram import page, planned_path, standings
from engine.protocol.catalogue import Catalogue
from engine.protocol.reading import read_protocol
from tests.toy import edited, write_toy

ROOT = Path(__file__).parents[2]
SHIPPED = [(trial, version) for trial in Catalogue().trials() for version in Catalogue().versions(trial)]

Drawn = set[tuple[str, str, str]]


def drawn(mermaid: str) -> Drawn:
    """Read a flow chart back: the text of both boxes and the label, of each arrow."""
    boxes = dict(re.findall(r'^ *(n\d+)\["(.*)"\]$', mermaid, flags=re.MULTILINE))
    arrows = re.findall(r'^    (n\d+) -->\|"(.*)"\| (n\d+)$', mermaid, flags=re.MULTILINE)
    assert len(arrows) == mermaid.count("-->")
    assert set(boxes) == {name for before, _, after in arrows for name in (before, after)}
    return {(boxes[before], label, boxes[after]) for before, label, after in arrows}


@pytest.fixture
def toy(tmp_path: Path) -> Chart:
    return Chart(read_protocol(write_toy(tmp_path)))


@pytest.mark.parametrize(("trial", "version"), SHIPPED)
def test_the_committed_page_is_what_would_be_drawn_now(trial: str, version: str) -> None:
    protocol = Catalogue().load(trial, version)
    file = ROOT / "docs" / "trials" / f"{trial}-{version}.md"
    committed = file.read_text(encoding="utf-8") if file.is_file() else ""
    assert committed == page(protocol, Chart(protocol)), (
        f"run `make diagrams` and commit {file.relative_to(ROOT)}"
    )


def test_the_planned_path_of_the_toy(tmp_path: Path) -> None:
    protocol = read_protocol(write_toy(tmp_path))
    mermaid = planned_path(protocol, Chart(protocol))
    light, second = "Cycle 1<br/>Light<br/>cycle 1", "Cycles 2-3<br/>{}<br/>cycles 2 to 3"
    assert drawn(mermaid) == {
        ("Screening", "eligible", "Enrolment"),
        ("Screening", "ineligible", "screen_failed"),
        ("Enrolment", "standard", light),
        ("Enrolment", "adaptive", light),
        (light, "cycle 2", second.format("Light")),
        (light, "after_c1", second.format("Light")),
        (light, "after_c1", second.format("Heavy")),
        (second.format("Light"), "surgery", "Follow-up"),
        (second.format("Heavy"), "surgery", "Follow-up"),
    }
    standard, adaptive = re.findall(r'subgraph arm\d\["(.*)"\]\n((?:        .*\n)*)    end', mermaid)
    assert (standard[0], standard[1].count("n"), adaptive[0]) == ("Standard", 2, "Adaptive")
    assert adaptive[1].count("Cycles 2-3") == 2


def test_the_standings_of_the_toy(toy: Chart) -> None:
    exits: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for before, label, after in drawn(standings(toy)):
        exits[before, after] |= set(label.split(", "))
    assert exits == {
        ("on_study", "screen_failed"): {"ineligible"},
        ("on_study", "off_treatment"): {"toxicity"},
        ("on_study", "lost"): {"lost"},
        ("lost", "on_study"): {"found"},
        **{(before, "withdrawn"): {"withdrawal"} for before in ("on_study", "off_treatment", "lost")},
        **{(before, "dead"): {"death"} for before in ("on_study", "off_treatment", "lost")},
    }


@pytest.mark.parametrize(("trial", "version"), SHIPPED)
def test_every_drawn_move_is_a_move_of_the_machine_and_none_is_missing(trial: str, version: str) -> None:
    protocol = Catalogue().load(trial, version)
    chart = Chart(protocol)
    labels = {label for _, label, _ in drawn(planned_path(protocol, chart))}
    decisions = {e.decided_by for arm in protocol.arms for e in arm.elements if e.decided_by}
    expected = {"eligible", "ineligible", *protocol.arm, *protocol.milestone, *decisions}
    assert {label for label in labels if not label.startswith("cycle ")} == expected
    turned = {label for _, labels, _ in drawn(standings(chart)) for label in labels.split(", ")}
    assert turned == {"ineligible", *protocol.exit}


def test_a_quote_in_a_label_does_not_end_it(tmp_path: Path) -> None:
    files = edited("protocol.yaml", "label: Follow-up", """label: 'The "end" of it'""")
    protocol = read_protocol(write_toy(tmp_path, files))
    assert '["The #quot;end#quot; of it"]' in planned_path(protocol, Chart(protocol))


def test_a_page_holds_both_drawings(tmp_path: Path) -> None:
    protocol = read_protocol(write_toy(tmp_path))
    chart = Chart(protocol)
    text = page(protocol, chart)
    blocks = re.findall(r"```mermaid\n(.*?)```\n", text, flags=re.DOTALL)
    assert blocks == [planned_path(protocol, chart), standings(chart)]
    assert text.startswith("# TOY-1 v1: the path of a subject\n\nA toy trial.\n")
