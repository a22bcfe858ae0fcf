"""A target at an address: a real boto3 client, as an application would use it.

Here belong pacing, retries and tidying up. What is asked is not known here.
"""

from __future__ import annotations

import json
import math
import ssl
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from rehydration.conformance.account import STARTS, Ledger
from rehydration.conformance.faults import Refusal, TargetBroken
from rehydration.conformance.targets import ADVANCE, CONTACTS, SEED, TRANSCRIPT, WIRE, Factory, code_of
from rehydration.errors import shortened

_OF_THE_ACCOUNT: Final = frozenset(
    {
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "LimitExceededException",
        "RequestLimitExceeded",
        "ServiceQuotaExceededException",
        "ThrottlingException",
        "TooManyRequestsException",
        "UnrecognizedClientException",
    }
)
"""Codes that say nothing of rehydration: who asks may not, or asks too much."""

_ADVICE: Final = {
    "CERTIFICATE_VERIFY_FAILED": "; --ca-bundle names a certificate to trust",
    "Unable to locate credentials": "; --credentials, --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY give "
    "them, and most emulators take any",
    "Invalid endpoint": "; expected one such as http://localhost:5000",
}
"""What a fault of a client says → what would work."""


def _session(credentials: str | None, profile: str | None) -> Any:  # noqa: ANN401  # botocore has no types
    """Make a session that takes its credentials from a file; without one, from where boto3 looks by itself."""
    from botocore.session import Session  # noqa: PLC0415  # for those who judge an address

    session = Session(profile=profile)
    if credentials is not None:
        with Path(credentials).open(encoding="utf-8"):  # botocore would take one that is not there for an empty one
            session.set_config_variable("credentials_file", credentials)
    return session


def _advice(fault: Exception) -> str:
    return "".join(advice for said, advice in _ADVICE.items() if said in str(fault))


