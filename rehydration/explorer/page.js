/* Finds contacts, keeps what is chosen in the address, and shows the answer. What an answer looks like is in answers.js. */
// ---------------------------------------------------------------------------------------------------------- subject

const side = (...cards) => (cards.some(Boolean) ? make("div", { class: "side" }, cards) : null);

const subject = () => {
  const told = record(state.contact);
  const { initial } = data.sessions[told.session];
  const said = make("span", { class: "copied", role: "status" });
  const facts = [
    ["Session", make("bdi", { class: "id" }, initial)],
    ["When", told.began ? `${told.began.slice(0, 10)} ${when(told)} UTC` : when(told)],
    ["Initiation method", told.method === "DISCONNECT" ? "DISCONNECT (survey)" : told.method],
    ["Channel", told.known ? (told.channel ?? "CHAT") : null],
    ["Customer", told.customer === null ? null : make("bdi", {}, told.customer)],
    ["Previous contact", told.previous === null || told.previous === undefined ? null : named(told.previous)],
  ];
  const label = (type, place) => (place === LINKED ? "what it sees" : place === READERS ? "who can read it" : type);
  const order = [LINKED, ...NAMES.keys()].filter((type, place, all) => all.indexOf(type) === place);
  const asked = choice("type", "Show", order.map((type) => [type, label(NAMES[type], type)]), state.type, (type) => {
    state.wanted = type;
    replace(address(state.contact, type));
  });
  return [
    make(
      "div",
      { class: "title" },
      make("h1", { tabindex: "-1", id: "contact" }, unseen("Contact "), make("bdi", {}, shown(state.contact)), " ", marks(told, [])),
      make(
        "p",
        { class: "act" },
        make("button", { type: "button", class: "plain", id: "copy-link", on: { click: (event) => copy(location.href, event.target, said) } }, "Copy link"),
        said,
      ),
    ),
    make("dl", { class: "about" }, facts.filter(([, value]) => value !== null).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))),
    asked,
  ];
};

const welcome = (missing) =>
  make(
    "section",
    { class: "card welcome" },
    missing === null
      ? make("h1", {}, "Which past contact does a chat continue from, and what is visible?")
      : make("h1", {}, "This page has no contact ", make("bdi", { class: "id" }, missing)),
    make("p", {}, "Find a contact by id, customer, date or initiation method. The page shows what its chat sees, what a new chat would see of the past, who can read its transcript, which rules decide that, how certain it is, and the request to send."),
    make(
      "ul",
      { class: "legend" },
      data.verdicts.map(([word], verdict) => make("li", {}, badge(verdict), make("span", {}, make("strong", {}, word), MEANINGS[word] ? `: ${MEANINGS[word]}` : ""))),
    ),
  );
const MEANINGS = {
  visible: "listed in the new chat, its transcript can be read",
  unavailable: "its transcript is missing, deleted or too large",
  unknown: "there is no record of it, other records refer to it",
  dropped: "a rule keeps it out",
  "beyond the limit": "further back than Connect's 100-contact limit",
};

// ------------------------------------------------------------------------------------------------------------ state

