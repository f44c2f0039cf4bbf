"""The entry point: runs a command, and turns a deliberate error into one sentence on stderr.

Exit status 0: done. 1: what was looked at has faults. 2: it could not be done as asked.
"""

import sys

from api.cli.commands import app


def main() -> None:
    """Run ``neoadapt``."""
    try:
        app()
    except Exception as error:
        from api.problems import DELIBERATE  # noqa: PLC0415 only an error needs the engine's classes

        if not isinstance(error, DELIBERATE):
            raise
        sys.stderr.write(f"neoadapt: {error}\n")
        sys.exit(2)
