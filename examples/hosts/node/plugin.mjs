// Starting and ending edo-dms: what every host has to do, whatever it sends. Copy this file and certificate.mjs.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { pem, selfSigned } from './certificate.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const contract = grpc.loadPackageDefinition(loader.loadSync(
  ['dms.proto', 'controller.proto', 'health.proto', 'status.proto'],
  { includeDirs: [join(here, '../../../dmsplugin/proto'), join(here, '../../../proto'), join(here, '../proto')], keepCase: true, longs: Number, enums: String, defaults: true },
));
const dms = contract.edokit.dms.v1;

// Every call has a deadline. meta is what a call takes besides its request.
export const within = (seconds) => ({ deadline: Date.now() + seconds * 1000 });

// ask makes a call with one request and one answer.
export const ask = (service, method, request = {}, seconds = 30) => new Promise((resolve, reject) => {
  service[method](request, within(seconds), (err, answer) => (err ? reject(err) : resolve(answer)));
});

// digestOf reads a file once.
export async function digestOf(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}

// launch starts the plugin and comes back when it answers. sha256 is what the binary must be, in hex; empty: not checked.
export async function launch({ path, home, sha256 }) {
  if (sha256 && (await digestOf(path)).toString('hex') !== sha256.toLowerCase()) {
    throw new Error(`${path} is not the binary that was expected: its SHA-256 differs. It was not started`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'edokit-'));
  let child, client;
  const close = async () => {
    if (client && child.exitCode === null) {
      await ask(client.plugin, 'Drain', {}, 5).catch(() => {}); // what was accepted is durable without it
      await ask(client.controller, 'Shutdown', {}, 2).catch(() => {}); // the answer may not arrive
    }
    for (const service of Object.values(client ?? {})) service.close();
    child?.stdin.end(); // by EDOKIT_STDIN_WATCH an order to end as well
    for (let i = 0; i < 20 && alive(child); i++) await sleep(100);
    if (alive(child)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    chmodSync(folder, 0o700);
    if (Buffer.byteLength(folder) > 70) throw new Error(`${folder} is too long for a socket; set TMPDIR to a shorter folder`);
    const own = selfSigned();
    const env = { // the whole environment: the host's own holds secrets that are none of the plugin's business
      EDOKIT_DMS_PLUGIN: 'd1b0f2a6c7e94f6f8b7c3a5e-exchange', PLUGIN_PROTOCOL_VERSIONS: '1', PLUGIN_CLIENT_CERT: own.certificate,
      PLUGIN_UNIX_SOCKET_DIR: folder, EDOKIT_HOME: home, EDOKIT_STDIN_WATCH: '1', EDOKIT_LOG: 'warn',
    };
    if (process.platform === 'win32') env.SystemRoot = process.env.SystemRoot;
    child = spawn(path, [], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {}); // the plugin may be gone already
    child.stderr.pipe(process.stderr, { end: false }); // one JSON object per line: take it into the log of your host
    const { address, certificate } = handshake(await firstLine(child));
    const credentials = grpc.credentials.createSsl(certificate, Buffer.from(own.key), Buffer.from(own.certificate));
    const options = { 'grpc.ssl_target_name_override': 'localhost', 'grpc.default_authority': 'localhost', 'grpc.enable_http_proxy': 0 };
    client = {
      plugin: new dms.Plugin(address, credentials, options), exchange: new dms.Exchange(address, credentials, options),
      controller: new contract.plugin.GRPCController(address, credentials, options), health: new contract.grpc.health.v1.Health(address, credentials, options),
    };
    const info = await ask(client.plugin, 'GetInfo', {}, 10);
    return { ...client, info, pid: child.pid, close };
  } catch (err) {
    await close();
    throw err;
  }
}

const alive = (child) => child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

// firstLine waits ten seconds for the handshake. Standard output is read to its end all the same: a full pipe stops the plugin.
function firstLine(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('edo-dms said nothing within 10 seconds')), 10_000);
    const done = (settle, value) => { clearTimeout(timer); settle(value); };
    child.once('error', (err) => done(reject, new Error(`edo-dms did not start: ${err.message}`)));
    child.once('exit', (code, signal) => done(reject, new Error(`edo-dms ended before its handshake (${signal ?? code}); standard error says why`)));
    createInterface({ input: child.stdout }).once('line', (line) => done(resolve, line)).on('line', () => {});
  });
}

// handshake reads CORE|APP|NETWORK|ADDRESS|PROTOCOL|CERTIFICATE and refuses whatever is not exactly what we speak.
function handshake(line) {
  const [core, app, network, address, protocol, certificate] = line.split('|');
  const refuse = (why) => { throw new Error(`the handshake of edo-dms is refused: ${why}`); };
  if (core !== '1') refuse(`it is not that of a plugin: ${JSON.stringify(line.slice(0, 80))}`);
  if (app !== '1') refuse(`it speaks version ${app} of the contract, this host 1`);
  if (protocol !== 'grpc') refuse(`it speaks ${protocol} instead of grpc`);
  if (!address || (network !== 'unix' && network !== 'tcp')) refuse(`its network is ${network}`);
  if (!certificate || certificate.length < 50) refuse('it has no certificate, so anybody could be on the other side');
  return { address: network === 'unix' ? `unix:${address}` : address, certificate: Buffer.from(pem(Buffer.from(certificate, 'base64'))) };
}

// explain gives the sentences for people: of every fault the text for the clerk, where it is, and what to do about it.
export function explain(err, lang) {
  const bytes = err.metadata?.get('grpc-status-details-bin')[0];
  if (!bytes) return [err.code === grpc.status.UNAVAILABLE && lang === 'ru' ? `Плагин не отвечает: ${err.message}` : err.message];
  const lines = [];
  for (const any of contract.google.rpc.Status.deserialize(bytes).details) {
    if (!any.type_url?.endsWith('/edokit.dms.v1.ErrorDetail')) continue;
    for (const f of dms.ErrorDetail.deserialize(any.value).faults) {
      lines.push(`${lang === 'ru' ? f.text_ru : f.text_en} [${f.reason || f.kind}]`, `  ${[f.field, f.message].filter(Boolean).join(': ')}`);
      if (f.remedy) lines.push(`  ${lang === 'ru' ? 'Что делать' : 'What to do'}: ${f.remedy}`);
    }
  }
  return lines.length ? lines : [err.message];
}
