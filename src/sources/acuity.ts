/** Acuity Scheduling: says that an appointment was booked; the person is read from its API. */

import * as v from 'valibot'
import { encode, utf8 } from '../lib/bytes.ts'
import { hmac } from '../schemes/hmac.ts'
import { askVendor } from './shared/ask-vendor.ts'
import {
  answer,
  answers,
  listOf,
  membersOf,
  type NamedAnswer,
  numberId,
  onlyEvent,
  skipped,
} from './shared/payload.ts'
import { formBody, hookExample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const EVENT = 'scheduled'
/** Webhooks made through the API subscribe to the longer name; whether they send it, too, no page says. */
const BOOKED = /^(?:appointment\.)?scheduled$/
const API = 'https://acuityscheduling.com/api/v1'

const booked = v.object({
  id: numberId,
  calendarID: v.nullish(v.string(), null),
  appointmentTypeID: v.nullish(v.string(), null),
})

const OWN_NAMES = [
  'firstName',
  'lastName',
  'phone',
  'email',
  'type',
  'category',
  'calendar',
  'datetime',
  'timezone',
  'location',
  'canceled',
] as const

const value = v.object({
  fieldID: v.nullish(v.number()),
  name: v.nullish(v.string(), ''),
  value: v.optional(v.unknown()),
})

/** https://developers.acuityscheduling.com/reference/get-appointments-id */
const appointment = v.looseObject({
  canceled: v.optional(v.unknown()),
  forms: listOf({ values: v.nullish(v.array(value), []) }),
})

export const acuity = defineSource({
  name: 'acuity',
  title: 'Acuity Scheduling',
  kind: 'calendar',
  scheme: hmac({ header: 'X-Acuity-Signature', encoding: 'base64' }),
  accepts: ['form'],
  payload: onlyEvent('action', BOOKED, booked),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} adds no person`)]
    return [{ id: `${EVENT}:${event.ours.id}`, fields: event.ours }]
  },
  lookUp: async (fields, tools) => {
    // Of its own result, too, nothing but the ids.
    const ids = v.safeParse(booked, fields)
    if (!ids.success) return { ok: false, message: 'Acuity sent no id of an appointment.' }
    const url = `${API}/appointments/${ids.output.id}`
    const headers = { authorization: `Basic ${encode(utf8(tools.token), 'base64')}` }
    const asked = { title: 'Acuity', url, headers, what: 'an appointment', shape: appointment }
    const found = await askVendor(tools, asked)
    if (!found.ok) return found
    return {
      ok: true,
      fields: answers(membersOf(ids.output), ...answersOf(found.value)),
      skip: found.value.canceled === true ? 'an appointment that is canceled' : null,
    }
  },
  sample: ({ id }) =>
    formBody({
      action: EVENT,
      id: String(serial(id)),
      calendarID: '1234567',
      appointmentTypeID: '7654321',
    }),
  setup: [
    'In Acuity open Integrations, then API, and choose “View credentials”: there are the User ID and the API key of the main administrator.',
    'Store the API key as {secret}: Acuity signs with it.',
    'A webhook says only which appointment it is, not whose. So that Usher may look, store the User ID, a colon and the API key in one line as {apiToken}. Until then every booking is held, and “map again” reads it later.',
    'Under Integrations open Webhooks and paste {url} for “new appointment scheduled” alone: the others are acknowledged and skipped.',
    'Ask for the consent, and for what tells the group, in an intake form. The hook reads phone, firstName, lastName, email, type, category, calendar, datetime, and the intake form’s answers by the question’s text or its number.',
    'A phone comes as it was typed: give the hook its country.',
  ],
  example: hookExample('acuity', { phone: 'phone', group: '{type}' }),
  docs: 'https://developers.acuityscheduling.com/docs/webhooks',
  fails: [
    'Acuity is said to try again for 24 hours, ever more slowly, and to switch a webhook off after five days of failures.',
    'If its API does not give the appointment within 5 seconds, the booking is held; “map again” reads it once more.',
    'A meeting that was canceled by then is skipped.',
  ],
  phoneless:
    'The body names the appointment only. Usher reads the person from Acuity’s API with the API key that signs.',
  unconfirmed: [
    'The retries and the switching off, which a third party tells and Acuity’s own page does not.',
    'How long Acuity waits for an answer.',
    'Whether webhooks made through the API, whose events are called appointment.scheduled, send the short name scheduled like the others: both names are read.',
  ],
})

function answersOf({ forms, ...own }: v.InferOutput<typeof appointment>): NamedAnswer[][] {
  const values = forms.flatMap((form) => form.values)
  return [
    OWN_NAMES.map((name) => [name, answer(own[name])]),
    values.map(({ fieldID, value }) => [String(fieldID ?? ''), answer(value)]),
    values.map(({ name, value }) => [name, answer(value)]),
  ]
}
