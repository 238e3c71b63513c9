/** Luma: guests of an event, once they are approved. */

import * as v from 'valibot'
import { urlToken } from '../schemes/url-token.ts'
import { defineSource, type FormFields, type Submission } from '../source.ts'
import { answer, answers, sampleAnswers } from './answers.ts'
import { onlyEvent, skipped } from './only-event.ts'

/** The second also comes at registration, and is how an approval is told. */
const GUESTS = /^guest\.(?:registered|updated)$/
const APPROVED = 'approved'

const text = v.nullish(v.string())

const guest = v.object({
  data: v.object({
    id: v.pipe(v.string(), v.nonEmpty()),
    approval_status: v.string(),
    user_name: text,
    user_first_name: text,
    user_last_name: text,
    user_email: text,
    phone_number: text,
    registration_answers: v.nullish(
      v.array(
        v.object({
          label: text,
          value: v.optional(v.unknown()),
          answer: v.optional(v.unknown()),
        }),
      ),
      [],
    ),
    event_tickets: v.nullish(v.array(v.object({ name: text })), []),
    event: v.nullish(v.object({ id: text, name: text, start_at: text })),
  }),
})

type Guest = v.InferOutput<typeof guest>

export const luma = defineSource({
  name: 'luma',
  title: 'Luma',
  kind: 'calendar',
  // It makes a secret, and no page says what it does with it.
  scheme: urlToken,
  accepts: ['json'],
  payload: onlyEvent('type', GUESTS, guest),
  submissions: (event) => [
    'other' in event ? skipped(`${event.other} is no guest registering`) : submission(event.ours),
  ],
  sample: ({ fields, id, now }) => {
    const {
      name,
      phone,
      event = 'Webinar May',
      ...asked
    } = Object.fromEntries(sampleAnswers(fields))
    const time = new Date(now).toISOString()
    return {
      body: JSON.stringify({
        type: 'guest.registered',
        data: {
          id: `gst-${id}`,
          user_id: 'usr-usherSample',
          user_name: name,
          user_email: 'asha@example.com',
          phone_number: phone,
          approval_status: APPROVED,
          registered_at: time,
          registration_answers: Object.entries(asked).map(([label, value], at) => ({
            label,
            question_id: `q${at + 1}`,
            question_type: 'text',
            value,
          })),
          event_tickets: [{ id: `tkt-${id}`, name: 'Standard', amount: 0 }],
          event: { id: 'evt-usherSample', name: event, start_at: time },
        },
      }),
      contentType: 'application/json',
    }
  },
  setup: [
    'In Luma (with Luma Plus) open your calendar, then Settings, then Developer, and create a webhook.',
    'Paste {url} with a slash and the value of {secret} at its end. Luma’s own signature is not documented: whoever knows this URL can send, so keep it to yourself.',
    'Choose the action types Guest Registered and, where you approve guests by hand, Guest Updated.',
    'In the event’s registration form require the phone number, and add a question for the consent, such as whatsapp_ok. The hook reads answers by the question’s text, and knows name, email, phone, event and ticket beside them.',
  ],
  example: `hook({
  source: luma,
  consent: { field: 'whatsapp_ok' },
  fields: v.object({ phone: phone('IN'), event: v.string() }),
  invite: ({ phone, event }) => ({ groupName: event, contacts: [phone], create: true }),
})`,
  docs: 'https://help.luma.com/p/webhooks',
  unconfirmed: [
    'How Luma signs: its API gives out a secret for each webhook, and no page says what is signed with it.',
    'How long Luma waits for an answer, and whether it tries again.',
    'Whether an answer stands in value or in answer: value is read first.',
  ],
})

/** Registered and approved are one event of one guest. */
function submission({ data }: Guest): Submission<FormFields> {
  if (data.approval_status !== APPROVED) return skipped(`a guest who is ${data.approval_status}`)
  return {
    id: data.id,
    fields: answers(
      [
        ['name', data.user_name ?? null],
        ['first_name', data.user_first_name ?? null],
        ['last_name', data.user_last_name ?? null],
        ['email', data.user_email ?? null],
        ['phone', data.phone_number ?? null],
        ['event', data.event?.name ?? null],
        ['event_id', data.event?.id ?? null],
        ['start_at', data.event?.start_at ?? null],
        ['ticket', data.event_tickets[0]?.name ?? null],
      ],
      data.registration_answers.map((one) => [one.label ?? '', answer(one.value ?? one.answer)]),
    ),
  }
}
