// What a partner's program does with the client that a generator made of the published
// contract: it is written against the generated functions alone and knows nothing of
// the server it talks to. Reads BASE (…/api/admin) and TOKEN; prints one JSON line
// about what it made.
import assert from 'node:assert/strict';
import { client } from './generated/client.gen';
import {
  ticketsAttachmentsCreate, ticketsCommentsCreate, ticketsCommentsRetrieve, ticketsCreate, ticketsList,
  ticketsPartialUpdate, ticketsRetrieve, ticketsUpdate, tickettypesList, tickettypesRetrieve,
  usersCreate, usersList, usersPartialUpdate, usersRetrieve, usersUpdate,
} from './generated/sdk.gen';
import type { Ticket, TicketsListData } from './generated/types.gen';

const { BASE, TOKEN } = process.env;
client.setConfig({ baseUrl: BASE, auth: TOKEN });
const headers = { 'X-29next-API-Version': '2024-04-01' } as const;
const strict = { headers, throwOnError: true } as const;

async function people() {
  const { data: made } = await usersCreate({ ...strict, body: { email: 'ada@example.com', first_name: 'Ada', last_name: 'Byron' } });
  assert.equal(made.email, 'ada@example.com');
  const path = { id: made.id };
  await usersUpdate({ ...strict, path, body: { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace' } });
  await usersPartialUpdate({ ...strict, path, body: { phone_number: '+4930123456' } });
  const { data: user } = await usersRetrieve({ ...strict, path });
  assert.deepEqual([user.last_name, user.phone_number], ['Lovelace', '+4930123456']);
  const { data: found } = await usersList({ ...strict, query: { email: 'ADA@example.com' } });
  assert.deepEqual(found.results.map((u) => u.id), [made.id]);
  return made.id;
}

async function types() {
  const { data: page } = await tickettypesList({ ...strict, query: {} });
  const first = page.results[0];
  const { data: same } = await tickettypesRetrieve({ ...strict, path: { id: first.id } });
  assert.deepEqual(same, first);
  return first.id;
}

// all follows next to the end and previous back to the start.
async function all(query: TicketsListData['query']): Promise<Ticket[]> {
  const rows: Ticket[] = [];
  let pages = 0;
  let { data: page } = await ticketsList({ ...strict, query });
  assert.equal(page.previous, null);
  for (;;) {
    rows.push(...page.results);
    pages++;
    if (!page.next) break;
    const cursor = new URL(page.next).searchParams.get('cursor')!;
    ({ data: page } = await ticketsList({ ...strict, query: { ...query, cursor } }));
  }
  for (; page.previous; pages--) {
    // Links are whole: a client may also just follow them.
    const response = await fetch(page.previous, { headers: { ...headers, Authorization: `Bearer ${TOKEN}` } });
    page = (await response.json()) as typeof page;
  }
  assert.equal(pages, 1);
  assert.deepEqual(page.results.map((t) => t.id), rows.slice(0, page.results.length).map((t) => t.id));
  return rows;
}

async function tickets(requester: number, ticket_type: number) {
  const ids: number[] = [];
  for (let i = 0; i < 45; i++) {
    const { data } = await ticketsCreate({
      ...strict,
      body: { subject: `Ticket ${i}`, requester, ticket_type, priority: i % 3 ? 'low' : 'high', tags: ['generated'], comment: { author: requester, body: 'Hello' } },
    });
    assert.deepEqual([data.channel, data.status, data.comments.length], ['api', 'new', 1]);
    ids.unshift(data.id);
  }
  await ticketsPartialUpdate({ ...strict, path: { id: ids[0] }, body: { status: 'open' } });
  await ticketsPartialUpdate({ ...strict, path: { id: ids[1] }, body: { status: 'pending' } });
  assert.deepEqual((await all({})).map((t) => t.id), ids);
  assert.equal((await all({ priority: 'high', requester })).length, 15);
  assert.deepEqual((await all({ status: ['open', 'pending'] })).map((t) => t.id), ids.slice(0, 2));
  assert.equal((await all({ filter_text: 'ADA@', ticket_type })).length, 45);
  assert.deepEqual((await all({ subject: 'ticket 7' })).map((t) => t.subject), ['Ticket 7']);
  assert.equal((await all({ created_to: '2000-01-01' })).length, 0);
  assert.equal((await all({ created_from: '2000-01-01', created_to: '2999-12-31', channel: 'api' })).length, 45);
  return ids;
}

async function conversation(id: number, author: number) {
  const path = { id };
  const { data: put } = await ticketsUpdate({ ...strict, path, body: { subject: 'Changed', priority: 'medium', assignee: author } });
  assert.deepEqual([put.subject, put.assignee, put.tags], ['Changed', author, ['generated']]);
  // The published document promises 200 with a ticket here, although the request names
  // none; what comes is 201 with a list of the files. Like most generated clients this
  // one takes any 2xx and hands the body over as it is.
  const upload = await ticketsAttachmentsCreate({ ...strict, body: { files: [new File(['hello'], 'greeting.txt'), new File(['\u0000\u0001'], 'b.bin')] } as never });
  const files = upload.data as unknown as { id: number; file_name: string; file: string }[];
  assert.equal(upload.response.status, 201);
  assert.deepEqual(files.map((f) => f.file_name), ['greeting.txt', 'b.bin']);
  const attachments = files.map((f) => f.id);
  const { data: answered } = await ticketsCommentsCreate({ ...strict, path, body: { author, body: 'See the files', attachments } as never });
  assert.equal(answered.id, id);
  const { data: ticket } = await ticketsCommentsRetrieve({ ...strict, path });
  assert.deepEqual(ticket, (await ticketsRetrieve({ ...strict, path })).data);
  const last = ticket.comments.at(-1)!;
  assert.deepEqual([last.body, last.is_public, last.attachments.map((a) => a.id)], ['See the files', true, attachments]);
  const file = await fetch(last.attachments[0].file!);
  assert.equal(await file.text(), 'hello');
}

async function errors() {
  const bad = await ticketsCreate({ headers, body: { priority: 'urgent' as never } });
  assert.deepEqual([bad.response.status, bad.error], [400, { priority: ['"urgent" is not a valid choice.'] }]);
  const missing = await ticketsRetrieve({ headers, path: { id: 999999 } });
  assert.deepEqual([missing.response.status, missing.error], [404, { detail: 'Not found.' }]);
  const stranger = await ticketsList({ headers, auth: 'nobody' });
  assert.deepEqual([stranger.response.status, stranger.error], [401, { detail: 'Authentication credentials were not provided.' }]);
}

const user = await people();
const ids = await tickets(user, await types());
await conversation(ids[5], user);
await errors();
console.log(JSON.stringify({ user, ids, changed: ids[5] }));
