/** GoHighLevel (HighLevel, LeadConnector): the webhooks of a marketplace app. */

import * as v from 'valibot'
import { type Bytes, decode, encode, textOf } from '../lib/bytes.ts'
import type { SignatureFault } from '../lib/problem.ts'
import {
  ED25519_SIGNATURE_BYTES,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  isLowOrder,
  newEd25519Key,
  readEd25519Key,
} from '../schemes/ed25519.ts'
import { isRsaPublicKey, rsaVerify } from '../schemes/rsa.ts'
import { reject, type Scheme, VERIFIED } from '../schemes/scheme.ts'
import { optionalObject, optionalText, titledIn, withAnswers } from './shared/payload.ts'
import { ANSWERS, hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const HEADER = 'X-GHL-Signature'
const LEGACY_HEADER = 'x-wh-signature'
/** What has been seen in place of no signature. */
const NONE = 'N/A'
/** A signature of RSA-4096 has 684 characters. */
const MAX_HEADER_LENGTH = 1024
const LOCATION = /^[A-Za-z0-9_-]{4,64}$/
/** An account has one Ed25519 and one RSA key; more are there while HighLevel changes them. */
const MAX_KEYS = 4

/** The location of the samples, and of the secrets that are made here to sign them. */
export const SAMPLE_LOCATION = 'UsherSampleLocation1'

/** An invoice says `altId` where other events say `locationId`. */
const located = v.object({
  locationId: v.nullish(v.string()),
  altId: v.nullish(v.string()),
  altType: v.nullish(v.string()),
})

/**
 * A secret is the location's id and then HighLevel's public keys, with spaces between. One key signs the events of all
 * of HighLevel's customers: without the location, any other app there could send here.
 * A private key in the public one's place signs as well: for the sandbox, since HighLevel's is not ours.
 * https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide
 */
export const goHighLevelSignature: Scheme = {
  title: `Ed25519 in ${HEADER}, or RSA-SHA256 in ${LEGACY_HEADER} where that is absent`,
  refuseSecret: (secret) => {
    const read = readSecret(secret)
    return typeof read === 'string' ? read : null
  },
  newSecret: () => `${SAMPLE_LOCATION} ${encode(newEd25519Key(), 'base64')}`,

  async verify({ headers, body }, secrets) {
    const claim = readClaim(headers)
    if (typeof claim === 'string') return reject(claim)
    for (const secret of secrets) {
      const read = readSecret(secret)
      if (typeof read === 'string') continue
      for (const key of read.keys) {
        // Nothing here is secret, so the time taken may tell. The body is parsed once it is known to be HighLevel's.
        if ((await verifyOne(key, claim, body)) && locationOf(body) === read.location) {
          return VERIFIED
        }
      }
    }
    return reject('mismatch')
  },

  async sign({ body }, secret) {
    const read = readSecret(secret)
    if (typeof read === 'string') throw new TypeError(`The secret ${read}`)
    const key = read.keys.find(({ kind }) => kind === 'seed')
    if (key === undefined) throw new TypeError('Only HighLevel itself can sign for its public key')
    if (locationOf(body) !== read.location) {
      throw new TypeError(`The body is not of the location ${read.location}`)
    }
    return { headers: { [HEADER]: encode(await ed25519Sign(key.bytes, body), 'base64') } }
  },
}

interface HighLevelKey {
  readonly kind: 'public' | 'seed' | 'rsa'
  readonly bytes: Bytes
}

interface Secret {
  readonly location: string
  readonly keys: readonly HighLevelKey[]
}

/** What a secret spells, or why it spells nothing. */
function readSecret(secret: string): Secret | string {
  const [location = '', ...texts] = secret.split(' ')
  if (!LOCATION.test(location) || texts.length === 0 || texts.length > MAX_KEYS) {
    return 'is not a location’s id and then HighLevel’s public key, with a space between'
  }
  const keys = texts.map(readKey)
  const flaw = keys.find((key) => typeof key === 'string')
  return flaw ?? { location, keys: keys.filter((key) => typeof key !== 'string') }
}

function readKey(text: string): HighLevelKey | string {
  const der = decode(text, 'base64')
  const key = der === null ? null : readEd25519Key(der)
  if (key !== null) {
    const isWeak = key.kind === 'public' && isLowOrder(key.bytes)
    return isWeak ? 'has a public key with which anyone can sign' : key
  }
  return der !== null && isRsaPublicKey(der)
    ? { kind: 'rsa', bytes: der }
    : 'has a key that is neither Ed25519 nor RSA: it starts with MCow or MIIC, without line breaks'
}

interface HighLevelClaim {
  readonly isLegacy: boolean
  readonly signature: Bytes
}

/** The older header counts only where the newer one is absent, so that none is talked past with what stands beside it. */
function readClaim(headers: Headers): HighLevelClaim | SignatureFault {
  const value = shown(headers.get(HEADER))
  const text = value ?? shown(headers.get(LEGACY_HEADER))
  if (text === null) return 'missing'
  const signature = text.length > MAX_HEADER_LENGTH ? null : decode(text, 'base64')
  const isLegacy = value === null
  if (signature === null) return 'malformed'
  if (!isLegacy && signature.length !== ED25519_SIGNATURE_BYTES) return 'malformed'
  return { isLegacy, signature }
}

function shown(value: string | null): string | null {
  return value === NONE ? null : value
}

/** A signature belongs to a kind of key. */
async function verifyOne(
  key: HighLevelKey,
  { isLegacy, signature }: HighLevelClaim,
  body: Bytes,
): Promise<boolean> {
  if (isLegacy) return key.kind === 'rsa' && rsaVerify(key.bytes, signature, body)
  if (key.kind === 'rsa') return false
  const publicKey = key.kind === 'seed' ? await ed25519PublicKey(key.bytes) : key.bytes
  return ed25519Verify(publicKey, signature, body)
}

function locationOf(body: Bytes): string | null {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), located), textOf(body))
  if (!parsed.success) return null
  const { locationId, altId, altType } = parsed.output
  return locationId ?? (altType === 'location' ? (altId ?? null) : null)
}

