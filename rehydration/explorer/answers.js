/* Looks answers up and makes elements of them. No rule is known here; text of the records is only ever set as text. */
const at = (id) => document.getElementById(id);
const unpacked = async (text) => {
  const plain = atob(text);
  const packed = new Uint8Array(plain.length);
  for (let place = 0; place < plain.length; place += 1) packed[place] = plain.charCodeAt(place);
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};
const [common, ...lines] = (await unpacked(at("data").textContent)).split("\n");
const data = JSON.parse(common);
const ids = data.ids;
const places = new Map(ids.slice(0, data.pickable).map((id, place) => [id, place]));
const LINKED = data.types.length - 1;
const READERS = data.types.length;
const DEFAULT = Math.max(0, data.types.indexOf("FROM_SEGMENT"));
const NAMES = [...data.types, "READERS"];
const FIRST_OPTIONS = 150;
const FIRST_ROWS = 25;
const FIRST_SESSIONS = 30;

// -------------------------------------------------------------------------------------------------- making elements

const make = (name, properties = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
};
const unseen = (text) => make("span", { class: "unseen" }, text);
const counted = (number, one) => `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;

// ------------------------------------------------------------------------------------------------------- looking up

const shown = (contact) => data.shown[contact] ?? ids[contact];
const read = new Map();
const of = (contact) => {
  const session = data.contacts[contact][0];
  if (!read.has(session)) read.set(session, JSON.parse(lines[session]));
  const { answers, asked, readers } = read.get(session);
  const place = contact - data.sessions[session].first;
  return { answer: (type) => answers[asked[place][type]], readers: readers[place] };
};
const record = (contact) => {
  const [session, previous, began, ended, method, channel, customer, lost] = data.contacts[contact];
  return { session, previous, known: data.contacts[contact].length > 2, began, ended, method, channel, customer, lost };
};
const isLive = ({ known, ended, channel }) => known && ended === null && channel === null;
const isLinked = (contact) => data.sessions[data.contacts[contact][0]].link !== undefined;
// what a contact is: one that is linked or live sees something already, of others a new chat would be made
const natural = (contact) => (isLinked(contact) || isLive(record(contact)) ? LINKED : DEFAULT);
const typeFor = (contact) => state.wanted ?? natural(contact);
const address = (contact, type) => `#${new URLSearchParams({ contact: ids[contact], type: NAMES[type] })}`;
const customersOf = (session) => {
  const { first, size } = data.sessions[session];
  return [...new Set(Array.from({ length: size }, (_, place) => record(first + place).customer).filter(Boolean))];
};
const isOther = (customer, owners) => Boolean(customer) && owners.length > 0 && !owners.includes(customer);

const link = (contact, type, written = shown(contact)) =>
  make("a", { class: "id", href: address(contact, type) }, make("bdi", {}, written));
const named = (contact, written = shown(contact)) =>
  contact < data.pickable ? link(contact, typeFor(contact), written) : make("bdi", { class: "id" }, written);
const told = (text, words) =>
  text.split(words).map((part, place) => (place % 2 && places.has(part) ? named(places.get(part), part) : part));
