/* Looks answers up and makes elements of them. No rule is known here; text of the records is only ever set as text. */
const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const ids = data.ids;
const places = new Map(ids.slice(0, data.pickable).map((id, place) => [id, place]));
const LINKED = data.types.length - 1;
const DEFAULT = Math.max(0, data.types.indexOf("FROM_SEGMENT"));
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
const text = (place) => (place === null || place === undefined ? null : data.texts[place]);
const along = (runs, after) => {
  const list = [];
  for (let run = 0; run < runs.length; run += 2) {
    for (let here = runs[run], left = runs[run + 1]; left > 0; left -= 1, here = after[here]) list.push(here);
  }
  return list;
};
const contacts = (runs) => along(runs, data.contact_after);
const record = (contact) => {
  const [session, previous, began, ended, method, channel, customer] = data.contacts[contact];
  return {
    session,
    previous,
    known: data.contacts[contact].length > 2,
    began: text(began),
    ended: text(ended),
    method: text(method),
    channel: text(channel),
    customer: text(customer),
  };
};
const address = (contact, type) => `#${new URLSearchParams({ contact: ids[contact], type: data.types[type] })}`;
const typeFor = (contact, type) => (data.asked[contact][type] === -1 ? DEFAULT : type);

const named = (contact) =>
  contact < data.pickable
    ? make("a", { class: "id", href: address(contact, typeFor(contact, state.type)) }, make("bdi", {}, shown(contact)))
    : make("bdi", { class: "id" }, shown(contact));
const sentence = ([parts, ...between]) =>
  data.sentences[parts].flatMap((part, place) => [part, place < between.length ? named(between[place]) : null]);

const when = ({ known, began, ended, channel }) => {
  if (!known) return "no record";
  const live = ended === null && channel === null;
  if (began === null) return live ? "live" : ended === null ? "" : `until ${ended.slice(0, 16)}`;
  if (ended === null) return `${began.slice(11, 16)}${live ? ", live" : ""}`;
  return `${began.slice(11, 16)}–${ended.slice(11, 16)}`;
};
const day = (session) => {
  const { first, size } = data.sessions[session];
  for (let contact = first + size - 1; contact >= first; contact -= 1) {
    const { began, ended } = record(contact);
    if (began ?? ended) return (began ?? ended).slice(0, 10);
  }
  return null;
};

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
const rule = (place, told) => {
  const { id, statement, standing, sources, evidence } = data.rules[place];
  const again = told?.has(place);
  told?.add(place);
  return make(
    "div",
    { class: again ? "rule again" : "rule", "data-rule": id, title: again ? statement : null },
    statement && !again ? make("p", { class: "statement" }, marked(statement)) : null,
    make(
      "p",
      { class: "cited" },
      make("code", {}, id),
      standing ? make("span", { class: `standing ${standing}` }, standing) : null,
      (sources ?? []).map(source),
      sources && !sources.length ? make("span", { class: "source" }, "AWS is silent") : null,
    ),
    again ? null : (evidence ?? []).map(seen),
  );
};
const rules = (list, told) => data.rule_lists[list].map((place) => rule(place, told));

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
  const told = record(contact);
  const marks = [
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
      marks.map((mark) => make("span", { class: "tag" }, mark)),
      make(
        "span",
        { class: "how" },
        make("span", { class: "time" }, when(told)),
        told.method ? make("span", { class: "method" }, told.method) : null,
        told.channel ? make("span", { class: "channel" }, told.channel) : null,
      ),
    ),
  );
};

const band = (stretch, answer, told) => {
  const [verdict, availability, list] = data.states[stretch.state];
  const word = data.verdicts[verdict][0];
  const rows = make("ol", { class: "rows" });
  return make(
    "li",
    {
      class: `band v${verdict}`,
      "data-verdict": word,
      "data-availability": text(availability),
      "data-rules": data.rule_lists[list].map((place) => data.rules[place].id).join(" "),
    },
    make(
      "div",
      { class: "reason" },
      make("p", { class: "verdict" }, word, availability === null || text(availability) === word ? null : `: transcript ${text(availability)}`),
      rules(list, told),
    ),
    later(stretch.contacts, FIRST_ROWS, "contact", (contact) => row(contact, verdict, answer), rows),
  );
};

