"""``neoadapt serve``; and a service that runs beside the caller, for the demo."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.cli.errors import PortTakenError
from api.settings import Settings


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; what was begun is finished first.

    Raises:
        PortTakenError: And what `create_app` raises at the start.
    """
    app, listening = create_app(settings), listen(host, port)
    # uvicorn stops at a SIGTERM, then raises it anew; here it leaves like any other end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        asyncio.run(
            _served(app, _server(app), listening, told=f"data in {settings.data_dir}; Ctrl-C stops it")
        )


@contextmanager
def running(settings: Settings, port: int) -> Iterator[str]:
    """Serve on loopback in another thread until the block ends; gives the base URL.

    Raises:
        PortTakenError: And what `create_app` raises at the start.
    """
    app, listening = create_app(settings), listen("127.0.0.1", port)
    server = _server(app, quiet=True)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="service") as pool:
        served = pool.submit(asyncio.run, _served(app, server, listening))
        while not (server.started or served.done()):
            time.sleep(0.01)
        try:
            if server.started:
                yield _url(listening)
        finally:
            server.should_exit = True
        served.result()


def listen(host: str, port: int) -> socket.socket:
    """Take the port, before anything else is done.

    Raises:
        PortTakenError: It is not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTakenError(host=host, port=port, reason=error.strerror or str(error)) from None
    # Each connection inherits it; asyncio sets it on its own sockets only, and without it answers wait 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _server(app: FastAPI, *, quiet: bool = False) -> uvicorn.Server:
    level = "warning" if quiet else "info"
    return uvicorn.Server(
        uvicorn.Config(app, log_level=level, access_log=not quiet, ws="none", lifespan="off")
    )


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _served(app: FastAPI, server: uvicorn.Server, listening: socket.socket, told: str = "") -> None:
    """Serve inside the application's lifespan; run by uvicorn, its errors would end in the log.

    ``told`` is written on stderr with the URL, once the application is ready.
    """
    with listening:
        async with app.router.lifespan_context(app):
            if told:
                sys.stderr.write(f"NeoAdapt serves at {_url(listening)} ({told})\n")
            await server.serve(sockets=[listening])