const spaced = (word) => word.replaceAll("-", " ");
const sentence = (text) => told(text, /(?<=')([^']+)(?=')/);
const summary = (text) => told(text, /(?<=^| )([^ ,]+)(?=$|[ ,])/);

const when = (it) => {
  if (!it.known) return "no record";
  const live = isLive(it);
  if (it.began === null) return live ? "live" : it.ended === null ? "" : `until ${it.ended.slice(0, 16)}`;
  if (it.ended === null) return `${it.began.slice(11, 16)}${live ? ", live" : ""}`;
  return `${it.began.slice(11, 16)}–${it.ended.slice(11, 16)}`;
};
const day = (session) => {
  const { first, size } = data.sessions[session];
  for (let contact = first + size - 1; contact >= first; contact -= 1) {
    const { began, ended } = record(contact);
    if (began ?? ended) return (began ?? ended).slice(0, 10);
  }
  return null;
};
const tag = (word, kind) => make("span", { class: kind ? `tag ${kind}` : "tag" }, word);
const marking = (it, owners, crossed = "other customer") =>
  [
    it.method === "DISCONNECT" ? ["survey", "survey"] : null,
    it.lost ? [`transcript ${spaced(it.lost)}`, "lost"] : null,
    isOther(it.customer, owners) ? [crossed, "other"] : null,
  ].filter(Boolean);
const marks = (...told) => marking(...told).map((each) => tag(...each));

// ------------------------------------------------------------------------------------------------------------ rules

const outside = (place, told) =>
  make(
    "a",
    { class: "source", href: place, target: "_blank", rel: "noopener noreferrer", title: place },
    told,
    make("span", { "aria-hidden": "true" }, " ↗"),
    unseen(" (opens the source)"),
  );
const source = ([code, place]) => {
  if (!place.startsWith("https://")) return make("span", { class: "source" }, place);
  return outside(place, `${code}: ${new URL(place).pathname.split("/").pop().replace(".html", "")}`);
};
const marked = (statement) => statement.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
const seen = ([day, place, statement, older]) =>
  make(
    "p",
    { class: "cited evidence" },
    make("span", {}, `Seen on ${day}${older ? " (older than persistent chat)" : ""}: `, marked(statement)),
    outside(place, new URL(place).pathname.slice(1)),
  );
const rule = (id) => {
  const { statement, standing, sources, evidence } = data.rules[id] ?? {};
  return make(
    "div",
    { class: "rule", "data-rule": id },
    statement ? make("p", { class: "statement" }, marked(statement)) : null,
    make(
      "p",
      { class: "cited" },
      make("code", {}, id),
      standing ? make("span", { class: `standing ${standing}` }, standing) : null,
      (sources ?? []).map(source),
      sources && !sources.length ? make("span", { class: "source" }, "AWS is silent") : null,
    ),
    (evidence ?? []).map(seen),
  );
};
const folded = (title, content, properties = {}) =>
  make("details", { class: "applied", ...properties }, make("summary", {}, title), content);

const badge = (verdict) =>
  make(
    "span",
    { class: verdict === null ? "badge" : `badge v${verdict}`, "aria-hidden": "true" },
    make("span", {}, verdict === null ? data.undecided : data.verdicts[verdict][1]),
  );

// ---------------------------------------------------------------------------------------------------------- history

const later = (items, first, what, draw, list) => {
  list.append(...items.slice(0, first).map(draw));
  if (items.length > first) {
    const more = make("button", { type: "button", class: "more" }, `Show ${counted(items.length - first, what)} more`);
    const place = make(list.tagName === "OL" ? "li" : "div", { class: "after" }, more);
    more.addEventListener("click", () => {
      const rest = items.slice(first).map(draw);
      place.replaceWith(...rest);
      rest[0].setAttribute("tabindex", "-1");
      rest[0].focus();
    });
    list.append(place);
  }
  return list;
};

const row = (contact, verdict, answer) => {
  const it = record(contact);
  const noted = [
    contact === answer.start ? "start" : null,
    contact === state.contact ? (state.type === LINKED ? "picked" : "source") : null,
    contact === answer.stopped ? "stops here" : null,
  ].filter(Boolean);
  return make(
    "li",
    { class: `row${verdict === null ? "" : ` v${verdict}`}${contact === answer.start ? " start" : ""}`, "data-contact": ids[contact] },
    badge(verdict),
    make(
      "div",
      { class: "what" },
      named(contact),
      verdict === null ? null : unseen(`, ${data.verdicts[verdict][0]}`),
      noted.map((mark) => tag(mark)),
      marks(it, state.owners),
      make(
        "span",
        { class: "how" },
        make("span", { class: "time" }, when(it)),
        it.method ? make("span", { class: "method" }, it.method) : null,
        it.channel ? make("span", { class: "channel" }, it.channel) : null,
      ),
    ),
  );
};

const band = (place, members, answer) => {
  const [verdict, availability, rules] = data.states[place];
  const word = data.verdicts[verdict][0];
  const said = availability === null || availability === word ? word : `${word}: transcript ${spaced(availability)}`;
  return make(
    "li",
    { class: `band v${verdict}`, "data-verdict": word, "data-availability": availability, "data-rules": rules.join(" ") },
    make("details", { class: "reason" }, make("summary", { class: "verdict" }, said), rules.map(rule)),
    later(members, FIRST_ROWS, "contact", (contact) => row(contact, verdict, answer), make("ol", { class: "rows" })),
  );
};

const linked = (session, following) => {
  const it = data.sessions[session].link;
  if (!it) return null;
  const followed = it.from !== null && following !== undefined && data.contacts[it.from][0] === following;
  return make(
    "p",
    { class: `link${followed ? "" : " unfollowed"}` },
    make("span", { "aria-hidden": "true", class: "arrow" }, followed ? "↓" : "↧"),
    "continues from ",
    it.from === null ? make("bdi", { class: "id" }, it.shown) : named(it.from),
    make("span", { class: "how" }, it.type ?? "type not recorded"),
    followed ? null : make("span", { class: "how" }, "not followed here"),
  );
};

const titled = (number) => {
  const { initial, size } = data.sessions[number];
  const customers = customersOf(number);
  return make(
    "h3",
    {},
    make("span", { class: "eyebrow" }, "Session "),
    make("bdi", { class: "id" }, initial),
    customers.some((each) => isOther(each, state.owners)) ? tag(`other customer: ${customers.join(", ")}`, "other") : null,
    make("span", { class: "how" }, day(number) ?? "no time recorded", `, ${counted(size, "contact")}`),
  );
};
const membersOf = (number) => Array.from({ length: data.sessions[number].size }, (_, place) => data.sessions[number].first + place);

const session = (visits, place, answer) => {
  const [number, ...stretches] = visits[place];
  const members = membersOf(number);
  const bands = make("ol", { class: "bands" });
  for (let run = 0; run < stretches.length; run += 2) {
    bands.append(band(stretches[run], members.splice(0, stretches[run + 1]), answer));
  }
  return make("li", { class: "session" }, titled(number), bands, linked(number, visits[place + 1]?.[0]));
};

const past = (title, ...content) =>
  make(
    "section",
    { class: "history", "aria-labelledby": "history" },
    make("h2", { id: "history" }, title, make("span", { class: "how" }, "newest first, times in UTC")),
    content,
  );
const asItIs = () => {
  const number = record(state.contact).session;
  const rows = later(membersOf(number), FIRST_ROWS, "contact", (contact) => row(contact, null, {}), make("ol", { class: "rows" }));
  return past("Its session", make("div", { class: "session" }, titled(number), make("div", { class: "band undecided" }, rows), linked(number)));
};
const history = (answer) => {
  const list = make("ol", { class: "sessions" });
  later(answer.visits.map((_, place) => place), FIRST_SESSIONS, "session", (place) => session(answer.visits, place, answer), list);
  const [sessions, left, more] = answer.beyond ?? [0, 0, 0];
  return past(
    "History",
    answer.visits.length ? list : make("p", { class: "card quiet" }, "No past contact was looked at."),
    sessions
      ? make("p", { class: "card quiet", id: "left-out" }, `Left out: ${more ? "more than " : ""}${counted(left, "contact")} of ${counted(sessions, "session")} further back, beyond Connect's 100-contact limit.`)
      : null,
  );
};

// ------------------------------------------------------------------------------------------------- what is answered

const tallyOf = (answer) => {
  const counts = new Map();
  for (const [, ...stretches] of answer.visits) {
    for (let run = 0; run < stretches.length; run += 2) {
      const verdict = data.states[stretches[run]][0];
      counts.set(verdict, (counts.get(verdict) ?? 0) + stretches[run + 1]);
    }
  }
  return [...counts].sort(([one], [other]) => one - other);
};
const tally = (answer) =>
  make(
    "ul",
    { class: "tally" },
    tallyOf(answer).map(([verdict, count]) =>
      make("li", {}, badge(verdict), make("strong", {}, count.toLocaleString("en")), ` ${data.verdicts[verdict][0]}`),
    ),
    answer.incomplete ? make("li", { class: "incomplete" }, make("span", {}, make("strong", {}, "incomplete"), ": records are missing")) : null,
  );
const others = (answer) =>
  answer.others
    ? make("p", { class: "foreign", id: "others" }, make("strong", {}, `${counted(answer.others, "contact")} of another customer`), " than ", make("bdi", {}, answer.owner), ". Amazon Connect does not check this; your application must.")
    : null;

const untold = (answer) => {
  if (answer.owner === undefined && answer.visits.length) {
    return make("p", { class: "foreign", id: "uncompared" }, "No record tells whose contacts these are, so customers were not compared.");
  }
  return answer.untold
    ? make("p", { class: "foreign", id: "untold" }, "No record tells the customer of ", make("strong", {}, counted(answer.untold, "contact")), ".")
    : null;
};

const card = (kind, head, ...content) =>
  make("section", { class: `card outcome ${kind}`, "aria-labelledby": "outcome" }, make("h2", { id: "outcome" }, head), content);
const verdict = (answer) => {
  const seen = state.type === LINKED;
  const head =
    answer.start === null
      ? ["Continues nothing"]
      : [seen ? "Sees the past from " : "A new chat would continue from ", named(answer.start)];
  return card(
    "granted",
    head,
    tally(answer),
    others(answer),
    untold(answer),
    surely(answer),
    folded(`${counted(answer.rules.length, "rule")} applied`, answer.rules.map(rule), { id: "applied" }),
  );
};
const refusal = (answer) =>
  card(
    "refused",
    [make("span", { class: "stop", "aria-hidden": "true" }, "✗"), "Refused ", make("code", { class: "code" }, answer.code)],
    make("p", { class: "message" }, sentence(answer.message)),
    surely(answer),
    folded("The rule", rule(answer.rule)),
  );
const nothingToAsk = () =>
  card(
    "",
    isLive(record(state.contact)) ? "Live, sees no past" : "Sees no past",
    make("p", { class: "message" }, "The records show no link from the session of this contact to an earlier session."),
  );

const warnings = (answer) =>
  answer.warnings
    ? make(
        "section",
        { class: "card warnings", "aria-labelledby": "warnings" },
        make("h2", { id: "warnings" }, counted(answer.warnings.length, "warning")),
        make(
          "ul",
          {},
          answer.warnings.map(([id, message]) =>
            make("li", { "data-rule": id }, make("p", { class: "message" }, sentence(message)), folded("The rule", rule(id))),
          ),
        ),
      )
    : null;

// -------------------------------------------------------------------------------------------------------- sureness

const surely = (answer) => {
  if (answer.sure === null) return null;
  const kind = answer.sure.doubts ? "contingent" : "certain";
  return make("p", { class: `surely ${kind}`, id: "surely" }, make("strong", {}, answer.sure.title), ": ", make("span", {}, answer.sure.line));
};
const otherwise = (answer) => {
  const { doubts, outcomes, left_out: left } = answer.sure ?? {};
  if (!doubts) return null;
  return make(
    "section",
    { class: "card otherwise", "aria-labelledby": "otherwise" },
    make("h2", { id: "otherwise" }, "What it depends on"),
    make("ul", { class: "doubts" }, doubts.map(([doubt]) =>
      make("li", {}, make("p", { class: "field" }, sentence(doubt))))),
    outcomes && make(
      "ul",
      { class: "outcomes" },
      outcomes.map(([condition, answered, ours]) =>
        make(
          "li",
          { class: ours ? "ours" : null },
          make("p", { class: "if" }, make("code", {}, condition), ours ? tag("this page") : null),
          make("p", { class: "then" }, summary(answered)),
        ),
      ),
      left ? make("li", { class: "how" }, `and ${counted(left, "other answer")}`) : null,
    ),
    folded("What AWS says of it", [...new Set(doubts.map(([, id]) => id).filter(Boolean))].map(rule)),
  );
};

// --------------------------------------------------------------------------------------------------- who can read it

const everyone = (runs) => (runs ?? []).flatMap((first, place) => (place % 2 ? [] : Array.from({ length: runs[place + 1] }, (_, next) => first + next)));
const bySession = (contacts) => {
  const groups = new Map();
  for (const contact of contacts) {
    const { session: number } = record(contact);
    groups.set(number, [...(groups.get(number) ?? []), contact]);
  }
  return [...groups];
};
const reading = (id, head, contacts, kinds) =>
  make(
    "section",
    { class: "card reading", id, "aria-labelledby": `${id}-title` },
    make("h2", { id: `${id}-title` }, head),
    later(
      bySession(contacts),
      FIRST_SESSIONS,
      "session",
      ([number, members]) => make("li", {}, titled(number), kinds(members)),
      make("ol", { class: "readers" }),
    ),
  );
const few = (contacts, type, title) => {
  const list = contacts.slice(0, 7).flatMap((contact) => [link(contact, type), " "]);
  return make("p", { class: "who" }, title ? make("code", {}, title) : null, title ? " " : null, list, contacts.length > 7 ? `and ${(contacts.length - 7).toLocaleString("en")} more` : null);
};
const readers = () => {
  const found = of(state.contact).readers;
  const own = record(state.contact).session;
  const viewers = everyone(found.LINKED);
  const perhaps = everyone(found.PERHAPS);
  const requests = new Map(data.types.slice(0, LINKED).map((type, place) => [place, new Set(everyone(found[type]))]));
  const sources = [...new Set([...requests.values()].flatMap((each) => [...each]))].sort((one, other) => one - other);
  const count = [...requests.values()].reduce((sum, each) => sum + each.size, 0);
  const { elsewhere } = data.sessions[own];
  const foreign = bySession(viewers).filter(([number]) => customersOf(number).some((each) => isOther(each, state.owners))).length;
  return [
    card(
      viewers.length ? "refused" : perhaps.length ? "" : "granted",
      viewers.length ? `${counted(bySession(viewers).length, "later session")} can read this` : "No later session on this page can read this",
      foreign ? make("p", { class: "foreign" }, make("strong", {}, `${foreign.toLocaleString("en")} of another customer`)) : null,
      make("p", { class: "message" }, "Its own session is left out: there it is not the past."),
      elsewhere ? make("p", { class: "message", id: "elsewhere" }, `${counted(elsewhere, "later session")} that continue from its session are not on this page.`) : null,
    ),
    viewers.length ? reading("viewers", "Can read it now", viewers, (members) => few(members, LINKED)) : null,
    perhaps.length ? reading("perhaps", "Undecided: treat as can read it", perhaps, (members) => few(members, LINKED)) : null,
    reading("openings", count ? `${counted(count, "request")} would show it in a new chat` : "No request would show it in a new chat", sources, (members) =>
      [...requests].map(([type, sending]) => {
        const able = members.filter((contact) => sending.has(contact));
        return able.length ? few(able, type, data.types[type]) : null;
      }),
    ),
  ];
};

// --------------------------------------------------------------------------------------------------------- requests

const chosen = { call: data.about.target === null ? 0 : 1, form: 0 };
const FORMS = ["boto3", "aws"].map((form, place) => [place, form]);
const MOMENTS = ["The chat starts", "The chat is live"].map((moment, place) => [place, moment]);

const sent = (call, form) => {
  const own = data.calls.own[state.contact]?.[state.type];
  if (own) return own[call][form];
  return data.calls.around[state.type][call][form + 1].join(ids[state.contact]);
};
const copy = async (written, block, said) => {
  const told = (message) => {
    said.textContent = message;
    setTimeout(() => { if (said.textContent === message) said.textContent = ""; }, 4000);
  };
  try {
    await navigator.clipboard.writeText(written);
    told("Copied");
    return;
  } catch { /* pages of files may not write to the clipboard everywhere */ }
  const range = document.createRange();
  range.selectNodeContents(block);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  let copied = false;
  try { copied = document.execCommand("copy"); } catch { copied = false; }
  told(copied ? "Copied" : "Selected: press Ctrl+C or ⌘C");
};
const choice = (name, legend, labels, picked, act) =>
  make(
    "fieldset",
    { class: "choice" },
    make("legend", {}, legend),
    make(
      "div",
      { class: "segments" },
      labels.map(([place, label]) => {
        const input = make("input", { type: "radio", name, value: String(place), id: `${name}-${place}` });
        input.checked = place === picked;
        input.addEventListener("change", () => act(place));
        return make("label", { for: `${name}-${place}` }, input, make("span", {}, label));
      }),
    ),
  );
const request = () => {
  const block = make("code", {});
  const operation = make("code", { class: "operation" });
  const pre = make("pre", { tabindex: "0", "aria-label": "The call" }, block);
  const said = make("span", { class: "copied", role: "status" });
  const fill = make("span", {});
  const draw = () => {
    fill.textContent = data.calls.around[state.type][chosen.call][3];
    block.textContent = sent(chosen.call, chosen.form);
    operation.textContent = data.calls.around[state.type][chosen.call][0];
  };
  draw();
  return make(
    "section",
    { class: "card request", "aria-labelledby": "request" },
    make("h2", { id: "request" }, "Request to send"),
    make(
      "div",
      { class: "choices" },
      choice("moment", "Sent when", MOMENTS, chosen.call, (place) => { chosen.call = place; draw(); }),
      choice("form", "Written for", FORMS, chosen.form, (place) => { chosen.form = place; draw(); }),
    ),
    make("p", { class: "how" }, operation),
    pre,
    make(
      "p",
      { class: "act" },
      make("button", { type: "button", id: "copy", on: { click: () => copy(block.textContent, block, said) } }, "Copy"),
      said,
    ),
    make("p", { class: "help" }, fill, " In Python, ", make("code", {}, 'connect = boto3.client("connect")'), "."),
  );
};
