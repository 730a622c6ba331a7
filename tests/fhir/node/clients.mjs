// One story by two clients of others: node clients.mjs BASE TOKEN PATIENT < claim.json; what each saw, as JSON.
import fs from 'node:fs';
import { Client } from 'fhir-kit-client';

globalThis.WebSocket ??= class {}; // named by Medplum, absent of Node.js 20, not used here
const { MedplumClient } = await import('@medplum/core');

const [base, token, patient] = process.argv.slice(2);
const claim = JSON.parse(fs.readFileSync(0, 'utf-8'));
const seen = {};

{
  const client = new Client({ baseUrl: base, bearerToken: token });
  const statement = await client.capabilityStatement();
  const smart = await client.smartAuthMetadata();
  const estimate = await client.operation({ resourceType: 'Claim', name: '$submit', input: claim });
  const read = await client.read({ resourceType: 'Patient', id: patient });
  let page = await client.search({ resourceType: 'ExplanationOfBenefit', searchParams: { patient, _count: 2 } });
  const ids = [];
  while (page) {
    ids.push(...page.entry.map((one) => one.resource.id));
    page = page.link.some((one) => one.relation === 'next') ? await client.nextPage({ bundle: page }) : undefined;
  }
  let refused;
  await client.read({ resourceType: 'Patient', id: 'nobody' }).catch((error) => { refused = error.response.data.resourceType; });
  seen.fhirKit = { version: statement.fhirVersion, estimate: estimate.entry.map((one) => one.resource.resourceType),
    patient: read.id, ids, refused, token: smart.tokenUrl?.href };
}
{
  const address = new URL(base);
  const client = new MedplumClient({ baseUrl: address.origin + '/', fhirUrlPath: address.pathname.slice(1), accessToken: token, fetch });
  const read = await client.readResource('Patient', patient);
  const ids = [];
  for await (const page of client.searchResourcePages('ExplanationOfBenefit', { patient, _count: 2 })) {
    ids.push(...page.map((one) => one.id));
  }
  const estimate = await client.post(client.fhirUrl('Claim', '$submit'), claim, 'application/fhir+json');
  const first = await client.searchOne('CareTeam', { patient });
  seen.medplum = { patient: read.id, ids, estimate: estimate.entry.map((one) => one.resource.resourceType), team: first.resourceType };
}
console.log(JSON.stringify(seen));
process.exit(0);
