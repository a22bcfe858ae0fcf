"""The answer as a value: what a chat continues from, what is visible, and all that is to be said of it.

Here belongs what an answer holds. How it was decided is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain as concatenate

from attrs import field, frozen

from rehydration.contacts import PastContact
from rehydration.errors import InvalidArgument
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.policies import DEFAULT_POLICY, QUESTIONS, Consultation
from rehydration.sessions import Segment
from rehydration.transcripts import Availability


@frozen
class RuleWarning:
    """Something to know about an answer: the rule, one sentence, and the contacts that it is about."""

    rule: RuleId
    message: str
    contact_ids: tuple[ContactId, ...] = ()


@frozen
class Unavailability:
    """Why the transcript of a contact cannot be read."""

    contact_id: ContactId
    availability: Availability
    rule: RuleId


class Rest:  # noqa: PLW1641  # it changes when it is finished, so it has no hash
    """What most callers never look at: the rules applied, what lies beyond the limit, what was consulted until there.

    It is put together when it is asked for; what lies beyond the limit, thousands of contacts perhaps, also before the
    graph changes.
    """

    __slots__ = ("__weakref__", "_asked", "_ids", "_rules", "_segments")

    def __init__(
        self, segments: Iterable[Segment], asked: Consultation, rules: Iterable[Iterable[RuleId]] = ()
    ) -> None:
        """Stand before the first contact beyond; of rules given more than once, the first counts."""
        self._segments: Iterable[Segment] | None = segments
        self._asked = asked
        self._rules = rules
        self._ids: tuple[ContactId, ...] = ()

    def finish(self) -> None:
        """Walk to the end."""
        if self._segments is not None:
            segments, self._segments = self._segments, None
            self._ids = tuple(each.contact_id for each in segments if each.is_listed)

    @property
    def rules(self) -> tuple[RuleId, ...]:
        """The rules applied within the limit, each once."""
        return tuple(dict.fromkeys(concatenate.from_iterable(self._rules)))

    @property
    def contact_ids(self) -> tuple[ContactId, ...]:
        """Every chat contact and unknown contact beyond the limit, newest first."""
        self.finish()
        return self._ids

    @property
    def consulted(self) -> tuple[str, ...]:
        """The fields of the policy that were consulted, in the order of :class:`Policy`."""
        self.finish()
        return tuple(name for name in QUESTIONS if name in self._asked.asked)

    def _all(self) -> tuple[tuple[str, ...], ...]:
        return (self.contact_ids, self.consulted, self.rules)

    def __eq__(self, other: object) -> bool:
        return self._all() == other._all() if isinstance(other, Rest) else NotImplemented

    def __reduce__(self) -> tuple[object, ...]:
        return (_restored, self._all())


def _restored(contact_ids: tuple[ContactId, ...], consulted: tuple[str, ...], rules: tuple[RuleId, ...]) -> Rest:
    asked = Consultation(DEFAULT_POLICY)
    asked.asked = dict.fromkeys(consulted)
    rest = Rest((), asked, (rules,))
    rest._segments, rest._ids = None, contact_ids  # noqa: SLF001  this is the second constructor
    return rest


@frozen(kw_only=True, slots=False)
class Rehydration(ShowsItself):
    """An answer: what a new chat continues from and what is visible in it.

    ``visible`` lists the past contacts, newest first: known ones, and the unknown ones that the walk ended at.
    ``unavailable`` tells whose transcript cannot be read and why; those contacts are listed all the same, but for
    ``stopped_at``, before which the walk stopped where the policy says so. ``incomplete`` says that the walk ended at
    an unknown contact, so that there may be more.

    ``rehydration_type`` and ``source_contact_id`` are those of the request, or, for a chat that is linked already, the
    type of its link where it is known and None. ``continued_from_contact_id`` is None where there is no link.
    """

    rehydration_type: str | None
    source_contact_id: ContactId | None = None
    target_contact_id: ContactId | None = None
    continued_from_contact_id: ContactId | None = None
    visible: tuple[PastContact, ...] = ()
    unavailable: tuple[Unavailability, ...] = ()
    stopped_at: ContactId | None = None
    incomplete: bool = False
    warnings: tuple[RuleWarning, ...] = ()
    _rest: Rest = field(repr=False)

    @property
    def rules(self) -> tuple[RuleId, ...]:
        """The rules applied, in the order in which they were; look them up with :func:`rehydration.rule`."""
        return self._rest.rules

    @property
    def beyond_limit(self) -> tuple[ContactId, ...]:
        """Identifiers of the past contacts that come after the hundredth, newest first."""
        return self._rest.contact_ids

    @property
    def consulted(self) -> tuple[str, ...]:
        """The fields of :class:`Policy` that were consulted: no other field can change this answer."""
        return self._rest.consulted

    def finish(self) -> None:
        """Find what lies beyond the limit now, instead of when it is asked for."""
        self._rest.finish()

    @property
    def readable(self) -> tuple[ContactId, ...]:
        """Identifiers of the visible contacts whose transcript can be read, now or once it is written."""
        lost = {each.contact_id for each in self.unavailable if each.availability is not Availability.NOT_READY}
        return tuple(each.contact_id for each in self.visible if each.contact_id not in lost)

    def availability(self, contact_id: str) -> Availability:
        """Tell whether the transcript of a listed contact can be read.

        :raises InvalidArgument: the answer neither lists the contact nor stopped before it.
        """
        for reason in self.unavailable:
            if reason.contact_id == contact_id:
                return reason.availability
        if not any(each.contact_id == contact_id for each in self.visible):
            raise InvalidArgument("contact_id", contact_id, "a contact that the answer lists")
        return Availability.AVAILABLE