const state = { contact: null, type: DEFAULT, wanted: null, owners: [] };
const spoken = (answer) => {
  if (answer === undefined) return "sees no past";
  if (answer.message) return `refused by ${answer.rule}`;
  const counts = tallyOf(answer).map(([verdict, count]) => `${count} ${data.verdicts[verdict][0]}`);
  return [answer.start === null ? "continues no past contact" : `continues from ${shown(answer.start)}`, ...counts].join(", ");
};
const parts = () => {
  if (state.type === READERS) return [true, "who can read it", ...readers()];
  const answer = of(state.contact).answer(state.type);
  const said = spoken(answer);
  if (answer === undefined) return [true, said, nothingToAsk(), asItIs()];
  if (answer.message) return [true, said, refusal(answer), otherwise(answer), asItIs()];
  if (answer.owner) state.owners = [answer.owner];
  return [false, said, verdict(answer), history(answer), side(otherwise(answer), warnings(answer), state.type === LINKED ? null : request())];
};
const draw = (focus) => {
  const asked = new URLSearchParams(location.hash.slice(1));
  const id = asked.get("contact");
  const contact = id === null ? null : (places.get(id) ?? null);
  const type = NAMES.indexOf(asked.get("type"));
  const same = contact !== null && contact === state.contact && type === state.type;
  const moved = contact !== state.contact || contact === null;
  state.contact = contact;
  state.type = type !== -1 || contact === null ? type : typeFor(contact);
  reveal();
  if (same) return;
  if (contact === null) {
    at("subject").hidden = true;
    at("result").replaceChildren(welcome(id));
    document.title = "Rehydration explorer";
    return;
  }
  state.owners = customersOf(data.contacts[contact][0]);
  at("subject").hidden = false;
  at("subject").replaceChildren(...subject());
  const [short, said, ...cards] = parts();
  at("result").replaceChildren(...cards.filter(Boolean));
  at("result").className = `answer${short ? " short" : ""}`;
  document.title = `${shown(contact)} · Rehydration explorer`;
  at("said").textContent = `${shown(contact)}, ${NAMES[state.type]}: ${said}`;
  if (focus && moved) {
    at("contact").focus({ preventScroll: true });
    at("answer").scrollIntoView({ block: "start" });
  } else if (!moved) at(`type-${state.type}`).focus();
};
const replace = (place) => {
  window.history.replaceState(null, "", place);
  draw(false);
};

// ---------------------------------------------------------------------------------------------------------- finding

const crossing = data.sessions.map(({ link: it }, session) =>
  it && it.from !== null ? customersOf(data.contacts[it.from][0]) : []);
const listed = (it) => marking(it, crossing[it.session], "other customer's past");
// an id or customer is found by any part; a day, a method, a channel or a mark by how it begins
const hay = ids.slice(0, data.pickable).map((id, contact) => `${id}\n${shown(contact)}\n${record(contact).customer ?? ""}`.toLowerCase());
const facts = hay.map((_, contact) => {
  const it = record(contact);
  const words = listed(it).map(([word]) => word);
  return [it.began, it.ended, it.method, it.channel ?? "CHAT", isLive(it) ? "live" : "", ...words].join("\n").toLowerCase().split(/[\s]/);
});
const matches = (contact, word) => hay[contact].includes(word) || (word.length > 2 && facts[contact].some((fact) => fact.startsWith(word)));
const finder = { matches: [], drawn: 0, active: -1 };
const option = (contact) => {
  const told = record(contact);
  return make(
    "div",
    { role: "option", id: `option-${contact}`, class: "option", "data-place": String(contact), "aria-selected": "false" },
    make("bdi", { class: "id" }, shown(contact)),
    make(
      "span",
      { class: "how" },
      when(told),
      told.channel ? ` ${told.channel}` : told.method ? ` ${told.method}` : "",
      listed(told).flatMap((mark) => [" ", tag(...mark)]),
    ),
  );
};
const extend = () => {
  const until = Math.min(finder.drawn + FIRST_OPTIONS, finder.matches.length);
  let group = null;
  let session = null;
  for (; finder.drawn < until; finder.drawn += 1) {
    const contact = finder.matches[finder.drawn];
    if (group === null || data.contacts[contact][0] !== session) {
      session = data.contacts[contact][0];
      const name = data.sessions[session].initial;
      group = make(
        "div",
        { role: "group", class: "group", "aria-label": `Session ${name}, ${day(session) ?? "no time recorded"}` },
        make("div", { class: "head", "aria-hidden": "true" }, make("span", {}, day(session) ?? "no time recorded"), make("span", {}, counted(data.sessions[session].size, "contact"))),
      );
      at("found").append(group);
    }
    group.append(option(contact));
  }
};
const find = () => {
  const sought = at("search").value.trim().toLowerCase();
  const words = sought.split(/\s+/);
  const all = [...hay.keys()].filter((contact) => hay[contact].includes(sought) || words.every((word) => matches(contact, word)));
  const exact = all.filter((contact) => ids[contact].toLowerCase() === sought);
  finder.matches = exact.length ? [...exact, ...all.filter((contact) => !exact.includes(contact))] : all;
  finder.drawn = 0;
  finder.active = -1;
  at("found").replaceChildren();
  at("found").scrollTop = 0;
  extend();
  at("count").textContent = sought
    ? `${finder.matches.length.toLocaleString("en")} of ${counted(hay.length, "contact")}`
    : `${counted(hay.length, "contact")} in ${counted(data.about.chosen, "session")}`;
  activate(sought && finder.matches.length ? 0 : -1);
  mark();
};
const activate = (place) => {
  at(`option-${finder.matches[finder.active]}`)?.classList.remove("active");
  finder.active = place;
  if (place === -1) {
    at("search").removeAttribute("aria-activedescendant");
    return;
  }
  while (place >= finder.drawn) extend();
  const active = at(`option-${finder.matches[place]}`);
  active.classList.add("active");
  active.scrollIntoView({ block: "nearest" });
  at("search").setAttribute("aria-activedescendant", active.id);
  mark();
};
const mark = () => {
  at("found").querySelectorAll('[aria-selected="true"]').forEach((each) => each.setAttribute("aria-selected", "false"));
  if (state.contact !== null) at(`option-${state.contact}`)?.setAttribute("aria-selected", "true");
};
const reveal = () => {
  const place = finder.matches.indexOf(state.contact);
  while (place >= finder.drawn) extend();
  if (place !== -1) at(`option-${state.contact}`).scrollIntoView({ block: "nearest" });
  mark();
};
const pick = (contact) => {
  const next = address(contact, typeFor(contact));
  if (location.hash !== next) {
    window.history.pushState(null, "", next);
    draw(false);
  }
};

