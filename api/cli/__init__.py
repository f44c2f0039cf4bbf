"""The command line: `neoadapt`."""

from api.cli.main import main

__all__ = ["main"]
