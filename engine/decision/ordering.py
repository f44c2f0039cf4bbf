"""A static order of variables for the diagrams: those that stand in the same rows stand near each other."""

from collections.abc import Collection, Sequence


def arrange(names: Sequence[str], rows: Collection[frozenset[str]]) -> list[str]:
    """Order the variables by the FORCE heuristic (Aloul, Markov and Sakallah, GLSVLSI 2003).

    Each row is drawn to the mean place of its variables, each variable to the mean place of its rows, for as
    long as the rows get narrower. Deterministic; ties keep the earlier order.
    """
    best = sorted(names, key=lambda name: (-sum(name in row for row in rows), names.index(name)))
    while True:
        place = {name: i for i, name in enumerate(best)}
        drawn = {
            name: _mean([_mean([place[n] for n in r]) for r in rows if name in r], place[name])
            for name in best
        }
        moved = sorted(best, key=drawn.__getitem__)
        if _width(moved, rows) >= _width(best, rows):
            return best
        best = moved


def _mean(places: Sequence[float], default: float = 0) -> float:
    return sum(places) / len(places) if places else default


def _width(order: Sequence[str], rows: Collection[frozenset[str]]) -> int:
    place = {name: i for i, name in enumerate(order)}
    return sum(max(place[n] for n in row) - min(place[n] for n in row) for row in rows if row)
