#!/usr/bin/env node
// npm ci without npm, whose Debian package brings hundreds of others: fetches what package-lock.json names, compares each
// with its digest and unpacks it into node_modules. No script of any package runs. npm_config_registry names a mirror.
//
//   node fetch.mjs [FOLDER]     the folder of package-lock.json; without it the one of this file
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = process.argv[2] ?? dirname(fileURLToPath(import.meta.url)), target = join(here, 'node_modules');
const registry = (process.env.npm_config_registry || 'https://registry.npmjs.org').replace(/\/+$/, '');
const { packages } = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8'));
const fresh = mkdtempSync(join(here, '.fetched-')); // whole or not at all
try {
  for (const [path, { version, integrity }] of Object.entries(packages)) {
    if (!path) continue; // this folder itself
    const name = path.split('node_modules/').at(-1), tarball = `${registry}/${name}/-/${basename(name)}-${version}.tgz`;
    const answer = await fetch(tarball, { signal: AbortSignal.timeout(60_000) });
    if (!answer.ok) throw new Error(`${tarball}: ${answer.status} ${answer.statusText}`);
    const bytes = Buffer.from(await answer.arrayBuffer()), [algorithm, digest] = integrity.split(/-(.*)/s);
    if (createHash(algorithm).update(bytes).digest('base64') !== digest) throw new Error(`${tarball} is not what package-lock.json says`);
    const folder = join(fresh, path);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xz', '--strip-components=1', '-C', folder], { input: bytes });
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(join(fresh, 'node_modules'), target);
  console.log(`${Object.keys(packages).length - 1} packages in ${target}`);
} catch (err) {
  console.error(`${err.message}${err.cause ? `: ${err.cause.message}` : ''}`);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
