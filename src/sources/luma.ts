/** Luma: guests of an event, once they are approved. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import type { Scheme } from '../schemes/scheme.ts'
import { urlToken } from '../schemes/token.ts'
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
import { hookExample, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource, type FormFields, type Submission } from './source.ts'

/** The second also comes at registration, and is how an approval is told. */
const GUESTS = /^guest\.(?:registered|updated)$/
const APPROVED = 'approved'
const SIGNATURE = 'Webhook-Signature'

const guest = v.object({
  data: v.object({
    id: v.pipe(v.string(), v.nonEmpty()),
    approval_status: v.string(),
    user_name: optionalText,
    user_first_name: optionalText,
    user_last_name: optionalText,
    user_email: optionalText,
    phone_number: optionalText,
    registration_answers: listOf({
      label: optionalText,
      value: v.optional(v.unknown()),
      answer: v.optional(v.unknown()),
      question_type: optionalText,
    }),
    event_tickets: listOf({ name: optionalText }),
    event: v.nullish(v.object({ id: optionalText, name: optionalText, start_at: optionalText })),
  }),
})

type Guest = v.InferOutput<typeof guest>

// As working receivers check it. The `webhook-id` beside it is not signed.
const signed = hmac({
  header: SIGNATURE,
  encoding: 'hex',
  timestamp: { pair: 't', signature: 'v1' },
  title: `HMAC-SHA256 of time and body in ${SIGNATURE}, or the secret at the end of the URL`,
})

/** Luma always signs, also to an address that has the hook's secret in it. */
const scheme: Scheme = {
  ...signed,
  async verify(incoming, secrets, toleranceSeconds) {
    const shown = await urlToken.verify(incoming, secrets)
    if (shown.ok || !incoming.headers.has(SIGNATURE)) return shown
    return signed.verify(incoming, secrets, toleranceSeconds)
  },
}

export const luma = defineSource({
  name: 'luma',
  title: 'Luma',
  kind: 'calendar',
  scheme,
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
    return jsonBody({
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
    })
  },
  setup: [
    'In Luma (with Luma Plus) open your calendar, then Settings, then Developer, and create a webhook.',
    'Paste {url}. Luma shows the webhook’s secret: store it as {secret}.',
    'If what Luma sends is refused, make up a secret of your own, store it as a second line, and paste the URL with a slash and that secret at its end: then it need not be signed, but anyone who knows the URL can send.',
    'Choose the action types Guest Registered and, where you approve guests by hand, Guest Updated.',
    'In the event’s registration form require the phone number, and add a question for the consent, such as whatsapp_ok. The hook reads answers by the question’s text, and knows name, email, phone, event and ticket beside them.',
  ],
  example: hookExample('luma', { field: 'whatsapp_ok', phone: 'phone', group: '{event}' }),
  docs: 'https://help.luma.com/p/webhooks',
  unconfirmed: [
    'How Luma signs: receivers that work agree on it, and no page of Luma’s says it.',
    'Whether a retry is signed with a new time. If it is not, give the hook a tolerance of 86400 seconds.',
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
      membersOf({
        name: data.user_name,
        first_name: data.user_first_name,
        last_name: data.user_last_name,
        email: data.user_email,
        phone: firstGiven(data.phone_number, phoneAsked(data)),
        event: data.event?.name,
        event_id: data.event?.id,
        start_at: data.event?.start_at,
        ticket: data.event_tickets[0]?.name,
      }),
      data.registration_answers.map((one) => [one.label ?? '', answer(one.value ?? one.answer)]),
    ),
  }
}

/** Where the event asks for the number with a question of its own. */
function phoneAsked({ registration_answers }: Guest['data']): unknown {
  const asked = registration_answers.find(({ question_type }) => question_type?.includes('phone'))
  return asked?.value ?? asked?.answer
}
