#!/usr/bin/env node
// A host of edo-dms: sends one PDF, waits for the operator's stamped form and saves it. plugin.mjs starts and ends the plugin.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { ask, digestOf, explain, launch, within } from './plugin.mjs';

const usage = `Usage: node host.mjs --plugin FILE --home DIR --subscriber ID --actor ID --package ID
                     --file PDF (--signature FILE | --signer ID) --to-inn INN --out PDF [options]

Sends one PDF through edo-dms and saves the second version that the operator stamped. Repeat it with the same package id
as often as you like: nothing is sent twice.

  --plugin FILE     the edo-dms binary
  --sha256 HEX      what it must be; any other file is not started
  --home DIR        where edo-dms keeps its data (EDOKIT_HOME)
  --subscriber ID   which of our organisations sends
  --actor ID        the user who sends and reads; must be allowed to
  --package ID      chosen by you, once for each package
  --file PDF        the document
  --signature FILE  its finished detached signature, DER
  --signer ID       or: whose key inside the plugin signs
  --kind TEXT       what kind of paper it is (Письмо)
  --to-inn INN      the counterparty
  --to-kpp KPP      its branch
  --out PDF         where the stamped form goes
  --consumer ID     name under which events are acknowledged (example-host)
  --timeout SECONDS how long to wait for the stamped form (600)
  --lang ru|en      language of what goes wrong (en)`;

const options = Object.fromEntries(usage.match(/^ {2}--[a-z0-9-]+/gm).map((flag) => [flag.trim().slice(2), { type: 'string' }]));
const required = ['plugin', 'home', 'subscriber', 'actor', 'package', 'file', 'to-inn', 'out'];

function readArguments() {
  let a;
  try {
    a = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } }).values;
    if (a.help) { console.log(usage); process.exit(0); }
    const missing = required.filter((name) => !a[name]);
    if (missing.length) throw new Error(`missing: --${missing.join(', --')}`);
    if (!a.signature === !a.signer) throw new Error('give either --signature or --signer');
    if (!['ru', 'en'].includes(a.lang ?? 'en')) throw new Error('--lang is ru or en');
    if (!(Number(a.timeout ?? 600) > 0)) throw new Error('--timeout is a number of seconds');
  } catch (err) {
    console.error(`${err.message}\n\n${usage}`);
    process.exit(2);
  }
  return { kind: 'Письмо', consumer: 'example-host', lang: 'en', timeout: 600, ...a };
}

// parts is the package as the contract wants it: header, document, chunks, end. The file is read twice and never held whole.
async function* parts(a, key, chunkSize) {
  const { size } = statSync(a.file), sha256 = await digestOf(a.file);
  yield { package: { key, actor: a.actor, to: { inn: a['to-inn'], kpp: a['to-kpp'] ?? '' }, document_count: 1 } };
  yield { document: {
    id: 'doc-1', name: basename(a.file), kind: a.kind, size, sha256,
    signer: a.signer ?? '', signature: a.signature ? readFileSync(a.signature) : undefined,
  } };
  const hash = createHash('sha256');
  let sent = 0;
  for await (const data of createReadStream(a.file, { highWaterMark: chunkSize })) {
    hash.update(data);
    sent += data.length;
    yield { chunk: { data } };
  }
  yield { end: { id: 'doc-1', size: sent, sha256: hash.digest() } }; // of what was really sent: a file that changes is refused
}

// send hands the parts over. A file that cannot be read to its end cuts the stream off, and of such a one nothing is taken.
function send(exchange, stream) {
  let broken;
  const guarded = async function* () { try { yield* stream; } catch (err) { broken = err; } };
  return new Promise((resolve, reject) => {
    const call = exchange.Send(within(300), (err, answer) => (err ? reject(broken ?? err) : resolve(answer.operation)));
    pipeline(Readable.from(guarded()), call).catch(() => {}); // the plugin has answered already: its answer tells why
  });
}

// save writes the stamped form beside its place, compares it with what was announced and with the trailer, and moves it there.
async function save(exchange, request, out) {
  const stream = exchange.Content(request, within(300)), hash = createHash('sha256'), part = `${out}.part`;
  const file = await open(part, 'w', 0o600);
  let version, end, size = 0;
  try {
    for await (const { header, chunk, end: trailer } of stream) {
      if (header) version = header.version;
      if (trailer) end = trailer;
      if (!chunk) continue;
      hash.update(chunk.data);
      size += chunk.data.length;
      if (size > version?.size) throw new Error('the stamped form is longer than announced');
      await file.writeFile(chunk.data);
    }
    const sha256 = hash.digest();
    const whole = version && end && size === version.size && size === end.size && sha256.equals(version.sha256) && sha256.equals(end.sha256);
    if (!whole) throw new Error('the stamped form is broken: size or SHA-256 differ, or its trailer is missing');
    await file.sync();
    await file.close();
    await rename(part, out);
    return { size, sha256: sha256.toString('hex') };
  } catch (err) {
    stream.cancel();
    await file.close().catch(() => {});
    await rm(part, { force: true });
    throw err;
  }
}

// events reads what is new for this consumer. Only an empty page means that there is no more.
async function events(exchange, subscriber, consumer) {
  let { seq } = await ask(exchange, 'Acknowledged', { subscriber, consumer });
  for (;;) {
    const page = (await ask(exchange, 'Deliver', { subscriber, after: seq })).events;
    if (!page.length) return seq;
    for (const e of page) console.log(`event ${e.seq}: ${e.kind} ${e.key.package} ${e.document} ${e.state} ${e.stamp}`);
    seq = page.at(-1).seq;
  }
}

async function run(a, plugin) {
  const { exchange, info } = plugin, key = { subscriber: a.subscriber, package: a.package };
  console.log(`edo-dms ${info.version}, process ${plugin.pid}: ${info.capabilities.join(', ')}`);
  const { status } = await ask(plugin.health, 'Check', { service: 'plugin' }); // a host that stays asks every 10 to 30 seconds
  if (status !== 'SERVING') throw new Error(`edo-dms is ${status}: hand nothing over now, see edo-dms doctor`);
  let operation = await send(exchange, parts(a, key, info.chunk_size));
  console.log(`accepted: ${operation.state}`); // durable in the plugin; the operator is asked by itself
  for await (const change of exchange.Watch({ key }, within(Number(a.timeout)))) {
    operation = change.operation;
    console.log(`state: ${operation.state} ${operation.documents[0].stamp} ${operation.detail}`.trimEnd());
  }
  const [document] = operation.documents;
  if (document.stamp !== 'STAMP_STATE_READY') {
    throw new Error(`no stamped form: ${operation.state} ${operation.reason} ${operation.detail}; ${document.stamp} ${document.stamp_detail}`);
  }
  const seq = await events(exchange, a.subscriber, a.consumer);
  const saved = await save(exchange, { key, document: document.id, role: 'ROLE_OPERATOR_FORM', actor: a.actor }, a.out);
  if (seq) await ask(exchange, 'Acknowledge', { subscriber: a.subscriber, consumer: a.consumer, seq }); // now that the form is safe here
  console.log(`stamped: ${a.out} ${saved.size} bytes sha256 ${saved.sha256}`);
}

const a = readArguments();
const plugin = launch({ path: a.plugin, home: a.home, sha256: a.sha256 });
const close = async () => (await plugin.catch(() => {}))?.close();
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) process.once(signal, () => close().finally(() => process.exit(code)));
try {
  await run(a, await plugin);
} catch (err) {
  console.error(explain(err, a.lang).join('\n'));
  process.exitCode = 1;
} finally {
  await close();
}
