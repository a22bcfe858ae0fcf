"""The agent's page in a real browser: the documented story by the keyboard alone, with a picture of each step.

``REHYDRATION_PICTURES=docs/images pytest tests/integrations/test_desk.py`` makes the pictures of the guide again.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from attrs import frozen

GUIDE = Path(__file__).parents[2] / "docs" / "see-it-in-a-browser.md"
SECONDS = 30
PICTURES_ARE_KEPT = "REHYDRATION_PICTURES" in os.environ
PICTURES = re.compile(r"images/(browser-\d\d-[a-z-]+\.png)")


@frozen
class Desk:
    """The page, and short ways to use it as somebody does who has no mouse."""

    browser: Any
    url: str
    folder: Path

    def find(self, name: str) -> Any:
        return self.browser.find_element("id", name)

    def text(self, name: str) -> str:
        """What is written somewhere, now; of a page that is being left, nothing."""
        return str(self.browser.execute_script("return document.getElementById(arguments[0])?.innerText ?? ''", name))

    def until(self, what: Callable[[], Any]) -> Any:
        """Wait until something is so."""
        ends = time.monotonic() + SECONDS
        while not (found := what()):
            assert time.monotonic() < ends, self.browser.find_element("tag name", "body").text
            time.sleep(0.05)
        return found

    def press(self, name: str) -> None:
        from selenium.webdriver.common.keys import Keys

        self.until(lambda: self.find(name).is_displayed() and self.find(name).is_enabled())
        self.find(name).send_keys(Keys.ENTER)

    def write(self, name: str, text: str) -> None:
        from selenium.webdriver.common.keys import Keys

        self.until(lambda: self.find(name).is_displayed())
        self.find(name).clear()
        self.find(name).send_keys(text, Keys.ENTER)
        self.until(lambda: self.find(name).get_attribute("value") == "")

    def name(self, agent: str) -> None:
        self.find("agent").clear()
        self.find("agent").send_keys(agent)

    def sees(self, log: str, *texts: str) -> None:
        self.until(lambda: all(each in self.text(log) for each in texts))

    def picture(self, number: int, name: str) -> None:
        self.browser.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => setTimeout(done, 150))"
        )
        path = str(self.folder / f"browser-{number:02}-{name}.png")
        self.browser.save_screenshot(path)
        if PICTURES_ARE_KEPT:
            shrink(path)


def shrink(path: str) -> None:
    """Keep a picture in half of its bytes: Chromium writes every colour, and a page has few."""
    from PIL import Image  # comes with matplotlib, for who has the extra dev

    with Image.open(path) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


@pytest.fixture
def desk(chromium, served_to_all, tmp_path):
    """The page that lists instances."""
    chromium.get(f"{served_to_all.url}/_rehydration/")
    chromium.get_log("browser")
    folder = Path(os.environ.get("REHYDRATION_PICTURES", tmp_path)).resolve()
    return Desk(chromium, served_to_all.url, folder)


def complaints(browser):
    return [each["message"] for each in browser.get_log("browser")]


def asked(desk, action, body=None):
    """Ask a control URL of the instance that the page shows, as a program."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{desk.browser.current_url}/{action}", data), timeout=30) as answer:  # noqa: S310  # our own
        return json.loads(answer.read())


def test_the_documented_story_is_lived_on_one_page_by_keyboard(desk):
    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    desk.picture(1, "an-instance")

    desk.find("name").send_keys("\ue007")  # Enter
    desk.sees("customer-state", "Connected")
    desk.write("written", "Where is my order?")
    desk.sees("seen", "Where is my order?")
    assert "waits for an agent" in desk.text("chats")
    desk.picture(2, "a-chat-begins")

    desk.press("answer")
    desk.sees("chats", "with Bo")
    desk.write("said", "Hello Ana, I will look.")
    desk.sees("customer-log", "Hello Ana, I will look.")
    desk.picture(3, "the-agent-answers")

    desk.name("Cai")
    desk.press("transfer")
    desk.sees("chats", "with Cai")
    desk.write("said", "It is on its way.")
    desk.write("written", "Thank you!")
    desk.sees("seen", "Thank you!")
    desk.picture(4, "a-transfer")

    desk.press("survey")
    desk.sees("chats", "in a survey")
    desk.find("role").send_keys("flow")
    desk.write("said", "How did we do?")
    desk.write("written", "Three stars")
    desk.sees("seen", "How did we do?", "Three stars")
    desk.picture(5, "a-survey")

    desk.press("stop")
    desk.sees("customer-state", "has ended")
    desk.picture(6, "the-end")

    first, second, third = asked(desk, "chats")["Chats"][0]["Contacts"]
    desk.find("kind").send_keys("FROM")
    desk.find("source").send_keys("Ana, contact 2")
    assert desk.find("source").get_attribute("value") == second["ContactId"]
    desk.picture(7, "what-to-continue")

    desk.find("name").send_keys("\ue007")
    desk.sees("customer-log", "Where is my order?", "It is on its way.", "Thank you!")
    desk.sees("customer-state", "Connected")
    shown = desk.text("customer-log")
    assert first["ContactId"] in shown
    assert second["ContactId"] in shown
    assert not any(each in shown for each in ("Three stars", "How did we do?", third["ContactId"]))
    desk.picture(8, "the-customer-is-back")

    desk.press("answer")
    desk.sees("chats", "with Cai")
    desk.sees("hidden-ones", third["ContactId"], "visibility.later-dropped")
    desk.browser.execute_script("document.getElementById('not-shown').scrollIntoView({block: 'end'})")
    desk.sees("seen", "Where is my order?", "It is on its way.")
    assert "Three stars" not in desk.text("seen")
    desk.picture(9, "what-is-not-shown")

    desk.browser.execute_script("document.getElementById('history').scrollIntoView({block: 'end'})")
    desk.until(lambda: desk.browser.execute_script("return document.getElementById('picture').naturalWidth > 0"))
    desk.picture(10, "the-history")
    assert complaints(desk.browser) == []
    made = sorted(each.name for each in desk.folder.glob("browser-*.png"))
    assert made == sorted(set(PICTURES.findall(GUIDE.read_text(encoding="utf-8"))))


