"""The command ``rehydration serve``: moto's server, with persistent chat.

Here belongs what is printed and the exit status. What is served is the integration's, which is imported when it runs:
the command line works without moto.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import click

from rehydration.cli.options import Asked
from rehydration.cli.output import emit


class CannotServe(click.ClickException):
    """The server cannot be had; the message says why."""

    exit_code = 2


@click.command(cls=Asked, short_help="Serve moto with persistent chat, for any AWS client.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST", help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=5000,
    show_default=True,
    metavar="PORT",
    help="The port to listen on; 0 takes a free one.",
)
@click.option(
    "--websocket-url",
    metavar="URL",
    help="How the addresses of websockets begin, for clients behind a proxy, such as wss://chat.example.com; by default"
    " they lead to the host that a client asked.",
)
@click.option(
    "--websocket-delay",
    type=click.FloatRange(0, 60),
    default=0.3,
    show_default=True,
    metavar="SECONDS",
    help="How long a websocket waits before it opens, so that a transcript is asked for first, as on AWS.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let pages of this origin, and requests to its host, use the control URLs; * allows all. Repeatable.",
)
def serve(*, host: str, port: int, origins: tuple[str, ...], websocket_url: str | None, websocket_delay: float) -> None:
    """Serve moto with persistent chat, for any AWS client, until Ctrl-C.

    Requires the extra moto. Open /_rehydration/ in a browser for a page on which you are the agent, and the customer
    too. Besides AWS's operations, the server has control URLs under /_rehydration/{InstanceId}/: contacts (POST records
    to plant a history, GET the graph, also ?format=svg, mermaid or dot), chats, start-chat, join, say, transfer,
    disconnect-flow, stop and advance.
    """
    from rehydration.errors import InvalidArgument
    from rehydration.integrations.moto import MotoNotSupported
    from rehydration.integrations.moto.server import CannotListen
    from rehydration.integrations.moto.server import serve as serve_moto
    from rehydration.render.writing import safe_line

    try:
        serve_moto(
            host,
            port,
            _say,
            origins=origins,
            websocket_url=_checked(websocket_url),
            websocket_delay=websocket_delay,
        )
    except (MotoNotSupported, CannotListen, InvalidArgument) as problem:
        raise CannotServe(safe_line(str(problem))) from problem


def _checked(url: str | None) -> str | None:
    if url is not None and not url.startswith(("ws://", "wss://")):
        raise click.BadParameter(f"{url!r} begins neither with ws:// nor wss://", param_hint="--websocket-url")
    return url


def _say(url: str) -> None:
    emit(f"Listening on {url} (AWS_ENDPOINT_URL={url}, or boto3.client(..., endpoint_url={url!r})); Ctrl-C stops\n")
