"""What a second implementation decides: whether a chat may be continued, from where, and what it shows."""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.second.book import Book, Contact

_LIMIT = 100
_LAG = 60


class Past(Book):
    """May it be done, which contact is continued, what is seen."""

    # -------------------- may it be done

    def start(self, kind: object, source_id: object, target: Contact | None) -> str:
        """Return the start contact, or refuse. Without a target a new chat is about to be started."""
        if not kind or not source_id:
            raise self.refuse("InvalidParameterException", "a rehydration type and a source are required")
        if kind not in ("FROM_SEGMENT", "ENTIRE_PAST_SESSION"):
            raise self.refuse("InvalidParameterException", "this is no rehydration type")
        source = self.contact(str(source_id))
        if target is not None:
            self.check_target(target)
            if target.initial == source.initial:
                raise self.refuse("InvalidRequestException", "source and target are of one session")
        if source.channel != "CHAT":
            raise self.refuse("InvalidRequestException", "the source is no chat")
        self.check_ended(source)
        if source.begun < self.two_years_ago() and self.freedom.usually("beyond 24 months"):
            raise self.refuse("ResourceNotFoundException", "contact data is kept for 24 months")
        begun = self.begin(str(kind), source)
        if self.policy["beyond_limit"] == "REFUSE" or self.policy["unavailable"] == "REFUSE":
            self.walk(str(kind), begun.id)
        return begun.id

    def two_years_ago(self) -> float:
        now = datetime.fromtimestamp(self.now(), UTC)
        return now.replace(year=now.year - 2, day=min(now.day, 28)).timestamp()

    def check_target(self, target: Contact) -> None:
        if target.channel != "CHAT":
            raise self.refuse("InvalidRequestException", "the target is no chat")
        if not target.is_live:
            raise self.refuse("InvalidRequestException", "the target has ended")
        if self.carrier(target.initial):
            raise self.refuse("InvalidRequestException", "this session has a link")

    def check_ended(self, source: Contact) -> None:
        ended = self.has_ended(source.initial) if self.policy["ended"] == "SESSION" else not source.is_live
        if not ended:
            raise self.refuse("InvalidRequestException", "only what has ended can be continued")
        end = self.end_of(source.initial)
        if self.policy["early_call"] == "REFUSE" and self.now() - end < _LAG:
            raise self.refuse("InvalidRequestException", "transcripts are not ready yet")

    def check_customers(self, source_id: str, customer: str | None) -> None:
        names = {customer, self.contact(source_id).customer} - {None}
        if self.policy["customer_mismatch"] == "REFUSE" and len(names) > 1:
            raise self.refuse("InvalidRequestException", "these are two customers")

    def begin(self, kind: str, source: Contact) -> Contact:
        """Return the contact that is continued."""
        if kind == "FROM_SEGMENT":
            return source
        if source.id != source.initial and self.policy["entire_source"] == "INITIAL_ONLY":
            raise self.refuse("InvalidRequestException", "ENTIRE_PAST_SESSION takes the initial contact")
        return max((each for each in self.chats(source.initial) if not each.is_live), key=self.recency)

    # -------------------- what is seen

    def past_of(self, initial: str) -> list[Contact]:
        """Return the past contacts that a session sees, newest first, those that can be read."""
        carrier = self.carrier(initial)
        if carrier is None or not self.counts(carrier, self.predecessors(self.current(initial))):
            return []
        return self.walk(carrier.kind, str(carrier.related), initial)

    def walk(self, kind: str, start_id: str, seen_from: str = "") -> list[Contact]:
        """Go back session by session."""
        entered: list[Contact] = []
        readable: list[Contact] = []
        visited = {seen_from}
        start = self.contacts.get(start_id)
        while start is not None and start.initial not in visited:
            visited.add(start.initial)
            shown = self.newest_first(self.shown(kind, start))
            for each in shown:
                if self.is_beyond(len(entered) + 1, len(visited) - 1):
                    if self.policy["beyond_limit"] == "REFUSE":
                        raise self.refuse("InvalidRequestException", "there are more than 100 past contacts")
                    return readable
                entered.append(each)
                if each.channel != "CHAT":
                    continue
                if each.available:
                    readable.append(each)
                elif self.policy["unavailable"] == "STOP":
                    return readable
                elif self.policy["unavailable"] == "REFUSE":
                    raise self.refuse("InvalidRequestException", "a transcript is not there")
            carrier = self.carrier(start.initial)
            if carrier is None or not self.counts(carrier, shown):
                break
            kind, start = carrier.kind, self.contacts.get(str(carrier.related))
        return readable

    def is_beyond(self, entered: int, _sessions: int) -> bool:
        return entered > _LIMIT

    def counts(self, carrier: Contact, shown: list[Contact]) -> bool:
        return self.policy["link_scope"] == "SESSION" or carrier in shown

    def shown(self, kind: str, start: Contact) -> list[Contact]:
        """Return what a link of a kind shows of the session that it leads to."""
        whole = self.is_linear(start.initial) or self.policy["entire_view"] == "SESSION"
        if kind == "ENTIRE_PAST_SESSION" and whole:
            return self.session(start.initial)
        return self.predecessors(start)