class Endpoint:
    """An address, and how to seed what is behind it; clients are made once.

    As a context it sees that somebody is there, gives what makes targets, and ends every chat that was started.
    """

    def __init__(  # noqa: PLR0913  # all that there is to say of an endpoint
        self,
        instance_id: str,
        contact_flow_id: str,
        *,
        endpoint_url: str | None = None,
        region_name: str = "us-east-1",
        seed_url: str | None = None,
        calls_per_second: float | None = None,
        settle_seconds: float = 0,
        ca_bundle: str | None = None,
        credentials: str | None = None,
        profile: str | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """Make the clients; without ``endpoint_url`` they ask Amazon Connect itself.

        ``ca_bundle`` is a file of certificates that are trusted instead of the public ones, ``credentials`` a file of
        credentials in the form of the AWS CLI's, ``profile`` a name in it. ``ledger`` keeps which chats go on.

        :raises TargetBroken: boto3 is not installed, or cannot make a client.
        """
        self.instance_id = instance_id
        self.contact_flow_id = contact_flow_id
        self.settle_seconds: float = settle_seconds
        self._seed_url = None if seed_url is None else seed_url.rstrip("/")
        self.calls_per_second: float = math.inf if calls_per_second is None else calls_per_second
        self._pause = 1 / self.calls_per_second
        self.patience_seconds: float = self._pause + 300  # retries take their time
        try:
            import boto3  # noqa: PLC0415  # for those who judge an address
            from botocore.config import Config  # noqa: PLC0415

            common = Config(
                read_timeout=20,
                connect_timeout=5,
                parameter_validation=False,  # what is malformed is for the target to refuse
            )
            patient = common.merge(Config(retries={"mode": "adaptive", "total_max_attempts": 8}))
            hasty = common.merge(Config(retries={"total_max_attempts": 1}))
            session = boto3.Session(botocore_session=_session(credentials, profile))
            made = {"endpoint_url": endpoint_url, "region_name": region_name, "verify": ca_bundle}
            clients = [session.client(name, **made, config=patient) for name in ("connect", "connectparticipant")]
            self._first = session.client("connect", **made, config=hasty)
            self._trusted = None if ca_bundle is None else ssl.create_default_context(cafile=ca_bundle)
        except ImportError as fault:
            raise TargetBroken("an endpoint needs boto3: pip install boto3") from fault
        except Exception as fault:
            raise TargetBroken(f"no client for {endpoint_url or 'AWS'}: {fault}{_advice(fault)}") from fault
        self._methods: dict[str, Callable[..., dict[str, Any]]] = {
            operation: getattr(client, method)
            for client in clients
            for method, operation in client.meta.method_to_api_mapping.items()
        }
        self._where = endpoint_url or f"Amazon Connect in {region_name}"
        self._ledger = Ledger() if ledger is None else ledger
        self.capabilities: frozenset[str] = frozenset({WIRE, CONTACTS, TRANSCRIPT, *self._offered()})

    def __enter__(self) -> Factory:
        self.knock()
        self._tidy()  # what a run left behind that died
        return self.target

    def __exit__(self, *_fault: object) -> None:
        self.close()

    def knock(self) -> None:
        """See that somebody is there and takes the credentials, without patience: nothing else is asked for now.

        :raises TargetBroken: nobody answers, or nobody who would let us in.
        """
        try:
            self._first.stop_contact(InstanceId=self.instance_id, ContactId="nobody-of-the-suite")
        except Exception as fault:
            code = code_of(fault)
            if code is None or code in _OF_THE_ACCOUNT:
                raise TargetBroken(f"{self._where}: {type(fault).__name__}: {fault}{_advice(fault)}") from fault

    def target(self) -> EndpointTarget:
        """Give a target for one case."""
        return EndpointTarget(self)

    def end(self, contact_id: str) -> None:
        """End a chat that was started here; one that has ended already is well."""
        try:
            self.call("StopContact", {"InstanceId": self.instance_id, "ContactId": contact_id})
        except Exception as fault:  # noqa: BLE001  # it is tried again, and told, when all is done
            if code_of(fault) is None:
                return
        self._ledger.ended(contact_id)

    def close(self) -> None:
        """End every chat that still goes on, and warn of those that cannot be ended."""
        self._tidy()
        if self._ledger.open:
            warnings.warn(
                f"{self._where}: these chats could not be ended: {', '.join(sorted(self._ledger.open))}", stacklevel=2
            )

    def _tidy(self) -> None:
        for contact_id in sorted(self._ledger.open):
            self.end(contact_id)

    def _offered(self) -> list[str]:
        if self._seed_url is None:
            return []
        try:
            self.post("advance", {"Seconds": 0})
        except Refusal:
            return [SEED]
        return [SEED, ADVANCE]

    def call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        """Ask an operation of whichever client has it."""
        time.sleep(self._pause)
        if operation not in self._methods:
            raise TargetBroken(f"the installed botocore knows no operation {operation}")
        try:
            answer = self._methods[operation](**parameters)
        except Exception as fault:
            if code_of(fault) in _OF_THE_ACCOUNT:
                raise TargetBroken(f"{self._where}: {fault}; calls may be slowed down, credentials renewed") from fault
            raise
        answer.pop("ResponseMetadata", None)
        if operation in STARTS and isinstance(answer.get("ContactId"), str):
            self._ledger.started(answer["ContactId"])
        return answer

    def post(self, action: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401  # JSON data
        """Ask the seed address.

        :raises Refusal: it does not answer with a status of 200.
        :raises TargetBroken: it is not there, or answers no JSON.
        """
        url = f"{self._seed_url}/{action}"
        request = Request(url, data=json.dumps(body).encode(), method="POST")  # noqa: S310  # what the caller named
        try:
            with urlopen(request, timeout=60, context=self._trusted) as answer:  # noqa: S310
                return json.loads(answer.read() or b"{}")
        except HTTPError as fault:
            with fault:
                raise Refusal(str(fault.code), shortened(fault.read().decode(errors="replace"), 300)) from fault
        except (URLError, OSError, ValueError) as fault:
            raise TargetBroken(f"POST {url}: {fault}") from fault


class EndpointTarget:
    """An endpoint as a target of one case, which ends the chats that it started."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Start with no chat."""
        self._endpoint = endpoint
        self._started: list[str] = []
        self.capabilities: frozenset[str] = endpoint.capabilities
        self.instance_id: str = endpoint.instance_id
        self.contact_flow_id: str = endpoint.contact_flow_id
        self.settle_seconds: float = endpoint.settle_seconds
        self.patience_seconds: float = endpoint.patience_seconds

    def call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        """Answer an operation."""
        answer = self._endpoint.call(operation, parameters)
        if operation in STARTS and isinstance(answer.get("ContactId"), str):
            self._started.append(answer["ContactId"])
        return answer

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON data
        """Plant a history."""
        return self._endpoint.post("contacts", {"Contacts": contacts, "Transcripts": transcripts})

    def advance(self, seconds: float) -> None:
        """Have time go on."""
        self._endpoint.post("advance", {"Seconds": seconds})

    def close(self) -> None:
        """End every chat that was started."""
        for contact_id in self._started:
            self._endpoint.end(contact_id)
