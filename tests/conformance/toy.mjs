// A target of the conformance suite: it starts, stops and associates chats, takes seeds, and tells what a chat sees.
import { createInterface } from "node:readline";

let contacts, lost, answered, number;

const reset = () => { contacts = new Map(); lost = new Set(); answered = new Map(); number = 0; };
const refuse = (code, message) => { throw Object.assign(new Error(message), { code }); };
const known = (id) => contacts.get(id) ?? refuse("ResourceNotFoundException", `no contact ${id}`);
const session = (initial) => [...contacts.values()].filter((each) => each.initial === initial);
const chats = (initial) => session(initial).filter((each) => each.channel === "CHAT");
const chain = (contact) => (contact ? [contact, ...chain(contacts.get(contact.previous))] : []);
const linkOf = (initial) => session(initial).find((each) => each.start);
const newestFirst = (list) => [...list].sort((a, b) => b.ended - a.ended || b.began - a.began);

function startOf(type, source) {
  const types = ["FROM_SEGMENT", "ENTIRE_PAST_SESSION"];
  if (!types.includes(type) || !source) refuse("InvalidParameterException", "a type and a source are needed");
  const contact = known(source);
  if (contact.channel !== "CHAT") refuse("InvalidRequestException", "the source is no chat");
  if (chats(contact.initial).some((each) => !each.ended)) refuse("InvalidRequestException", "the session goes on");
  if (type === "FROM_SEGMENT") return contact;
  if (contact.initial !== source) refuse("InvalidRequestException", "give the initial contact of the session");
  return newestFirst(chats(source))[0];
}

function visible(id) {
  const seen = [], visited = new Set([known(id).initial]);
  let link = linkOf(known(id).initial);
  while (link) {
    const { initial } = contacts.get(link.start);
    if (visited.has(initial)) break;
    visited.add(initial);
    const shown = link.type === "ENTIRE_PAST_SESSION" ? newestFirst(session(initial)) : chain(contacts.get(link.start));
    seen.push(...shown.map((each) => each.id));
    link = linkOf(initial);
  }
  return seen.slice(0, 100).filter((past) => contacts.get(past).channel === "CHAT" && !lost.has(past));
}

function begin(link) {
  const id = `toy-${(number += 1)}-${Math.random().toString(36).slice(2)}`;
  contacts.set(id, { id, initial: id, channel: "CHAT", began: Date.now() + number, ended: 0, ...link });
  return { ContactId: id, ParticipantId: `p-${id}`, ParticipantToken: `t-${id}` };
}

const operations = {
  StartChatContact({ PersistentChat, RelatedContactId, ParticipantDetails, ChatDurationInMinutes: lasts = 1500 }) {
    if (PersistentChat && RelatedContactId) refuse("InvalidRequestException", "one of the two");
    if (!ParticipantDetails?.DisplayName || lasts < 60 || lasts > 10080) refuse("InvalidParameterException", "malformed");
    if (!PersistentChat) return begin({});
    const { id: start } = startOf(PersistentChat.RehydrationType, PersistentChat.SourceContactId);
    return { ...begin({ start, type: PersistentChat.RehydrationType }), ContinuedFromContactId: start };
  },
  CreatePersistentContactAssociation({ InitialContactId, RehydrationType, SourceContactId }) {
    const target = known(InitialContactId);
    if (target.ended || target.channel !== "CHAT") refuse("InvalidRequestException", "no chat that goes on");
    if (linkOf(target.initial)) refuse("InvalidRequestException", "associated already");
    Object.assign(target, { start: startOf(RehydrationType, SourceContactId).id, type: RehydrationType });
    return { ContinuedFromContactId: target.start };
  },
  StopContact({ ContactId }) {
    return (known(ContactId).ended ||= Date.now() + (number += 1)) && {};
  },
};

const methods = {
  hello: () => ({ capabilities: ["wire", "seed", "visible"], instance_id: "toy-instance", contact_flow_id: "toy-flow" }),
  reset: () => (reset(), {}),
  visible: ({ contact_id }) => visible(contact_id),
  seed({ contacts: records, transcripts }) {
    for (const [id, fact] of Object.entries(transcripts)) {
      if (fact.Misplaced || fact.Size > 5e6 || ["MISSING", "DELETED"].includes(fact.Status)) lost.add(id);
    }
    for (const each of records) {
      contacts.set(each.ContactId, {
        id: each.ContactId, initial: each.InitialContactId ?? each.ContactId, previous: each.PreviousContactId,
        start: each.RelatedContactId, channel: each.Channel ?? "CHAT", began: Date.parse(each.InitiationTimestamp),
        ended: each.DisconnectTimestamp ? Date.parse(each.DisconnectTimestamp) : 0,
      });
    }
    return {};
  },
  call({ operation, parameters }) {
    if (parameters.InstanceId !== "toy-instance") refuse("ResourceNotFoundException", "no such instance");
    const key = parameters.ClientToken && `${operation} ${parameters.ClientToken}`;
    if (!operations[operation]) refuse("UnknownOperation", `${operation} is not offered`);
    const answer = answered.get(key) ?? operations[operation](parameters);
    if (key) answered.set(key, answer);
    return answer;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  let answer;
  try { answer = { id, result: methods[method](params) }; }
  catch ({ code, message }) { answer = { id, error: { code: code ?? "InternalServiceException", message } }; }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
