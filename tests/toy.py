"""A tiny trial, written into a folder, for tests of everything that runs on a trial.

Two arms; the adaptive one is decided on once, after cycle 1: a marker and a scan choose between Light and
Heavy. `FILES` is the trial; a test changes a line with `edited` and writes it with `write_toy`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

TRIAL = "TOY-1"

PROTOCOL = """\
title: A toy trial
record:
  id: TOY-1
  updated: 2026-01-02
  sections:
    arms: {title: Arms, sentences: 5}
planned_subjects: 40
cycle_days: cycle_length
epochs:
  - id: screening
    label: Screening
    says: Before entry.
    cites: [{section: arms, sentence: 1}]
    reading: implied
  - id: enrolment
    label: Enrolment
    says: Before allocation.
    cites: [{section: arms, sentence: 1}]
    reading: implied
  - id: first
    label: Cycle 1
    says: One cycle.
    cites: [{section: arms, sentence: 1}]
    reading: explicit
  - id: second
    label: Cycles 2-3
    says: Two cycles.
    cites: [{section: arms, sentence: 2}]
    reading: explicit
  - id: follow_up
    label: Follow-up
    says: After surgery.
    cites: [{section: arms, sentence: 5}]
    reading: silent
arms:
  - id: standard
    label: Standard
    ratio: 1
    says: Light throughout.
    cites: [{section: arms, sentence: 1}]
    reading: explicit
    elements:
      - epoch: first
        cycles: 1
        regimen: Light
        says: One.
        cites: [{section: arms, sentence: 1}]
        reading: explicit
      - epoch: second
        cycles: 2
        regimen: Light
        says: Two.
        cites: [{section: arms, sentence: 1}]
        reading: explicit
  - id: adaptive
    label: Adaptive
    ratio: 1
    says: Light, then by marker and scan.
    cites: [{section: arms, sentence: 2}]
    reading: explicit
    elements:
      - epoch: first
        cycles: 1
        regimen: Light
        says: One.
        cites: [{section: arms, sentence: 2}]
        reading: explicit
      - epoch: second
        cycles: 2
        decided_by: after_c1
        says: Two.
        cites: [{section: arms, sentence: 3}]
        reading: explicit
milestones:
  - id: surgery
    label: Surgery
    epoch: follow_up
    requires: [residual]
    early: true
    derives: [cure]
    says: The operation.
    cites: [{section: arms, sentence: 5}]
    reading: explicit
exits:
  - id: toxicity
    label: Toxicity
    moves: {on_study: off_treatment}
    says: Treatment ends.
    cites: [{section: arms, sentence: 5}]
    reading: silent
  - id: withdrawal
    label: Consent withdrawn
    moves: {on_study: withdrawn, off_treatment: withdrawn, lost: withdrawn}
    scope: [follow_up, data]
    says: No contact any more.
    cites: [{section: arms, sentence: 5}]
    reading: silent
  - id: lost
    label: Lost
    moves: {on_study: lost}
    says: Out of reach.
    cites: [{section: arms, sentence: 5}]
    reading: silent
  - id: found
    label: Found
    moves: {lost: on_study}
    says: Back again.
    cites: [{section: arms, sentence: 5}]
    reading: silent
  - id: death
    label: Death
    moves: {on_study: dead, off_treatment: dead, lost: dead}
    priority: urgent
    says: The end.
    cites: [{section: arms, sentence: 5}]
    reading: silent
observes_in: [on_study, off_treatment, lost, dead]
milestones_in: [on_study, off_treatment]
override_reasons:
  - {code: physician_decision, label: The clinician judges otherwise}
  - {code: patient_decision, label: The subject declines}
"""

REGIMENS = """\
regimens:
  - id: Light
    label: Light treatment
    agents: [{name: mild}]
    says: The start.
    cites: [{section: arms, sentence: 1}]
    reading: explicit
  - id: Heavy
    label: Heavy treatment
    agents: [{name: mild}, {name: strong}]
    says: The escalation.
    cites: [{section: arms, sentence: 4}]
    reading: explicit
    before_confirming:
      - observation: lvef
        says: The heart is looked at first.
        cites: [{section: arms, sentence: 4}]
        reading: silent
