/** Any sender of Standard Webhooks: Svix and those that follow the specification. */

import { standardWebhooks as scheme, standardHeaders } from '../schemes/standard-webhooks.ts'
import { jsonObject } from './shared/payload.ts'
import { jsonBody, sampleInvite } from './shared/sample.ts'
import { defineSource } from './source.ts'

export const standardWebhooks = defineSource({
  name: 'standardWebhooks',
  title: 'Standard Webhooks',
  kind: 'automation',
  scheme,
  payload: jsonObject,
  // The body as it is, be it bare or in the recommended `{ type, timestamp, data }`: a mapping says which it reads.
  // The id is under the signature, and the same on every retry.
  submissions: (fields, headers) => [{ id: idIn(headers), fields }],
  readsAnswer: true,
  speaksInvite: true,
  sample: ({ fields, id }) => jsonBody(sampleInvite(fields, id)),
  setup: [
    'Where the sender lists its webhooks or endpoints, add one and paste {url}.',
    'Copy its signing secret, which starts with whsec_ or v1,whsec_ (or its public key, whpk_), and store it as {secret}.',
    'Secrets that Polar made before 8 September 2026 are a text and not base64: store whsec_ and the base64 of the whole secret, as printf %s "SECRET" | base64 writes it.',
    'Your own program signs with any Standard Webhooks library and may send {"groupName":"Webinar May","contacts":["919800000001"],"create":true}. For any other body the hook has `fields` that read it from the top: members of an envelope are under `data`.',
  ],
  fails: [
    'The specification asks for retries over days, ever more seldom; the sender’s own page has its schedule.',
  ],
  example: `hook({
  source: standardWebhooks,
  country: 'IN',
  consent: { attested: 'Our own lists; all people on them agreed to join' },
})`,
  docs: 'https://www.standardwebhooks.com/',
})

/** That of the family which was verified. Where none is complete nothing was, and the id names no more than a preview. */
function idIn(headers: Headers): string | null {
  return standardHeaders(headers)?.id ?? headers.get('webhook-id')
}
