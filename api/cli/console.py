"""The terminal, for tables; plain lines and JSON go through `typer.echo`."""

from rich.console import Console

_WIDTH_OF_A_FILE = 160


def stdout() -> Console:
    """Standard output; where it is no terminal, wide enough that tables keep their rows short."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH_OF_A_FILE)
    return console