"""

VARIABLES = """\
variables:
  marker:
    label: Marker after cycle 1
    values: [positive, negative]
    reporter: laboratory
    due: {after_cycle: 1, before: after_c1}
    says: A blood test.
    cites: [{section: arms, sentence: 3}]
    reading: explicit
  scan:
    label: Scan after cycle 1
    values: [CR, PR, SD, PD]
    not_evaluable: NE
    due: {after_cycle: 1, before: after_c1}
    says: A picture.
    cites: [{section: arms, sentence: 3}]
    reading: explicit
  lvef:
    label: Ejection fraction
    quantity: "%"
    codes: [{system: NCIt, code: C99524, verified: true}]
    says: The heart.
    cites: [{section: arms, sentence: 4}]
    reading: silent
  residual:
    label: Residual tumour
    values: ["yes", "no"]
    says: What surgery finds.
    cites: [{section: arms, sentence: 5}]
    reading: explicit
"""

AMBIGUITIES = """\
ambiguities:
  AMB-1:
    governs: decision
    question: Does CR count as PR?
    options:
      - {id: pr_or_better, says: It does.}
      - {id: literal_pr_only, says: It does not.}
    reference: pr_or_better
    because: Nobody is escalated for responding too well.
    says: CR is not mentioned.
    cites: [{section: arms, sentence: 3}]
    reading: silent
parameters:
  cycle_length:
    question: How long is a cycle?
    value: 21
    unit: d
    says: Not stated.
    cites: [{section: arms, sentence: 1}]
    reading: silent
"""

AFTER_C1 = """\
decision_point: after_c1
question: Which regimen has the adaptive arm in cycles 2 and 3?
facts: [marker, scan]
rulings: [AMB-1]
required: [scan]
assumptions: [cycle_length]
definitions:
  responded:
    any: [{scan: PR}, {scan: CR, AMB-1: pr_or_better}]
rules:
  - id: T-1
    says: Responding without the marker, stay on Light.
    when: {marker: negative, responded: true}
    then: {assign: Light, cycles: 2}
    cites: [{section: arms, sentence: 3}]
    reading: explicit
  - id: T-2
    says: With the marker, or without response, change to Heavy.
    when:
      any:
        - {marker: positive}
        - {responded: false}
    then: {assign: Heavy, cycles: 2}
    cites: [{section: arms, sentence: 4}]
    reading: explicit
  - id: T-3
    says: Progression is for a clinician.
    when: {scan: PD}
    then: {refer: progressive_disease}
    cites: [{section: arms, sentence: 4}]
    reading: silent
precedence:
  - first: T-3
    over: [T-2]
    says: Progression leaves the table.
    cites: [{section: arms, sentence: 4}]
    reading: silent
acknowledge:
  - code: responder_escalation
    when: {scan: [CR, PR]}
    assign: [Heavy]
    says: A responder is escalated.
    cites: [{section: arms, sentence: 4}]
    reading: silent
"""

CURE = """\
decision_point: cure
question: Is anything left?
facts: [residual]
rules:
  - id: U-1
    says: Nothing is left.
    when: {residual: "no"}
    then: {assign: cured}
    cites: [{section: arms, sentence: 5}]
    reading: explicit
  - id: U-2
    says: Something is left.
    when: {residual: "yes"}
    then: {assign: not_cured}
    cites: [{section: arms, sentence: 5}]
    reading: explicit
"""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "protocol.yaml": PROTOCOL,
        "regimens.yaml": REGIMENS,
        "variables.yaml": VARIABLES,
        "ambiguities.yaml": AMBIGUITIES,
        "decisions/after_c1.yaml": AFTER_C1,
        "endpoints/cure.yaml": CURE,
        "CHANGES.md": "# TOY-1\n\n## v1\n\nFirst version.\n",
    }
)


def edited(file: str, old: str, new: str, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """Return the files with one passage of one of them changed; it must stand there exactly once."""
    found = files[file].count(old)
    assert found == 1, f"'{old}' stands {found} times in {file}"
    return {**files, file: files[file].replace(old, new)}


def line_of(file: str, passage: str, files: Mapping[str, str] = FILES) -> int:
    """Return the 1-based line on which a passage of a file begins; it must stand there exactly once."""
    before, found, after = files[file].partition(passage)
    assert found, f"'{passage}' does not stand in {file}"
    assert passage not in after, f"'{passage}' stands twice in {file}"
    return before.count("\n") + 1


def write_toy(root: Path, files: Mapping[str, str] = FILES, *, version: str = "v1") -> Path:
    """Write the files as one version below a catalogue's root and return the version folder."""
    folder = root / TRIAL / version
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
