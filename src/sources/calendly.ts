/** Calendly: one event for each person who books a meeting. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import {
  answer,
  answers,
  firstGiven,
  listOf,
  membersOf,
  onlyEvent,
  optionalText,
  skipped,
} from './shared/payload.ts'
import { jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const EVENT = 'invitee.created'
/** The vendor's own sample and every receiver seen use three minutes. */
const TOLERANCE_SECONDS = 180

const booking = v.object({
  payload: v.object({
    uri: v.pipe(v.string(), v.nonEmpty()),
    name: optionalText,
    first_name: optionalText,
    last_name: optionalText,
    email: optionalText,
    timezone: optionalText,
    text_reminder_number: optionalText,
    old_invitee: optionalText,
    payment: v.nullish(v.object({ successful: v.nullish(v.boolean()) })),
    questions_and_answers: listOf({ question: v.string(), answer: v.optional(v.unknown()) }),
    tracking: v.nullish(v.record(v.string(), v.unknown()), {}),
    scheduled_event: v.nullish(
      v.object({
        name: optionalText,
        start_time: optionalText,
        location: v.nullish(v.object({ type: optionalText, location: v.optional(v.unknown()) })),
      }),
    ),
  }),
})

/** The invitee is called: the number is theirs. Of an `inbound_call` it is the host's. */
const CALLED = 'outbound_call'

const OWN_NAMES = [
  'name',
  'first_name',
  'last_name',
  'email',
  'timezone',
  'text_reminder_number',
] as const

/** What the fields say of the meeting. */
const OF_EVENT: readonly string[] = ['event', 'start_time']

export const calendly = defineSource({
  name: 'calendly',
  title: 'Calendly',
  kind: 'calendar',
  scheme: hmac({
    header: 'Calendly-Webhook-Signature',
    encoding: 'hex',
    timestamp: { pair: 't', signature: 'v1', toleranceSeconds: TOLERANCE_SECONDS },
  }),
  payload: onlyEvent('event', EVENT, booking),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} adds no person`)]
    const { payload } = event.ours
    // Moving a meeting cancels one invitee and creates another, who is the same person and had an invite at the first.
    if (payload.old_invitee != null) return [skipped('a booking moved to another time')]
    if (payload.payment?.successful === false) return [skipped('a booking that was not paid')]
    // A delivery has no id of its own.
    return [{ id: `${EVENT} ${payload.uri}`, fields: fieldsOf(payload) }]
  },
  sample: ({ fields, id, now }) => {
    const time = new Date(now).toISOString()
    const given = Object.fromEntries(sampleAnswers(fields))
    const own: readonly string[] = OWN_NAMES
    const asked = Object.entries(given).filter(
      ([name]) => !own.includes(name) && !OF_EVENT.includes(name) && !name.startsWith('utm_'),
    )
    const uri = `https://api.calendly.com/scheduled_events/${id}`
    return jsonBody({
      event: EVENT,
      created_at: time,
      created_by: 'https://api.calendly.com/users/AAAA',
      payload: {
        uri: `${uri}/invitees/${id}`,
        event: uri,
        status: 'active',
        email: 'asha@example.com',
        timezone: 'Asia/Kolkata',
        text_reminder_number: given.phone,
        ...Object.fromEntries(Object.entries(given).filter(([name]) => own.includes(name))),
        questions_and_answers: asked.map(([question, answer], position) => ({
          question,
          answer,
          position,
        })),
        tracking: Object.fromEntries(
          Object.entries(given).filter(([name]) => name.startsWith('utm_')),
        ),
        scheduled_event: {
          uri,
          name: given.event ?? 'Discovery call',
          status: 'active',
          start_time: given.start_time ?? time,
          location: { type: CALLED, location: given.phone },
        },
        rescheduled: false,
        old_invitee: null,
        new_invitee: null,
        created_at: time,
        updated_at: time,
      },
    })
  },
  setup: [
    'Calendly makes webhooks only through its API, on a paid plan. In Calendly open Integrations, then API and webhooks, and create a personal access token.',
    'Find your own address and your organization’s: curl https://api.calendly.com/users/me -H "Authorization: Bearer TOKEN" shows them as uri and current_organization.',
    'Make the webhook: curl -X POST https://api.calendly.com/webhook_subscriptions -H "Authorization: Bearer TOKEN" -H "Content-Type: application/json" -d \'{"url":"{url}","events":["invitee.created"],"organization":"ORGANIZATION_URI","user":"USER_URI","scope":"user","signing_key":"SECRET"}\' with the value of {secret} in place of SECRET. Without signing_key Calendly does not sign, and nothing gets in.',
    'Ask for the WhatsApp number and the consent as questions of the event type: the hook reads answers by the question’s text, and knows name, email, utm_*, event (the meeting’s name) and start_time beside them. Without a question of that name, phone is the number for text reminders, or that on which the invitee is to be called.',
  ],
  fails: [
    'Calendly tries again for a day, ever more seldom. Then it disables the webhook, and you make a new one.',
  ],
  docs: 'https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures',
  unconfirmed: [
    'How a phone is written in text_reminder_number.',
    'How several ticked options are joined in one answer.',
    'How long Calendly waits for an answer, and whether a retry is signed with a new time. If it is not, give the hook a tolerance of 86400 seconds: retries go on for a day.',
  ],
})

function fieldsOf(payload: v.InferOutput<typeof booking>['payload']) {
  const { questions_and_answers: asked, scheduled_event: event, text_reminder_number } = payload
  const called = event?.location?.type === CALLED ? event.location.location : null
  const own = asked.find(({ question }) => question.trim() === 'phone')?.answer
  return answers(
    OWN_NAMES.map((name) => [name, payload[name] ?? null]),
    membersOf(payload.tracking),
    [['phone', firstGiven(own, text_reminder_number, called)]],
    asked.map((one) => [one.question, answer(one.answer)]),
    event ? membersOf({ event: event.name, start_time: event.start_time }) : [],
  )
}
