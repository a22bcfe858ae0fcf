"""What can be wrong with the integration itself.

Here belong the faults of the machinery: moto is not there, is not one that is known, or was not asked to take part.
What a chat operation refuses is no fault of this kind.
"""

from __future__ import annotations

from typing import Final

from attrs import define

from rehydration.errors import RehydrationError

KNOWN_VERSIONS: Final = "5.1.21 to 5.2.5"
"""The versions of moto that this integration was tested with, the oldest and the newest."""


@define(slots=False, eq=False)
class MotoNotSupported(RehydrationError):
    """Moto is not there, or is not built as this integration needs it; ``missing`` are the parts it looked for."""

    version: str | None
    missing: tuple[str, ...]

    def __str__(self) -> str:
        """Say what is missing, which versions are known to work, and what to do."""
        found = "moto is not installed" if self.version is None else f"moto {self.version} is not supported"
        return (
            f"{found}: {'; '.join(self.missing)}. Known to work: moto {KNOWN_VERSIONS}; install one of them "
            "(python -m pip install 'rehydration[moto]') or a rehydration that knows this one"
        )


@define(slots=False, eq=False)
class NotInstalled(RehydrationError):
    """Chats are asked for and moto was not extended."""

    def __str__(self) -> str:
        """Say what would have worked."""
        return "moto knows no chats yet; call rehydration.integrations.moto.install() first"


@define(slots=False, eq=False)
class NoSuchInstance(RehydrationError):
    """Moto has no such Amazon Connect instance there."""

    instance_id: object
    region_name: object
    account_id: object

    def __str__(self) -> str:
        """Say where was looked, and what would have worked."""
        return (
            f"moto has no Amazon Connect instance {self.instance_id!r} in region {self.region_name!r} of account "
            f"{self.account_id!r}; create it with create_instance, and name its region and account"
        )