/** Of contacts and the like, and of the app itself, which is installed once and not by a person who joins. */
const NOT_JOINING = /Delete$|^(?:UN)?INSTALL$/
/** Do-not-disturb that is on: the contact, or HighLevel for good, does not want messages. */
const ON = new Set(['active', 'permanent'])

/** Of orders and invoices. */
const SALE = /^(?:Order|Invoice)/
const PAID = new Set(['completed', 'paid', 'processing', 'fulfilled'])

const contact = {
  dnd: v.nullish(v.boolean()),
  dndSettings: optionalObject({ WhatsApp: optionalObject({ status: optionalText }) }),
}

const event = v.looseObject({
  // Missing in HighLevel's own sample of a paid invoice.
  type: optionalText,
  webhookId: optionalText,
  locationId: optionalText,
  status: optionalText,
  /** Fields of one's own, as `{ id, value }`. */
  customFields: v.optional(v.unknown()),
  ...contact,
  /** The buyer as an order knows them. */
  contactSnapshot: v.nullish(v.looseObject(contact)),
})

type HighLevelEvent = v.InferOutput<typeof event>

export const goHighLevel = defineSource({
  name: 'goHighLevel',
  title: 'GoHighLevel',
  kind: 'crm',
  scheme: goHighLevelSignature,
  payload: event,
  submissions: (event) => {
    const skip = reasonToSkip(event)
    const fields = withAnswers(event, titledIn(event.customFields, 'id'))
    // Without an id of its own an event is known by all that it says.
    return [{ id: event.webhookId || null, fields, skip }]
  },
  // The only status after which HighLevel tries again.
  busyStatus: 429,
  sample: jsonSample(createdContact, { answers: ANSWERS }),
  example: hookExample('goHighLevel', {
    when: "({ type }) => type === 'ContactCreate'",
    phone: 'phone',
    group: 'Clinic {city}',
    fields: { city: "v.nullish(v.string(), 'Anywhere')" },
  }),
  setup: [
    'If you are an agency that builds workflows, use the source goHighLevelWorkflow: it needs no app.',
    'In the developer marketplace open your app, then Advanced Settings, then Webhooks, and paste {url} as the webhook URL.',
    'Switch on ContactCreate or ContactTagUpdate, or OrderCreate and OrderStatusUpdate for a shop: an order is skipped until it is paid. Opportunities and appointments carry ids only, no number.',
    'Copy HighLevel’s public Ed25519 key from its webhook guide: the line that starts with MCow.',
    'Store as {secret} the id of your location (sub-account), one space, and that key. HighLevel signs for all of its customers with one key: the location’s id keeps the others out. Further locations go on further lines.',
    'Where events still come with x-wh-signature only, add a space and the older RSA key (it starts with MIIC), all in one line.',
    'The number is phone, of an order contactSnapshot.phone. Fields of your own are read by their id, as answers.BatchOfTheContact001. Tags are always the whole list, not the one that was added.',
    'Contacts with do-not-disturb on, in general or for WhatsApp, are skipped.',
  ],
  docs: 'https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide',
  fails: [
    'HighLevel tries again only when it is answered 429: up to six times, ten minutes apart. Usher answers 429 while it is in trouble.',
    'After any other failure, also when Usher cannot be reached at all, the event is lost to Usher.',
  ],
  phoneless:
    'Opportunities and appointments carry the contact’s id only. Let a workflow with the action “Custom Webhook” send the contact’s phone, to a hook of the source goHighLevelWorkflow.',
  unconfirmed: [
    'Which statuses an order can have: completed, paid, processing and fulfilled are taken for paid, any other is skipped.',
    'When HighLevel stops to send x-wh-signature: its pages say 1 July 2026 or 1 September 2026, and its own package says that it already has.',
    'Whether a retry has a new timestamp: so the time in the body is not looked at, and what comes again is known by its webhookId.',
    'How long HighLevel waits for an answer.',
  ],
})

function reasonToSkip(fields: HighLevelEvent): string | null {
  const { type, contactSnapshot } = fields
  if (type && NOT_JOINING.test(type)) return `${type} adds no person`
  if (type && SALE.test(type) && fields.status && !PAID.has(fields.status)) {
    return `${type} with the status ${fields.status}`
  }
  const isOn = [fields, contactSnapshot].some(
    (person) => person?.dnd === true || ON.has(person?.dndSettings?.WhatsApp?.status ?? ''),
  )
  return isOn ? 'the contact does not want to be disturbed' : null
}

function createdContact(id: string, now: number, asked: readonly (readonly [string, string])[]) {
  const at = new Date(now).toISOString()
  return {
    type: 'ContactCreate',
    locationId: SAMPLE_LOCATION,
    id: `contact-${id}`,
    firstName: 'Asha',
    lastName: 'Rao',
    name: 'Asha Rao',
    email: 'asha@example.com',
    phone: '+919800000001',
    country: 'IN',
    city: 'Pune',
    source: 'landing page',
    tags: ['webinar', 'pune'],
    dnd: false,
    dndSettings: { WhatsApp: { status: 'inactive' } },
    customFields: [
      ...asked.map(([field, value]) => ({ id: field, value })),
      { id: 'BatchOfTheContact001', value: '7' },
    ],
    dateAdded: at,
    timestamp: at,
    webhookId: id,
  }
}
