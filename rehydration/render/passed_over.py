"""What was in an export and was no contact, in words and as JSON.

Here belong the words. What is no contact, and whether it is passed over, is found where records are read.
"""

from __future__ import annotations

from collections.abc import Iterator

from rehydration.contacts import CHAT
from rehydration.records import Account
from rehydration.records.fields import IN_JSON, shown
from rehydration.records.members import ATTRIBUTES, CHAIN, CHANNELS, pascal
from rehydration.render.writing import counted, safe_line

_MOST = 3


def passed_over_lines(account: Account) -> Iterator[str]:
    """Say what was passed over: records by what they are, with the place of the first, and files by name.

    What no record tells is said too, and if there was none at all.
    """
    for name, number in account.strays.items():
        yield safe_line(f"passed over, no contact: {name} ({number:,} in all, the first is {account.places[name]})")
    named = [f"{each.path} ({each.reason})" for each in account.passed_over[:_MOST]]
    if len(account.passed_over) > _MOST:
        named.append(f"{len(account.passed_over) - _MOST:,} more")
    if named:
        yield safe_line(f"passed over, no records: {', '.join(named)}")
    if account.strays or named:
        yield "--strict refuses what is passed over"
    if not account.records:
        yield "no contact was read, so the answer is about none"
    elif account.channels and not account.channels & {CHAT, None}:
        yield "no contact is a chat, so the answer is about none"
    for each in _strange_channels(account):
        yield safe_line(f"{shown(each)} is no channel that is known here: its contacts are taken for no chats")
    if account.backwards:
        one, many = (
            "1 contact ends before it begins: its",
            f"{account.backwards:,} contacts end before they begin: their",
        )
        yield f"{one if account.backwards == 1 else many} times may be of several zones"
    for each in account.lacking_pages:
        yield safe_line(f"{each} says that more pages follow, and the last of them is not there")
    untold = [pascal(each) for each in CHAIN if each in account.untold]
    if untold:
        yield f"no record tells {', '.join(untold)}: there may be more sessions and links than the answer knows"
    yield from unread_lines(account)
    for name, source in account.half_told.items():
        told = "others tell, so that its contacts may have more sessions and links than the answer knows"
        yield safe_line(f"{source} does not tell {pascal(name)}, which {told}")


def unread_lines(account: Account) -> Iterator[str]:
    """Say that attributes were not read, if some were not."""
    if account.unread:
        what = f"the attributes of {counted(account.unread, 'contact')} are text that is no JSON, and none is read"
        yield safe_line(f"{what} (the first is {account.places[ATTRIBUTES]}); expected {IN_JSON}")


def _strange_channels(account: Account) -> list[str]:
    """Find the words for channels that Amazon Connect does not have."""
    return sorted(str(each) for each in account.channels - {*CHANNELS, None})


def beside_json(account: Account) -> dict[str, object]:
    """Write what stands beside an answer, each where there is any: what was passed over, and what no record tells.

    What was passed over are records, counted by what they are, and files. What no record tells are members; so is what
    only some tell, with a source that does not. ``LackingPages`` are sources of pages whose last one is not there.
    """
    told: dict[str, object] = {}
    if account.strays or account.passed_over:
        files = [each.path for each in account.passed_over]
        told["PassedOver"] = {"Strays": dict(account.strays), "Files": files}
    if account.untold:
        told["Untold"] = [pascal(each) for each in account.untold]
    if channels := _strange_channels(account):
        told["UnknownChannels"] = channels
    if account.lacking_pages:
        told["LackingPages"] = account.lacking_pages
    if account.backwards:
        told["EndBeforeTheyBegin"] = account.backwards
    if account.unread:
        told["UnreadAttributes"] = account.unread
    if account.half_told:
        told["HalfTold"] = {pascal(name): source for name, source in account.half_told.items()}
    return told
