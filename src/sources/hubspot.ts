/** HubSpot: the webhooks of an app, up to 100 events in one request, and the action “Send a webhook” of a workflow. */

import * as v from 'valibot'
import { type Bytes, concat, digest, encode, equalInConstantTime, utf8 } from '../lib/bytes.ts'
import { hmac, isJson, type SignedParts } from '../schemes/hmac.ts'
import { type Incoming, reject, type Scheme, VERIFIED, type Verdict } from '../schemes/scheme.ts'
import { refuseSecret } from '../schemes/secret.ts'
import { token } from '../schemes/token.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonBody, jsonSample, serial, withPaths } from './shared/sample.ts'
import { defineSource } from './source.ts'

const V3_HEADER = 'X-HubSpot-Signature-v3'
const TIME_HEADER = 'X-HubSpot-Request-Timestamp'
const HASH_HEADER = 'X-HubSpot-Signature'
const VERSION_HEADER = 'X-HubSpot-Signature-Version'

const SHA256_HEX = /^[0-9a-f]{64}$/i

/** The escapes that HubSpot undoes in the URI, and no others, before it signs a v3 request. */
const ESCAPED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi

const v3 = hmac({
  header: V3_HEADER,
  encoding: 'base64',
  signed: ({ method, url, body, timestamp }: SignedParts) =>
    concat(utf8(method + unescapeUri(url)), body, utf8(timestamp)),
  unseparated: true,
  timestamp: { header: TIME_HEADER, unit: 'ms' },
})

/**
 * Signs v3. Older requests, and those of workflows, have only `X-HubSpot-Signature`; it counts only
 * where v3 is absent, so that a stale or forged v3 cannot be talked past with what stands beside it.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
export const hubspotSignature: Scheme = {
  title: `HMAC-SHA256 in ${V3_HEADER}, or SHA-256 in ${HASH_HEADER} where that is absent`,
  refuseSecret: (secret) => refuseSecret(secret),
  // A client secret is spelt like a UUID.
  newSecret: () => crypto.randomUUID(),
  verify: (incoming, secrets, toleranceSeconds) =>
    incoming.headers.has(V3_HEADER)
      ? v3.verify(incoming, secrets, toleranceSeconds)
      : verifyHash(incoming, secrets),
  sign: v3.sign,
}

/** Whether a request claims to be signed by HubSpot, in any version. */
function hasHubspotSignature(headers: Headers): boolean {
  return headers.has(V3_HEADER) || headers.has(HASH_HEADER)
}

function unescapeUri(uri: string): string {
  return uri.replaceAll(ESCAPED, decodeURIComponent)
}

async function verifyHash(incoming: Incoming, secrets: readonly string[]): Promise<Verdict> {
  const claim = incoming.headers.get(HASH_HEADER)
  if (claim === null) return reject('missing')
  const prefix = hashedPrefix(incoming)
  if (prefix === null || !SHA256_HEX.test(claim)) return reject('malformed')
  // A plain hash can be carried on past its end without the secret, over bytes that begin with SHA-256's padding (0x80), which
  // is no UTF-8; and a v2 request can be sent as v1 with its method and URI as the beginning of the body.
  if (incoming.body.length > 0 && !isJson(incoming.body)) return reject('mismatch')
  let matched = false
  for (const secret of secrets) {
    if (refuseSecret(secret) !== null) continue
    const hash = await digest('SHA-256', concat(utf8(secret), prefix, incoming.body))
    if (await equalInConstantTime(encode(hash, 'hex'), claim.toLowerCase())) matched = true
  }
  return matched ? VERIFIED : reject('mismatch')
}

/** What stands between the secret and the body: nothing in v1, method and URI in v2. */
function hashedPrefix({ headers, method, url }: Incoming): Bytes | null {
  const version = headers.get(VERSION_HEADER)
  if (version === 'v1') return utf8('')
  return version === 'v2' ? utf8(method + url) : null
}

const NOT_JOINING = /\.(?:deletion|privacyDeletion)$/i

const idPart = v.union([v.number(), v.string()])

const event = v.looseObject({
  portalId: idPart,
  subscriptionId: idPart,
  eventId: idPart,
  occurredAt: idPart,
  /** Missing where two objects are associated; those are `fromObjectId` and `toObjectId`. */
  objectId: v.optional(idPart),
  fromObjectId: v.optional(idPart),
  toObjectId: v.optional(idPart),
  /** The vendor's table says `eventType`, its samples say `subscriptionType`. */
  subscriptionType: v.optional(v.string()),
  eventType: v.optional(v.string()),
})