const link = (session, following) => {
  const told = data.sessions[session].link;
  if (!told) return null;
  const followed = told.from !== null && following !== undefined && data.contacts[told.from][0] === following;
  return make(
    "p",
    { class: `link${followed ? "" : " unfollowed"}` },
    make("span", { "aria-hidden": "true", class: "arrow" }, followed ? "↓" : "↧"),
    "continues from ",
    told.from === null ? make("bdi", { class: "id" }, text(told.shown)) : named(told.from),
    make("span", { class: "how" }, told.type === null ? "type not recorded" : text(told.type)),
    followed ? null : make("span", { class: "how" }, "not followed here"),
  );
};

const titled = (number) => {
  const { initial, size } = data.sessions[number];
  return make(
    "h3",
    {},
    make("span", { class: "eyebrow" }, "Session "),
    make("bdi", { class: "id" }, text(initial)),
    make("span", { class: "how" }, day(number) ?? "no time recorded", `, ${counted(size, "contact")}`),
  );
};

const session = (visit, place, visits, answer, told) => {
  const [number, ...stretches] = data.visits[visit];
  const { first } = data.sessions[number];
  const bands = make("ol", { class: "bands" });
  let contact = first;
  for (let run = 0; run < stretches.length; run += 2) {
    const members = Array.from({ length: stretches[run + 1] }, () => contact++);
    bands.append(band({ state: stretches[run], contacts: members }, answer, told));
  }
  const following = place + 1 < visits.length ? data.visits[visits[place + 1]][0] : undefined;
  return make(
    "li",
    { class: "session" },
    titled(number),
    bands,
    link(number, following),
  );
};

const asItIs = () => {
  const number = record(state.contact).session;
  const { first, size } = data.sessions[number];
  const members = Array.from({ length: size }, (_, place) => first + place);
  const rows = later(members, FIRST_ROWS, "contact", (contact) => row(contact, null, {}), make("ol", { class: "rows" }));
  return make(
    "section",
    { class: "history", "aria-labelledby": "history" },
    make("h2", { id: "history" }, "Its session", make("span", { class: "how" }, "newest first, times in UTC")),
    make("div", { class: "session" }, titled(number), make("div", { class: "band undecided" }, rows), link(number)),
  );
};

const history = (answer) => {
  const visits = along(answer.visits, data.visit_after);
  const list = make("ol", { class: "sessions" });
  const told = new Set();
  later(visits.map((visit, place) => [visit, place]), FIRST_SESSIONS, "session", ([visit, place]) => session(visit, place, visits, answer, told), list);
  const [sessions, left] = answer.left_out ?? [0, 0];
  return make(
    "section",
    { class: "history", "aria-labelledby": "history" },
    make("h2", { id: "history" }, "History", make("span", { class: "how" }, "newest first, times in UTC")),
    visits.length ? list : make("p", { class: "card quiet" }, "No past contact was looked at."),
    sessions
      ? make("p", { class: "card quiet", id: "left-out" }, `This page leaves out ${counted(left, "contact")} of ${counted(sessions, "session")} beyond Connect's 100-contact limit.`)
      : null,
  );
};

// ------------------------------------------------------------------------------------------------- what is answered

const tally = (answer) =>
  make(
    "ul",
    { class: "tally" },
    data.tallies[answer.tally].map(([verdict, count]) =>
      make("li", {}, badge(verdict), make("strong", {}, count.toLocaleString("en")), ` ${data.verdicts[verdict][0]}`),
    ),
    answer.incomplete ? make("li", { class: "incomplete" }, make("span", {}, make("strong", {}, "incomplete"), ": records are missing")) : null,
  );

