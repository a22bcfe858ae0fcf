"""The page in a real browser: what it shows, with the keyboard alone, with hostile records, without network."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from attrs import evolve

from explored import HARVEST, TYPES, answered, as_shown, text_of
from pictured import HISTORIES, MORNING, contact
from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    Policy,
    RehydrationRequest,
    TranscriptFact,
    read_contacts,
)
from rehydration.examples import EXAMPLES
from rehydration.explanation import Verdict
from rehydration.explorer import MOST_BYTES, Selection, answers, explorer
from rehydration.identifiers import RuleId
from rehydration.render.signs import SIGNS
from rehydration.rules import RULES, Evidence

Browse = Callable[..., Any]

HOSTILE = (
    "</script><script>document.title='evil'</script>",
    "<img src=x onerror=alert(1)>",
    "<!--<script>",
    "\"quoted\" & 'single' `tick` ${state}",
    "עברית-אבג",
    "\u202egpj.evil\u2066",
    "a\x00b\x07c\x1b[2J\r\n\u2028\u2029\x7f\ufeff",
    "#contact=C1&type=LINKED%00+",
    "{{script}}\\u003c\\",
    "  blanks  ",
    "__proto__",
    "😀🏳️‍🌈",
)


def of(customer: str, record: Contact) -> Contact:
    return evolve(record, customer_id=customer)


def address(contact_id: str, asked: str) -> str:
    return "#" + urlencode({"contact": contact_id, "type": asked}, encoding="utf-8")


def harvested(browser: Any, ids: Sequence[str]) -> dict[tuple[str, str], Any]:
    asked = [(each, kind) for each in ids for kind in TYPES]
    told = browser.execute_async_script(HARVEST, [address(*each) for each in asked])
    assert not isinstance(told, str), told
    return dict(zip(asked, told, strict=True))


def expected(graph: ContactGraph, ids: Sequence[str], policy: Policy, **world: Any) -> dict[tuple[str, str], Any]:
    return {(each, kind): as_shown(answered(graph, each, kind, policy, **world)) for each in ids for kind in TYPES}


def complaints(browser: Any) -> list[str]:
    return [each["message"] for each in browser.get_log("browser")]


def requests(browser: Any) -> list[str]:
    """Every address that the page asked for and that its policy did not forbid."""
    messages = [json.loads(each["message"])["message"] for each in browser.get_log("performance")]
    asked = {
        each["params"]["requestId"]: each["params"]["request"]["url"]
        for each in messages
        if each["method"] == "Network.requestWillBeSent"
    }
    for each in messages:
        if each["method"] == "Network.loadingFailed" and each["params"].get("blockedReason") == "csp":
            asked.pop(each["params"]["requestId"], None)
    return list(asked.values())


def settle(browser: Any) -> None:
    browser.execute_async_script("const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => done()), 0)")


# ----------------------------------------------------------------------------------------------------- what it shows


@pytest.mark.parametrize("name", ["use-case-1", "late-association", "branches", "cut-persists", "cumulative"])
def test_the_page_shows_what_explain_says_of_every_contact_and_type(browse: Browse, name: str) -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES[name].records))
    world = {"target": EXAMPLES[name].target}
    ids = [each.contact_id for each in graph]

    browser = browse(explorer(graph, **world))

    assert harvested(browser, ids) == expected(graph, ids, Policy(), **world)
    assert complaints(browser) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", HISTORIES)
def test_the_page_shows_histories_that_are_hard_to_draw(browse: Browse, name: str) -> None:
    history = HISTORIES[name]
    world = {"transcripts": history.transcripts}
    graph = history.graph
    ids = [each.contact_id for session in graph.sessions for each in session]
    ids = random.Random(name).sample(ids, min(len(ids), 12))  # noqa: S311

    browser = browse(explorer(graph, policy=history.policy, **world))

    assert harvested(browser, ids) == expected(graph, ids, history.policy, **world)
    assert complaints(browser) == []


@pytest.mark.parametrize(("size", "told"), [(7, "C7 C6 C5 C4 C3 C2 C1"), (8, "C8 C7 C6 C5 C4 C3 C2 and 1 more")])
def test_another_answer_names_a_few_contacts_and_counts_the_rest(browse: Browse, size: int, told: str) -> None:
    star = [contact(f"C{place}", "C1", "C1", at=10 * place) for place in range(2, size + 1)]

    browser = browse(explorer(ContactGraph.from_contacts([contact("C1"), *star])), address("C1", "ENTIRE_PAST_SESSION"))

    assert [each.text for each in browser.find_elements("css selector", ".outcomes .then")] == [
        f"from C{size}, shows {told}",
        f"from C{size}, shows C{size} C1",
    ]


def test_a_refusal_names_the_rule_its_source_and_what_would_have_worked(browse: Browse) -> None:
    browser = browse(explorer(ContactGraph.from_contacts([contact("C1"), contact("C2", "C1", "C1", minutes=None)])))

    browser.execute_async_script(HARVEST, [address("C1", "FROM_SEGMENT")])

    browser.find_element("css selector", ".refused summary").click()
    told = browser.find_element("css selector", ".refused").text
    assert "InvalidRequestException" in told
    assert "once all of its contacts have ended" in told
    assert "eligibility.ended-scope" in told
    link = browser.find_element("css selector", ".refused a.source")
    assert link.get_attribute("href").endswith("/adminguide/chat-persistence.html")
    assert browser.find_elements("css selector", ".request") == []


@pytest.mark.parametrize(("day", "told"), [("2022-12-20", " (older than persistent chat)"), ("2024-05-13", "")])
def test_a_rule_is_shown_with_what_was_seen_on_a_live_instance(
    browse: Browse, monkeypatch: pytest.MonkeyPatch, day: str, told: str
) -> None:
    name = RuleId("visibility.predecessors")
    seen = Evidence(date.fromisoformat(day), "https://example.org/chat/issues/1", "It `was` so.")
    monkeypatch.setattr(answers, "RULES", {**RULES, name: evolve(RULES[name], evidence=(seen,))})

    browser = browse(explorer(ContactGraph.from_contacts([contact("C1")])), address("C1", "FROM_SEGMENT"))

    shown = browser.find_elements("css selector", f".rule[data-rule='{name}'] .evidence")
    said = f"Seen on {day}{told}: It was so.chat/issues/1 ↗ (opens the source)"
    assert {each.get_attribute("textContent") for each in shown} == {said}
    assert {each.find_element("css selector", "a").get_attribute("href") for each in shown} == {seen.address}
    assert complaints(browser) == []


# ---------------------------------------------------------------------------------------------------------- by keyboard


def test_the_keyboard_alone_is_enough(browse: Browse) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["cut-persists"].records))
    browser = browse(explorer(graph))

    def press(*keys: str) -> None:
        for key in keys:
            ActionChains(browser).send_keys(key).perform()
        settle(browser)

    def focused() -> Any:
        return browser.switch_to.active_element

    def fragment() -> str:
        return str(browser.execute_script("return location.hash"))

    press(Keys.TAB)
    assert focused().text == "Skip to the answer"
    press(Keys.TAB)
    assert focused().get_attribute("id") == "search"
    press("d")
    assert browser.find_element("id", "count").text == "2 of 5 contacts"
    press(Keys.ARROW_DOWN)
    active = browser.find_element("id", focused().get_attribute("aria-activedescendant"))
    assert active.text.split()[0] == "D1"
    press(Keys.ENTER)
    assert fragment() == "#contact=D1&type=LINKED"  # what it is: a chat that is linked
    assert active.get_attribute("aria-selected") == "true"
    assert browser.find_element("id", "said").get_attribute("textContent") == (
        "D1, LINKED: continues from C2, 2 visible, 1 dropped"
    )
    press(Keys.ESCAPE)
    assert focused().get_attribute("value") == ""
    visited = []
    for _ in range(40):
        press(Keys.TAB)
        visited.append(focused())
        outline = browser.execute_script(
            "const of = (each) => getComputedStyle(each).outlineStyle, at = document.activeElement;"
            "return [of(at), at.nextElementSibling ? of(at.nextElementSibling) : 'none']",
        )
        assert outline != ["none", "none"], focused().get_attribute("outerHTML")
        if focused().get_attribute("name") == "type":
            break
    press(Keys.ARROW_RIGHT)
    assert fragment() == "#contact=D1&type=ENTIRE_PAST_SESSION"
    assert focused().get_attribute("id") == "type-0"
    assert browser.find_element("id", "outcome").text == "A new chat would continue from D2"
    while focused().text != "C2":
        press(Keys.TAB)
    press(Keys.ENTER)
    assert fragment() == "#contact=C2&type=ENTIRE_PAST_SESSION"
    assert focused().get_attribute("id") == "contact"
    assert "Refused" in browser.find_element("id", "outcome").text
    browser.back()
    settle(browser)
    assert browser.find_element("css selector", "#contact bdi").text == "D1"
    while focused().get_attribute("id") != "copy":
        press(Keys.TAB)
    press(Keys.ENTER)
    settle(browser)
    assert browser.find_element("css selector", ".request .copied").text in {"Copied", "Selected: press Ctrl+C or ⌘C"}
    assert complaints(browser) == []


def test_everything_that_can_be_operated_has_a_name_and_every_region_a_heading(browse: Browse) -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["late-association"].records))
    browser = browse(explorer(graph, first=EXAMPLES["late-association"].requests[0]))

    browser.execute_cdp_cmd("Accessibility.enable", {})
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    seen = [(each["role"]["value"], each.get("name", {}).get("value", "")) for each in nodes if not each["ignored"]]
    operable = {
        "button",
        "link",
        "combobox",
        "searchbox",
        "radio",
        "option",
        "listbox",
        "region",
        "navigation",
    }
    assert [each for each in seen if each[0] in operable and not each[1].strip()] == []
    assert {role for role, _ in seen} >= {
        "navigation",
        "main",
        "combobox",
        "listbox",
        "option",
        "radio",
        "heading",
        "status",
    }
    headings = [(each["name"]["value"], each["properties"]) for each in nodes if each["role"]["value"] == "heading"]
    levels = [next(of["value"]["value"] for of in told if of["name"] == "level") for _, told in headings]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


# ------------------------------------------------------------------------------------------------------- links, finding


def test_a_link_opens_the_page_where_it_was_sent_from(browse: Browse) -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["use-case-2"].records))

    browser = browse(explorer(graph), "#contact=C1&type=ENTIRE_PAST_SESSION")

    assert browser.find_element("id", "outcome").text == "A new chat would continue from C3"
    assert browser.title == "C1 · Rehydration explorer"


def test_a_link_to_a_contact_that_the_page_has_not_says_so(browse: Browse) -> None:
    browser = browse(explorer(ContactGraph.from_contacts([contact("C1")])), "#contact=<b>C9&type=FROM_SEGMENT")

    assert browser.find_element("css selector", "#result h1").text == "This page has no contact <b>C9"


def test_a_contact_is_found_by_a_part_of_its_id_by_its_customer_and_exactly_first(browse: Browse) -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["beyond-the-limit"].records))
    browser = browse(explorer(graph))

    def found(text: str) -> list[str]:
        browser.execute_script(
            "const box = document.getElementById('search');"
            "box.value = arguments[0]; box.dispatchEvent(new Event('input'))",
            text,
        )
        return [each.text.split()[0] for each in browser.find_elements("css selector", "[role=option]")]

    assert found("c1")[:3] == ["C1", "C130", "C129"]
    assert found("12") == [
        "C129",
        "C128",
        "C127",
        "C126",
        "C125",
        "C124",
        "C123",
        "C122",
        "C121",
        "C120",
        "C112",
        "C12",
    ]
    assert len(found("CUSTOMER-4711")) == 130
    assert found("2026-05-03") == found("api 2026-05-03") == ["C123"]
    assert found("2026-05-03 TRANSFER") == []
    assert found("nobody") == []


def test_a_context_that_is_not_chosen_is_shown_and_cannot_be_picked(browse: Browse) -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["beyond-the-limit"].records))
    page = explorer(graph, selection=Selection(since=MORNING), first=RehydrationRequest("FROM_SEGMENT", "C130"))

    browser = browse(page)

    assert browser.find_element("id", "count").text == "6 contacts in 6 sessions"
    assert browser.find_element("id", "left-out").text == (
        "Left out: 30 contacts of 30 sessions further back, beyond Connect's 100-contact limit."
    )
    rows = browser.find_elements("css selector", ".row .what > .id")
    assert {(each.text, each.tag_name) for each in rows} >= {("C125", "a"), ("C124", "bdi")}


def test_a_page_tells_who_can_read_a_transcript_and_which_requests_would_show_it(browse: Browse) -> None:
    chats = [
        of("ana", contact("C1")),
        of("ana", contact("C2", "C1", "C1", at=10, method="DISCONNECT")),
        of("bo", contact("D1", at=100, related="C1", rehydration_type="FROM_SEGMENT")),
    ]
    graph = ContactGraph.from_contacts(chats)

    browser = browse(explorer(graph), address("C1", "READERS"))

    assert [each.text.split("\n") for each in browser.find_elements("css selector", ".card")] == [
        [
            "1 later session can read this",
            "1 of another customer",
            "Its own session is left out: there it is not the past.",
        ],
        ["Can read it now", "Session", "D1", "other customer: bo", "2026-05-04, 1 contact", "D1"],
        [
            "5 requests would show it in a new chat",
            *(
                "Session",
                "D1",
                "other customer: bo",
                "2026-05-04, 1 contact",
                "ENTIRE_PAST_SESSION D1",
                "FROM_SEGMENT D1",
            ),
            *("Session", "C1", "2026-05-04, 2 contacts", "ENTIRE_PAST_SESSION C1", "FROM_SEGMENT C2 C1"),
        ],
    ]
    browse(explorer(graph), address("C2", "READERS"))
    assert browser.find_element("id", "outcome").text == "No later session on this page can read this"
    browse(explorer(graph, selection=Selection(customer_ids=("bo",), since=chats[1].initiation_timestamp)))
    assert complaints(browser) == []


def test_a_page_opens_on_what_a_contact_is_and_marks_what_is_special(browse: Browse) -> None:
    chats = [
        of("ana", contact("C1")),
        evolve(of("ana", contact("C2", "C1", "C1", at=10)), transcript=TranscriptFact(Availability.DELETED)),
        of("ana", contact("C3", "C2", "C1", at=20, method="DISCONNECT")),
        of("bo", contact("D1", at=100, related="C2", rehydration_type="FROM_SEGMENT", minutes=None)),
        contact("E1", at=200, minutes=None),
    ]
    graph = ContactGraph.from_contacts(chats)

    def opened(contact_id: str) -> tuple[str, str]:
        shown = browse(explorer(graph, first=contact_id))
        chosen = shown.find_element("css selector", "[name=type]:checked").get_attribute("id")
        return chosen, shown.find_element("id", "outcome").text

    assert opened("D1") == ("type-2", "Sees the past from C2")
    browser = browse(explorer(graph, first="D1"))
    assert browser.find_element("id", "others").text.startswith("2 contacts of another customer than bo.")
    tags = {
        each.get_attribute("data-contact"): [tag.text for tag in each.find_elements("css selector", ".tag")]
        for each in browser.find_elements("css selector", ".row")
    }
    assert tags == {
        "C3": ["survey", "other customer"],
        "C2": ["start", "transcript deleted", "other customer"],
        "C1": ["other customer"],
    }
    listed = [each.text for each in browser.find_elements("css selector", ".option .tag")]
    assert listed == ["other customer's past", "survey", "transcript deleted"]
    rules = browser.find_element("css selector", ".band .rule")
    assert not rules.is_displayed()
    browser.find_element("css selector", ".band summary").click()
    assert rules.is_displayed()
    assert opened("E1") == ("type-2", "Live, sees no past")
    assert opened("C1") == ("type-1", "A new chat would continue from C1")
    assert complaints(browser) == []


def test_a_refusal_shows_the_session_as_it_is(browse: Browse) -> None:
    graph = ContactGraph.from_contacts([contact("C1"), contact("C2", "C1", "C1", at=10, minutes=None)])

    browser = browse(explorer(graph), address("C1", "FROM_SEGMENT"))

    rows = browser.find_elements("css selector", ".undecided .row")
    assert [each.text.split() for each in rows] == [
        ["•", "C2", "09:10,", "live", "TRANSFER"],
        ["•", "C1", "source", "09:00–09:10", "API"],
    ]


def test_what_cannot_be_copied_is_selected(browse: Browse) -> None:
    browser = browse(explorer(ContactGraph.from_contacts([contact("C1")])), address("C1", "FROM_SEGMENT"))
    browser.execute_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false;"
    )

    browser.find_element("id", "copy").click()
    settle(browser)

    assert browser.find_element("css selector", ".request .copied").text == "Selected: press Ctrl+C or ⌘C"
    selected = browser.execute_script("return getSelection().toString()")
    assert selected == browser.find_element("css selector", ".request pre code").get_attribute("textContent").rstrip()


# ------------------------------------------------------------------------------------------------------- how it looks


def test_verdicts_differ_by_sign_and_by_shape_beside_colour(browse: Browse) -> None:
    browser = browse(explorer(ContactGraph.from_contacts([contact("C1")])))

    looks = browser.execute_script(
        "return [...document.querySelectorAll('.legend .badge')].map((badge) => {"
        "const { borderRadius, borderStyle, transform } = getComputedStyle(badge, '::before');"
        "return [badge.textContent, [borderRadius, borderStyle, transform].join()]; })"
    )

    assert [sign for sign, _ in looks] == [SIGNS[each] for each in Verdict]
    assert len({shape for _, shape in looks}) == len(looks)


@pytest.mark.parametrize("width", [320, 400, 800, 1_100, 1_440])
@pytest.mark.parametrize("name", ["long ids", "unavailable, unknown, another channel"])
def test_nothing_sticks_out_at_the_side(browse: Browse, name: str, width: int) -> None:
    history = HISTORIES[name]
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser = browse(explorer(history.graph, first=history.request, transcripts=history.transcripts))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    try:
        settle(browser)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert wide <= width


# ------------------------------------------------------------------------------------------------------ hostile records


def hostile() -> Iterator[Contact]:
    """A session of contacts whose ids, methods, channels and customers would like to be something else."""
    previous = None
    for place, each in enumerate(HOSTILE):
        yield Contact(
            contact_id=each,  # type: ignore[arg-type]
            initial_contact_id=HOSTILE[0],  # type: ignore[arg-type]
            previous_contact_id=previous,  # type: ignore[arg-type]
            channel=each if place == 5 else None,
            initiation_method=each,
            customer_id=each,
            initiation_timestamp=MORNING + timedelta(minutes=place),
            disconnect_timestamp=MORNING + timedelta(minutes=place + 1),
            instance_id="</script>'\"",
        )
        previous = each


def test_nothing_in_the_records_is_taken_for_anything_but_text(browse: Browse) -> None:
    graph = ContactGraph.from_contacts(hostile())
    page = explorer(graph)
    tags = ("script", "img", "style", "iframe", "link", "meta")
    count = f"return {json.dumps(tags)}.map((name) => document.querySelectorAll(name).length)"

    browser = browse(page)
    before = browser.execute_script(count)
    shown = harvested(browser, HOSTILE)

    assert shown == expected(graph, HOSTILE, Policy())
    assert browser.execute_script(count) == before == [2, 0, 1, 0, 1, 5]
    assert browser.title.endswith(" · Rehydration explorer")
    assert complaints(browser) == []


def test_what_is_not_printable_is_escaped_on_the_page(browse: Browse) -> None:
    graph = ContactGraph.from_contacts(hostile())
    browser = browse(explorer(graph))

    for each in HOSTILE:
        browser.execute_async_script(HARVEST, [address(each, "ENTIRE_PAST_SESSION")])
        text = browser.execute_script("return document.querySelector('main').textContent + document.title")
        assert [found for found in text if not found.isprintable() and found != "\n"] == []


# ----------------------------------------------------------------------------------------------------------- no network


def test_the_page_asks_the_network_for_nothing(browse: Browse) -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["late-association"].records))
    browser = browse(explorer(graph))

    harvested(browser, ["D1", "D2", "C1"])

    assert [each for each in requests(browser) if not each.startswith(("file:", "data:"))] == []
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert [each for each in loaded if not each.startswith("data:")] == []


@pytest.mark.parametrize(
    ("attempt", "directive"),
    [
        ("fetch('http://127.0.0.1:9/')", "connect-src"),
        ("new WebSocket('ws://127.0.0.1:9/')", "connect-src"),
        ("new Image().src = 'http://127.0.0.1:9/x.png'", "img-src"),
        (
            "const of = document.createElement('iframe'); of.src = 'http://127.0.0.1:9/'; document.body.append(of)",
            "frame-src",
        ),
        ("document.body.setAttribute('style', 'color: red')", "style-src-attr"),
        (
            "document.createElement('script').textContent = '1'",
            "require-trusted",
        ),
        ("document.body.innerHTML = '<b>'", "require-trusted"),
    ],
)
def test_the_policy_of_the_page_forbids_what_it_does_not_do(browse: Browse, attempt: str, directive: str) -> None:
    browser = browse(explorer(ContactGraph.from_contacts([contact("C1")])))

    violated = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));"
        f"try {{ {attempt} }} catch {{ /* told by the event */ }}"
    )

    assert violated.startswith(directive)
    assert [each for each in requests(browser) if "127.0.0.1" in each] == []


# -------------------------------------------------------------------------------------------------------- a large page


def thousand_sessions() -> Iterator[Contact]:
    """Make a thousand sessions of eighty customers, three contacts each, of whom many come back."""
    dice = random.Random(6)  # noqa: S311
    past: dict[int, list[str]] = {}
    for number in range(1_000):
        customer = dice.randrange(80)
        names = [str(UUID(int=dice.getrandbits(128))) for _ in range(3)]
        related = dice.choice(past[customer]) if customer in past and dice.random() < 0.7 else None
        for place, name in enumerate(names):
            began = MORNING + timedelta(minutes=100 * number + 10 * place)
            yield Contact(
                contact_id=name,  # type: ignore[arg-type]
                initial_contact_id=names[0],  # type: ignore[arg-type]
                previous_contact_id=names[dice.randrange(place)] if place else None,  # type: ignore[arg-type]
                related_contact_id=None if place else related,  # type: ignore[arg-type]
                initiation_method="TRANSFER" if place else "API",
                initiation_timestamp=began,
                disconnect_timestamp=began + timedelta(minutes=10),
                customer_id=f"customer-{customer}",
            )
        past[customer] = names


def one_lineage() -> Iterator[Contact]:
    """Make chats of which each continues the one before: every answer looks at all that came before."""
    dice = random.Random(7)  # noqa: S311
    related = None
    for number in range(250):
        name = str(UUID(int=dice.getrandbits(128)))
        began = MORNING + timedelta(hours=number)
        yield Contact(
            contact_id=name,  # type: ignore[arg-type]
            related_contact_id=related,  # type: ignore[arg-type]
            initiation_timestamp=began,
            disconnect_timestamp=began + timedelta(minutes=10),
        )
        related = name


@pytest.mark.parametrize(("history", "most"), [(thousand_sessions, MOST_BYTES // 2), (one_lineage, MOST_BYTES // 10)])
def test_a_page_of_many_sessions_is_small_and_opens_at_once(
    browse: Browse, history: Callable[[], Iterator[Contact]], most: int
) -> None:
    graph = ContactGraph.from_contacts(history())
    page = explorer(graph)

    began = time.monotonic()
    browser = browse(page)
    opened = time.monotonic() - began
    newest = max(graph, key=lambda each: each.initiation_timestamp or MORNING).contact_id
    shown = harvested(browser, [newest])
    timing = browser.execute_script(
        "const begin = performance.now(); location.hash = '';"
        "const box = document.getElementById('search'); box.value = 'a'; box.dispatchEvent(new Event('input'));"
        "return performance.now() - begin"
    )

    assert len(page.encode()) < most
    assert shown == expected(graph, [newest], Policy())
    assert opened < 10  # seconds; a fraction of one where nothing else runs
    assert timing < 2_000  # milliseconds for a search in all contacts
    assert complaints(browser) == []


def test_the_page_says_something_without_a_script() -> None:
    text = text_of(explorer(ContactGraph.from_contacts([contact("C1")])))

    assert "This page looks answers up with a script, and scripts are switched off." in " ".join(text.split())