at("search").addEventListener("input", find);
at("search").addEventListener("keydown", (event) => {
  const last = finder.matches.length - 1;
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  if (event.key in steps && last >= 0) {
    const from = finder.active === -1 ? finder.matches.indexOf(state.contact) : finder.active;
    activate(Math.max(0, Math.min(last, from + steps[event.key])));
  } else if (event.key === "Enter" && finder.active >= 0) {
    pick(finder.matches[finder.active]);
  } else if (event.key === "Escape" && at("search").value) {
    at("search").value = "";
    find();
  } else return;
  event.preventDefault();
});
at("found").addEventListener("click", (event) => {
  const place = event.target.closest(".option")?.dataset.place;
  if (place === undefined) return;
  activate(finder.matches.indexOf(Number(place)));
  pick(Number(place));
});
at("found").addEventListener("scroll", () => {
  const list = at("found");
  if (list.scrollTop + list.clientHeight > list.scrollHeight - 400) { extend(); mark(); }
});
at("skip").addEventListener("click", (event) => {
  event.preventDefault();
  (state.contact === null ? at("answer") : at("contact")).focus();
});

const about = data.about;
at("facts").append(
  ...[
    about.chosen === about.sessions
      ? `${counted(about.contacts, "contact")} in ${counted(about.sessions, "session")}`
      : `${about.chosen.toLocaleString("en")} of ${counted(about.sessions, "session")}`,
    about.now === null ? "time rules off" : `as of ${about.now} UTC`,
    about.target === null ? null : `for the chat ${about.target}`,
    about.names_customers ? null : "no record names a customer",
    about.policy.length ? `policy ${about.policy.join(" ")}` : "default policy",
  ]
    .filter(Boolean)
    .map((fact) => make("li", {}, fact)),
);
if (data.first !== null && !location.hash) {
  window.history.replaceState(null, "", address(data.first[0], data.first[1] === null ? natural(data.first[0]) : Math.max(0, NAMES.indexOf(data.first[1]))));
}
window.addEventListener("hashchange", () => draw(true));
find();
draw(false);