const verdict = (answer) => {
  const linked = state.type === LINKED;
  const head =
    answer.start === null
      ? ["Continues nothing"]
      : [linked ? "Continues from " : "A new chat would continue from ", named(answer.start)];
  return make(
    "section",
    { class: "card outcome granted", "aria-labelledby": "outcome" },
    make("h2", { id: "outcome" }, head),
    tally(answer),
    surely(answer),
    make(
      "details",
      { class: "applied", id: "applied" },
      make("summary", {}, `${counted(data.rule_lists[answer.rules].length, "rule")} applied`),
      rules(answer.rules),
    ),
  );
};

const refusal = (answer) =>
  make(
    "section",
    { class: "card outcome refused", "aria-labelledby": "outcome" },
    make(
      "h2",
      { id: "outcome" },
      make("span", { class: "stop", "aria-hidden": "true" }, "✗"),
      "Refused ",
      make("code", { class: "code" }, text(answer.code)),
    ),
    make("p", { class: "message" }, sentence(answer.message)),
    rule(answer.rule),
    surely(answer),
  );

const nothingToAsk = () =>
  make(
    "section",
    { class: "card outcome", "aria-labelledby": "outcome" },
    make("h2", { id: "outcome" }, "Not linked"),
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
          answer.warnings.map(([place, message]) =>
            make("li", { "data-rule": data.rules[place].id }, make("p", { class: "message" }, sentence(message)), rule(place)),
          ),
        ),
      )
    : null;

// -------------------------------------------------------------------------------------------------------- sureness

const few = (runs) => {
  const list = contacts(runs);
  if (!list.length) return ["nothing"];
  const most = 7;
  const told = list.slice(0, most).flatMap((contact) => [named(contact), " "]);
  return list.length > most ? [told, `and ${(list.length - most).toLocaleString("en")} more`] : told.slice(0, -1);
};
const summary = (outcome) => {
  if (outcome.refused !== undefined) return ["refused: ", make("code", {}, data.rules[outcome.refused].id)];
  return [
    outcome.start === null ? null : ["from ", named(outcome.start), ", "],
    "shows ",
    few(outcome.visible),
    outcome.lost ? [", but cannot read ", few(outcome.lost)] : null,
    outcome.beyond ? `, ${outcome.beyond.toLocaleString("en")} beyond the limit` : null,
    outcome.incomplete ? ", incomplete" : null,
  ];
};
const surely = (answer) => {
  if (answer.sure === null) return null;
  const { line, outcomes } = data.sureness[answer.sure];
  const [kind, word] = outcomes ? ["contingent", "Contingent"] : ["certain", "Certain"];
  return make("p", { class: `surely ${kind}`, id: "surely" }, make("strong", {}, word), ": ", make("span", {}, text(line)));
};
const otherwise = (answer) => {
  const { depends, outcomes } = answer.sure === null ? {} : data.sureness[answer.sure];
  if (!outcomes) return null;
  return make(
    "section",
    { class: "card otherwise", "aria-labelledby": "otherwise" },
    make("h2", { id: "otherwise" }, "Where AWS is silent"),
    make("p", { class: "line" }, "The answer depends on these open questions."),
    make(
      "ul",
      { class: "outcomes" },
      outcomes.map((outcome) =>
        make(
          "li",
          { class: outcome.ours ? "ours" : null },
          make("p", { class: "if" }, make("code", {}, text(outcome.when)), outcome.ours ? make("span", { class: "tag" }, "this page") : null),
          make("p", { class: "then" }, summary(outcome)),
        ),
      ),
    ),
    make(
      "details",
      { class: "applied" },
      make("summary", {}, counted(depends.length, "open question")),
      depends.map((name) => make("div", { class: "question" }, make("code", { class: "field" }, name), rule(data.questions[name]))),
    ),
  );
};

// --------------------------------------------------------------------------------------------------------- requests

const chosen = { call: data.about.target === null ? 0 : 1, form: 0 };
const FORMS = ["boto3", "aws"];
const MOMENTS = ["The chat starts", "The chat is live"];

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
      labels.map((label, place) => {
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