export const hubspot = defineSource({
  name: 'hubspot',
  title: 'HubSpot',
  kind: 'crm',
  scheme: hubspotSignature,
  payload: v.pipe(v.array(event), v.nonEmpty()),
  submissions: (events) =>
    events.map((fields) => {
      const { portalId, subscriptionId, eventId, occurredAt } = fields
      const object = fields.objectId ?? `${fields.fromObjectId ?? ''}>${fields.toObjectId ?? ''}`
      const type = fields.subscriptionType ?? fields.eventType ?? ''
      return {
        // HubSpot says itself that `eventId` is not unique, and `attemptNumber` changes with every retry.
        id: [portalId, subscriptionId, eventId, object, occurredAt].join(':'),
        fields,
        skip: NOT_JOINING.test(type) ? `${type} adds no person` : null,
      }
    }),
  sample: ({ fields, id, now }) => jsonBody([withPaths(phoneChange(id, now), fields)]),
  setup: [
    'In the webhook settings of your HubSpot app (for an app made of files: its webhooks file) set the target URL to {url}, without a query string.',
    'Subscribe to changes of the contact property phone or mobilephone (contact.propertyChange or object.propertyChange): other events carry ids only, no number.',
    'Copy the app’s client secret from its Auth page and store it as {secret}.',
    'If the hook is not reached under the address HubSpot was given (a proxy, a custom domain), set publicUrl in src/config.ts: HubSpot signs the address.',
    'To send a whole contact from a workflow, use the source hubspotWorkflow instead.',
  ],
  fails: [
    'HubSpot waits 5 seconds.',
    'It tries again up to ten times within a day, whatever the error was.',
  ],
  example: hookExample('hubspot', {
    attested: 'Asked by our team before the number is entered',
    when: "(event) => event.propertyName === 'phone'",
    phone: 'propertyValue',
    group: 'Customers',
  }),
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks',
  unconfirmed: [
    'Whether a retry is signed afresh: when retries are refused as stale, give the hook a larger tolerance.',
    'How HubSpot signs escapes in the URL other than those it lists, such as %20.',
  ],
})

function phoneChange(id: string, now: number) {
  return {
    appId: 54001,
    attemptNumber: 0,
    changeSource: 'CRM_UI',
    eventId: serial(id),
    objectId: serial(`contact of ${id}`),
    objectTypeId: '0-1',
    occurredAt: now,
    portalId: 6200001,
    propertyName: 'phone',
    propertyValue: '+91 98000 00001',
    sourceId: 'userId:1',
    subscriptionId: 120001,
    subscriptionType: 'contact.propertyChange',
  }
}

/** Either proof will do, as the author of the workflow chose: an API key in a header, or HubSpot's signature. */
const workflowScheme: Scheme = {
  ...token,
  title: `${token.title}, or HubSpot's signature`,
  async verify(incoming, secrets, toleranceSeconds) {
    const shown = await token.verify(incoming, secrets)
    if (shown.ok || !hasHubspotSignature(incoming.headers)) return shown
    return hubspotSignature.verify(incoming, secrets, toleranceSeconds)
  },
}

/** The action sends one contact, or a body of the workflow author's own. */
export const hubspotWorkflow = defineSource({
  name: 'hubspotWorkflow',
  title: 'HubSpot workflow',
  kind: 'crm',
  scheme: workflowScheme,
  // A contact record (`properties.phone.value`), plain properties (`properties.phone`), or the keys the author chose.
  payload: jsonObject,
  submissions: (fields) => [{ id: null, fields }],
  sample: jsonSample(contact),
  setup: [
    'In the workflow add the action “Send a webhook”, with the method POST and {url} as the webhook URL.',
    'For authentication choose an API key in the request header: the name x-usher-secret and, as its value, the value of {secret}.',
    'Or choose the request signature and an app of yours: then store the app’s client secret as {secret}.',
    'Send all properties (the number is then properties.phone.value) or customize the body with keys such as phone and group.',
    'Add the record’s id to a customized body: two people whose bodies are equal count as one event sent twice.',
    'Usher must be reached under the very address given to HubSpot when the signature is used: set publicUrl behind a proxy.',
  ],
  fails: [
    'HubSpot waits 30 seconds.',
    'It tries again for three days after 429 and 5xx; after any other 4xx, such as a wrong secret, it does not.',
  ],
  example: hookExample('hubspotWorkflow', {
    attested: 'The workflow enrols only contacts who agreed',
    phone: 'properties.phone.value',
    group: 'Customers in {properties.city.value}',
  }),
  docs: 'https://knowledge.hubspot.com/workflows/how-do-i-use-webhooks-with-hubspot-workflows',
  unconfirmed: [
    'Whether a retry sends the same bytes: with a body that changes from try to try, only the person and the group tell repeats apart.',
  ],
})

function contact(id: string, now: number) {
  const said = (value: string) => ({
    value,
    versions: [{ value, 'source-type': 'FORM', timestamp: now }],
  })
  return {
    vid: serial(id),
    'portal-id': 6200001,
    'is-contact': true,
    properties: {
      firstname: said('Asha'),
      lastname: said('Rao'),
      email: said('asha@example.com'),
      phone: said('+91 98000 00001'),
      city: said('Pune'),
      lifecyclestage: said('customer'),
    },
    'form-submissions': [],
    'list-memberships': [],
    'identity-profiles': [],
  }
}
