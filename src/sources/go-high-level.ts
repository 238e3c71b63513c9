/** GoHighLevel (HighLevel, LeadConnector): the webhooks of a marketplace app. */

import * as v from 'valibot'
import { goHighLevelSignature, SAMPLE_LOCATION } from './go-high-level-signature.ts'
import { titledIn, withAnswers } from './shared/answers.ts'
import { hookExample } from './shared/example.ts'
import { optionalText } from './shared/json-object.ts'
import { ANSWERS, jsonSample } from './shared/paths.ts'
import { defineSource } from './source.ts'

/** Of contacts and the like, and of the app itself, which is installed once and not by a person who joins. */
const NOBODY_JOINS = /Delete$|^(?:UN)?INSTALL$/
/** Do-not-disturb that is on: the contact, or HighLevel for good, does not want messages. */
const ON = new Set(['active', 'permanent'])

/** Of orders and invoices. */
const SALE = /^(?:Order|Invoice)/
const PAID = new Set(['completed', 'paid', 'processing', 'fulfilled'])

const contact = {
  dnd: v.nullish(v.boolean()),
  dndSettings: v.nullish(
    v.looseObject({ WhatsApp: v.nullish(v.looseObject({ status: optionalText })) }),
  ),
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
  if (type && NOBODY_JOINS.test(type)) return `${type} adds no person`
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
