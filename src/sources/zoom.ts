/** Zoom: who registers for a webinar or a meeting. */

import * as v from 'valibot'
import { concat, encode, hmacSign, textOf, utf8 } from '../lib/bytes.ts'
import { hmac, timestampThenBody } from '../schemes/hmac.ts'
import type { Incoming } from '../schemes/scheme.ts'
import {
  answer,
  answers,
  idText,
  listOf,
  membersOf,
  onlyEvent,
  optionalText,
  skipped,
} from './shared/payload.ts'
import { hookExample, sampleAnswers } from './shared/sample.ts'
import { defineSource, type FormFields, type Submission } from './source.ts'

/** No page names a window. Its third retry comes two hours after the first try, perhaps with the same time. */
const TOLERANCE_SECONDS = 3 * 3600
const VALIDATION = 'endpoint.url_validation'
const REGISTRATION = /^(?:webinar|meeting)\.registration_(?:created|approved)$/
/** Of a token nothing else is signed: `v0:<time>:<body>` in its place would be a forged event, signed by us. */
const PLAIN_TOKEN = /^[A-Za-z0-9_-]{8,64}$/

const validation = v.object({
  event: v.literal(VALIDATION),
  payload: v.object({ plainToken: v.pipe(v.string(), v.regex(PLAIN_TOKEN)) }),
})

const id = v.union([v.string(), v.number()])

const registration = v.object({
  event: v.string(),
  payload: v.object({
    object: v.object({
      id,
      topic: optionalText,
      start_time: optionalText,
      registrant: v.looseObject({
        id: v.pipe(v.string(), v.nonEmpty()),
        status: optionalText,
        custom_questions: listOf({ title: optionalText, value: v.optional(v.unknown()) }),
      }),
    }),
  }),
})

type Registration = v.InferOutput<typeof registration>

const scheme = hmac({
  header: 'x-zm-signature',
  prefix: 'v0=',
  encoding: 'hex',
  signed: (parts) => {
    const signed = timestampThenBody(':')(parts)
    return signed === null ? null : concat(utf8('v0:'), signed)
  },
  timestamp: { header: 'x-zm-request-timestamp', toleranceSeconds: TOLERANCE_SECONDS },
})

export const zoom = defineSource({
  name: 'zoom',
  title: 'Zoom',
  kind: 'calendar',
  scheme,
  payload: onlyEvent('event', REGISTRATION, registration),
  submissions: (event) => [
    'other' in event ? skipped(`${event.other} adds no person`) : submission(event.ours),
  ],
  handshake: answerValidation,
  sample: ({ fields, id: sample, now }) => ({
    body: JSON.stringify(registered(sample, now, Object.fromEntries(sampleAnswers(fields)))),
    contentType: 'application/json; charset=utf-8',
  }),
  setup: [
    'At marketplace.zoom.us, signed in as the webinar’s owner or an admin, choose Develop, then Build App, and a General App.',
    'On its Access page copy the secret token and store it as {secret}. Deploy before you go on: Zoom checks the address.',
    'On the same page switch event subscriptions on, add one, paste {url} as the endpoint, and choose “Webinar Registration Created” and “… Approved” (for meetings theirs).',
    'Press Validate: Usher answers it. Save, and finish the app under Local Test; it need not be published.',
    'In the webinar’s registration settings tick the question Phone, and add a custom question for the consent, such as whatsapp_ok. The hook reads answers by the question’s title, and knows name, first_name, last_name, email, phone and topic beside them.',
  ],
  fails: [
    'Zoom waits 3 seconds, and takes 200 or 204.',
    'It tries again three times, within about two hours.',
    'It checks the address again every few days: a hook that is gone, or has no secret, is switched off.',
  ],
  example: hookExample('zoom', { field: 'whatsapp_ok', phone: 'phone', group: '{topic}' }),
  docs: 'https://developers.zoom.us/docs/api/webhooks/',
  unconfirmed: [
    'Whether a retry is signed with a new time: one of the same time is taken for three hours.',
    'Whether a registrant that is approved by hand keeps the id with which it was created: if not, only the person and the group tell the two apart.',
    'How often the address is checked again; 72 hours have been named.',
  ],
})

/** Created and approved are one event: who waits for approval joins when it is given. */
function submission({ event, payload: { object } }: Registration): Submission<FormFields> {
  const { registrant } = object
  if (event.endsWith('created') && registrant.status === 'pending') {
    return skipped('a registration that waits for approval')
  }
  const webinar = idText(object.id)
  return {
    id: webinar === null ? null : `${webinar} ${registrant.id}`,
    fields: fieldsOf(object, webinar),
  }
}

function fieldsOf(object: Registration['payload']['object'], webinar: string | null): FormFields {
  const { custom_questions, id: _, status, ...own } = object.registrant
  const name = [own.first_name, own.last_name].filter(Boolean)
  return answers(
    membersOf(own),
    name.length === 0 ? [] : [['name', name.join(' ')]],
    membersOf({ topic: object.topic, start_time: object.start_time, event_id: webinar }),
    custom_questions.map(({ title, value }) => [title ?? '', answer(value)]),
  )
}

/**
 * Zoom asks for an HMAC of a token of its choice, under the very key that signs events. Only who proves to be Zoom is
 * answered, and only a token that cannot be an event.
 * https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint
 */
async function answerValidation(
  incoming: Incoming,
  secrets: readonly string[],
): Promise<Response | null> {
  if (incoming.method !== 'POST') return null
  const asked = v.safeParse(v.pipe(v.string(), v.parseJson(), validation), textOf(incoming.body))
  if (!asked.success) return null
  const { plainToken } = asked.output.payload
  for (const secret of secrets) {
    const verdict = await scheme.verify(incoming, [secret])
    if (!verdict.ok) continue
    const mac = await hmacSign('SHA-256', utf8(secret), utf8(plainToken))
    return Response.json({ plainToken, encryptedToken: encode(mac, 'hex') })
  }
  return null
}

function registered(id: string, now: number, given: Readonly<Record<string, string>>) {
  const { name = '', phone, ...asked } = given
  const [first_name = '', ...rest] = name.split(' ')
  return {
    event: 'webinar.registration_created',
    event_ts: now,
    payload: {
      account_id: 'UsherSample',
      object: {
        id: '97000000001',
        uuid: 'UsherSample==',
        topic: given.topic ?? 'Webinar May',
        type: 5,
        start_time: new Date(now).toISOString(),
        timezone: 'Asia/Kolkata',
        registrant: {
          id,
          first_name,
          last_name: rest.join(' '),
          email: 'asha@example.com',
          phone,
          status: 'approved',
          custom_questions: Object.entries(asked).map(([title, value]) => ({ title, value })),
        },
      },
    },
  }
}
