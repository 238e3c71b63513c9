/** Zendesk: tickets, by a trigger or an automation whose JSON the user writes. */

import { concat, utf8 } from '../lib/bytes.ts'
import { freshness } from '../schemes/freshness.ts'
import { hmac } from '../schemes/hmac.ts'
import { reject, type Scheme } from '../schemes/scheme.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const SIGNATURE = 'x-zendesk-webhook-signature'
const TIMESTAMP = `${SIGNATURE}-timestamp`
/** No page names a window, nor whether a retry is signed with a new time. */
const TOLERANCE_SECONDS = 3600
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** https://developer.zendesk.com/documentation/webhooks/verifying/: time and body with nothing between them. */
const digest = hmac({
  header: SIGNATURE,
  encoding: 'base64',
  signed: ({ headers, body }) => concat(utf8(headers.get(TIMESTAMP) ?? ''), body),
  unseparated: true,
  title: `HMAC-SHA256 of time and body in ${SIGNATURE}`,
})

/** Zendesk writes its time out, where other senders count seconds. */
const scheme: Scheme = {
  ...digest,
  async verify(incoming, secrets, toleranceSeconds = TOLERANCE_SECONDS) {
    if (!incoming.headers.has(SIGNATURE)) return reject('missing')
    const time = incoming.headers.get(TIMESTAMP) ?? ''
    const at = ISO_TIME.test(time) ? Date.parse(time) : Number.NaN
    if (Number.isNaN(at)) return reject('malformed')
    const verdict = await digest.verify(incoming, secrets)
    return verdict.ok ? freshness(String(at), 'ms', incoming.now, toleranceSeconds) : verdict
  },
  async sign(outgoing, secret) {
    const time = `${new Date(outgoing.now).toISOString().slice(0, 19)}Z`
    const headers = new Headers(outgoing.headers)
    headers.set(TIMESTAMP, time)
    const proof = await digest.sign({ ...outgoing, headers }, secret)
    return { headers: { ...proof.headers, [TIMESTAMP]: time } }
  },
}

export const zendesk = defineSource({
  name: 'zendesk',
  title: 'Zendesk',
  kind: 'crm',
  scheme,
  payload: jsonObject,
  // The id of an invocation travels in a header that is not signed; the user's own JSON need not have one.
  submissions: (fields) => [{ id: null, fields }],
  sample: jsonSample(ticket, { headers: (id) => ({ 'x-zendesk-webhook-invocation-id': id }) }),
  setup: [
    'In the Admin Center open Apps and integrations, then Webhooks, and create one for “Trigger or automation”: paste {url} as the endpoint URL, with POST and JSON, and without authentication.',
    'Open the webhook, reveal its signing secret and store it as {secret}.',
    'Under Objects and rules make a trigger with the conditions you want, such as a tag that says that the person agreed, and the action “Notify active webhook”.',
    'As its JSON body write {"ticket_id":"{{ticket.id}}","name":"{{ticket.requester.name}}","phone":"{{ticket.requester.phone}}","group":"Support"}. The hook reads these members by the names you give them.',
    'Keep ticket_id in it: two equal bodies count as one event. Webhooks for Zendesk’s own events have no phone of the requester.',
  ],
  fails: ['A ticket that fires the trigger again with the same JSON counts once.'],
  example: hookExample('zendesk', {
    attested: 'The tag whatsapp_ok, which an agent sets when the person agrees',
    phone: 'phone',
    group: '{group}',
  }),
  docs: 'https://developer.zendesk.com/documentation/webhooks/anatomy-of-a-webhook-request/',
  unconfirmed: [
    'How long Zendesk waits, how often it tries again, and whether a retry is signed with a new time: one of the same time is taken for an hour.',
    'The spelling of the placeholders, and the clicks in the Admin Center.',
  ],
})

function ticket(id: string) {
  return { ticket_id: id, name: 'Asha Rao', phone: '+919800000001', group: 'Pune Batch 7' }
}
