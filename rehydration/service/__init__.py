"""The chat operations of one Amazon Connect instance, in memory.

Here belongs what an emulator of Amazon Connect embeds: state, operations by AWS's names and members, and what agents
and flows do. Which past is continued and what of it is visible is decided by the engine and nowhere here. Nothing here
knows a host; ids, clock and policy are handed in. The service is loaded when it is first used.

- ``chat_service``: the way in, with its lock, its clock and its way to JSON;
- ``wire``: requests and responses of HTTP, for those who have a connection;
- ``starting``, ``contacts``, ``participation``, ``transcript_pages``: the operations;
- ``flows``: what has no operation; ``seeding``: a whole history at once;
- ``instance``: the state and the few ways in which it changes; ``state``, ``transcripts``: what it is made of;
- ``schema``: the service models; ``faults``: codes and statuses; ``page_tokens``, ``replays``: the two kinds of token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehydration.service.schema import TRUSTED, Schema, botocore_schema

if TYPE_CHECKING:
    from rehydration.service.chat_service import ChatService

__all__ = ["TRUSTED", "ChatService", "Schema", "botocore_schema"]


def __getattr__(name: str) -> object:
    """Load the service when it is first used."""
    if name != "ChatService":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rehydration.service.chat_service import ChatService  # noqa: PLC0415  # needs the engine, which the wire does not

    return ChatService
