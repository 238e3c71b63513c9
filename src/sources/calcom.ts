/** Cal.com: one event for each booking. */

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

const EVENT = 'BOOKING_CREATED'
/** “Ping test” sends a booking of these two, without a phone. */
const TEST = v.object({ type: v.literal('Test'), title: v.literal('Test trigger event') })

/** `value` is missing where the question was not asked. */
const responses = v.nullish(
  v.record(
    v.string(),
    v.nullish(v.object({ label: v.nullish(v.string(), ''), value: v.optional(v.unknown()) })),
  ),
  {},
)

/** The answer to where the meeting is. The attendee's own number has this name, the host's another: `userPhone`. */
const attendeeCalled = v.object({ value: v.literal('phone'), optionValue: v.string() })

/** With any other status the booking waits or was declined. */
const ACCEPTED = 'ACCEPTED'

const booking = v.object({
  createdAt: v.pipe(v.string(), v.nonEmpty()),
  payload: v.object({
    uid: v.pipe(v.string(), v.nonEmpty()),
    type: optionalText,
    title: optionalText,
    startTime: optionalText,
    status: optionalText,
    attendees: listOf({
      name: optionalText,
      email: optionalText,
      phoneNumber: optionalText,
      timeZone: optionalText,
    }),
    responses,
    userFieldsResponses: responses,
    smsReminderNumber: optionalText,
    metadata: v.nullish(v.record(v.string(), v.unknown()), {}),
  }),
})

export const calcom = defineSource({
  name: 'calcom',
  title: 'Cal.com',
  kind: 'calendar',
  // The header is always there: without a secret it says “no-secret-provided”, which is no signature.
  scheme: hmac({ header: 'X-Cal-Signature-256', encoding: 'hex' }),
  payload: onlyEvent('triggerEvent', EVENT, booking),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} adds no person`)]
    const { createdAt, payload } = event.ours
    if (v.is(TEST, payload)) return [skipped('a ping test')]
    const { status } = payload
    if (status && status.toUpperCase() !== ACCEPTED) return [skipped(`a booking that is ${status}`)]
    // With its time: each further seat of the same meeting has the same uid.
    return [{ id: `${EVENT} ${payload.uid} ${createdAt}`, fields: fieldsOf(payload) }]
  },
  sample: ({ fields, id, now }) => {
    const given = Object.fromEntries(sampleAnswers(fields))
    const asked = Object.entries(given).map(([slug, value]) => [
      slug,
      { label: slug, value, isHidden: false },
    ])
    return jsonBody({
      triggerEvent: EVENT,
      createdAt: new Date(now).toISOString(),
      payload: {
        type: '30min',
        title: `30 min with ${given.name}`,
        startTime: new Date(now).toISOString(),
        uid: id,
        bookingId: 91,
        status: 'ACCEPTED',
        attendees: [
          {
            name: given.name,
            email: 'asha@example.com',
            phoneNumber: given.phone,
            timeZone: 'Asia/Kolkata',
            language: { locale: 'en' },
          },
        ],
        responses: Object.fromEntries(asked),
        userFieldsResponses: {},
        smsReminderNumber: null,
        metadata: {},
      },
    })
  },
  setup: [
    'In Cal.com open Settings, then Developer, then Webhooks, and make a new one.',
    'Paste {url} as the subscriber URL, and of the event triggers choose “Booking created” alone.',
    'Paste the value of {secret} as the secret, and leave the custom payload template off.',
    '“Ping test” shows whether it arrives: it is acknowledged and skipped.',
    'In the event type’s booking questions add the phone and the consent. The hook reads answers by a question’s identifier, or by its label. phone is the attendee’s number, wherever Cal.com has it; name, email, timeZone, type, title and startTime are there as well.',
  ],
  fails: [
    'Cal.com’s source sends once, follows no redirect, and only logs a failure: what is sent while there is no answer may be lost.',
  ],
  docs: 'https://cal.com/docs/developing/guides/automation/webhooks',
  unconfirmed: [
    'Whether the hosted Cal.com sends through its queue, which may try again, and whether createdAt stays the same then. If it does not, only the person and the group tell a repeat.',
    'How long Cal.com waits for an answer.',
    'Under which event name a ping test comes: any but a booking is skipped, and so is a booking of the test’s title.',
  ],
})

type Booking = v.InferOutput<typeof booking>['payload']

function fieldsOf(payload: Booking) {
  const { attendees, metadata, smsReminderNumber } = payload
  // A question that was not asked must not hide what is known elsewhere under its name.
  const asked = [payload.responses, payload.userFieldsResponses].flatMap((all) =>
    Object.entries(all).flatMap(([slug, one]) => (one?.value == null ? [] : [{ ...one, slug }])),
  )
  const [{ name, email, timeZone, phoneNumber } = {}] = attendees
  const { attendeePhoneNumber, location, aiAgentCallPhoneNumber } = payload.responses
  const called = v.is(attendeeCalled, location?.value) ? location.value.optionValue : null
  const number = firstGiven(
    attendeePhoneNumber?.value,
    called,
    phoneNumber,
    smsReminderNumber,
    aiAgentCallPhoneNumber?.value,
  )
  return answers(
    asked.map((one) => [one.slug, answer(one.value)]),
    membersOf({ name, email, timeZone, phoneNumber, smsReminderNumber }),
    membersOf({ type: payload.type, title: payload.title, startTime: payload.startTime }),
    [['phone', number]],
    membersOf(metadata),
    asked.map((one) => [one.label, answer(one.value)]),
  )
}
