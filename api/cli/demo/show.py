"""How the demonstration words what the service answers; the script expects these very words."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from api.cli.demo.steps import Course, Ends

Json = Mapping[str, Any]
_AWAITED = ("unknown", "unsigned", "required")


def answer(said: Json) -> str:
    """Word the engine's outcome."""
    ticks = f" (tick {', '.join(said['acknowledge'])})" if said.get("acknowledge") else ""
    match said["outcome"]:
        case "propose":
            return f"propose {said['assign']}{ticks}"
        case "choose":
            return f"choose {' or '.join(said['options'])}{ticks}"
        case "refer":
            return f"refer: {', '.join(reason['code'] for reason in said['reasons'])}"
        case _:
            return _hold(said["reasons"])


def _hold(reasons: Iterable[Json]) -> str:
    awaited = {name for reason in reasons if reason["code"] in _AWAITED for name in reason["on"]}
    others = {reason["code"] for reason in reasons if reason["code"] not in _AWAITED}
    return f"hold for {', '.join(sorted(awaited | others))}"


def decision(found: Json) -> str:
    """Word one asking with its verdict."""
    verdict = found.get("verdict") or {}
    regimen = verdict.get("regimen")
    details = {"chosen": verdict.get("agent"), "overridden": verdict.get("reason_code")}
    said = {"chosen": f" {regimen}", "overridden": f" to {regimen}"}.get(found["status"], "")
    detail = f" ({details[found['status']]})" if details.get(found["status"]) else ""
    return f"{found['decision']}: {answer(found['answer'])}; {found['status']}{said}{detail}"


def ending(subject: Json) -> Ends:
    """Word where a subject stands, from the subject as the service shows it."""
    state, place = subject["state"], [subject["state"]["epoch"]]
    if state["arm"]:
        place += [state["regimen"], f"{state['cycle']} cycle{'s' * (state['cycle'] != 1)}"]
    outcomes = [
        found["answer"].get("assign") or f"{found['endpoint']}: {answer(found['answer'])}"
        for found in subject["endpoints"]
    ]
    return Ends(
        stands="; ".join((", ".join(place), state["standing"], *outcomes)),
        decisions=tuple(decision(found) for found in subject["decisions"]),
        deviations=tuple(f"{found['kind']}: {found['about']}" for found in subject["deviations"]),
    )


def table(rows: Iterable[tuple[Course, Ends, str | None]]) -> Table:
    """Lay out one row per subject; what went otherwise than expected stands in it."""
    shown = Table(title="What happened, and where it led", title_justify="left", show_lines=True, expand=True)
    shown.add_column("Subject", no_wrap=True)
    for column, ratio in (("What happened", 9), ("Decisions", 13), ("Stands", 8), ("Deviations", 7)):
        shown.add_column(column, ratio=ratio, overflow="fold")
    for course, ends, fault in rows:
        story = Text(course.story)
        if fault is not None:
            story.append(f"\nUNEXPECTED: {fault}", style="bold red")
        columns = (ends.stands, *("\n".join(cell) for cell in (ends.decisions, ends.deviations)))
        stands, decisions, deviations = map(Text, columns)
        shown.add_row(course.subject, story, decisions, stands, deviations)
    return shown