def test_an_agent_leaves_and_the_customer_stays(desk):
    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    asked(desk, "settings", {"DisconnectFlow": False})
    desk.find("name").send_keys("\ue007")
    desk.sees("customer-state", "Connected")
    assert not desk.find("depart").is_enabled()
    desk.press("answer")
    desk.press("depart")
    desk.sees("chats", "waits for an agent")
    desk.sees("customer-log", "Bo participant.left")
    desk.sees("customer-state", "Connected")
    assert not desk.find("depart").is_enabled()
    assert desk.browser.switch_to.active_element.get_attribute("id") == "desk"
    asked(desk, "settings", {"DisconnectFlow": True})
    desk.press("answer")
    desk.name("Somebody else")
    desk.press("depart")
    desk.sees("chats", "in a survey")
    desk.write("written", "Three stars")
    desk.press("leave")
    desk.sees("customer-state", "has ended")


def test_every_control_is_reached_by_the_tabulator_and_has_a_name(desk):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    desk.find("name").send_keys("\ue007")
    desk.sees("customer-state", "Connected")
    desk.until(lambda: desk.find("answer").is_enabled())
    wanted = desk.browser.execute_script(
        "return [...document.querySelectorAll('button, input, select, a, [tabindex=\"0\"]')]"
        ".filter((each) => each.checkVisibility() && !each.disabled).map((each) => each.id || each.textContent)"
    )
    desk.browser.execute_script("document.activeElement.blur()")
    reached = set()
    for _ in range(3 * len(wanted)):
        ActionChains(desk.browser).send_keys(Keys.TAB).perform()
        reached.add(desk.browser.execute_script("const at = document.activeElement; return at.id || at.textContent"))
    assert set(wanted) - reached == set()
    nameless = [
        each
        for each in wanted
        if not desk.browser.execute_script(
            "const at = document.getElementById(arguments[0]); return !at || !!(at.textContent.trim()"
            " || at.labels?.[0]?.textContent.trim() || at.getAttribute('aria-label'))",
            each,
        )
    ]
    assert nameless == []


def test_what_others_do_is_there_without_asking_and_what_is_refused_is_told(desk):
    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    began = asked(desk, "start-chat", {"ParticipantDetails": {"DisplayName": "<b>Eve</b>"}})["data"]["startChatResult"]
    desk.sees("chats", "<b>Eve</b>")
    asked(
        desk, "say", {"ContactId": began["ContactId"], "Content": "<img src=x onerror=alert(1)>", "Role": "CUSTOM_BOT"}
    )
    picker = {"data": {"content": {"title": "How can I help?", "elements": [{"title": "Orders"}, {"title": "Bills"}]}}}
    kind = "application/vnd.amazonaws.connect.message.interactive"
    asked(desk, "say", {"ContactId": began["ContactId"], "Content": json.dumps(picker), "ContentType": kind})
    desk.sees("seen", "<img src=x onerror=alert(1)>", "How can I help?", "Orders", "Bills")

    asked(desk, "stop", {"ContactId": began["ContactId"]})
    desk.sees("chats", "ended")
    desk.until(lambda: not desk.find("answer").is_enabled())
    desk.find("kind").send_keys("ENTIRE")
    asked(desk, "advance", {"Seconds": 5})
    desk.browser.execute_script("document.getElementById('source').append(new Option('x', 'nobody'))")
    desk.browser.execute_script("document.getElementById('source').value = 'nobody'")
    desk.find("name").send_keys("\ue007")
    desk.sees("alert", "rule eligibility.source-exists")


def test_the_picture_of_many_chats_is_drawn_when_it_is_asked_for(desk):
    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    many = [{"ContactId": f"C{n}", "DisconnectTimestamp": "2026-05-04T09:00:00Z"} for n in range(30)]
    asked(desk, "contacts", many)
    desk.until(lambda: desk.find("large").is_displayed())
    assert not desk.find("picture").is_displayed()
    assert desk.find("large").get_attribute("href").endswith("/contacts?format=svg")


def test_a_page_that_is_loaded_again_goes_on_with_its_customer(desk):
    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    desk.find("name").send_keys("\ue007")
    desk.write("written", "Are you there?")
    desk.sees("customer-log", "Are you there?")
    desk.browser.refresh()
    desk.sees("customer-state", "Connected")
    desk.sees("customer-log", "Are you there?")
    desk.press("leave")
    desk.sees("customer-state", "has ended")


def test_the_page_says_that_the_server_is_gone(desk, served):
    desk.browser.get(f"{served.url}/_rehydration/")
    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    served.stop()
    desk.sees("live", "does not answer")


def test_instances_are_listed_and_lead_to_their_pages(desk):
    desk.press("make-instance")
    desk.until(lambda: desk.text("live") == "live")
    instance = desk.text("instance")
    desk.browser.get(f"{desk.url}/_rehydration/")
    desk.sees("instance-list", instance)
    desk.browser.find_element("link text", instance).send_keys("\ue007")
    desk.until(lambda: desk.text("live") == "live")
    assert desk.text("instance") == instance
