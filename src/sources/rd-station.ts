/** RD Station Marketing: conversions, and leads that become opportunities. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { idText, optionalId, optionalText, unlessNamed } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const JOINS = /^WEBHOOK\.(?:CONVERTED|MARKED_OPPORTUNITY)$/

const event = v.looseObject({
  event_type: v.string(),
  event_identifier: optionalText,
  event_timestamp: optionalText,
  contact: v.looseObject({
    uuid: optionalId,
    mobile_phone: optionalText,
    personal_phone: optionalText,
    legal_bases: v.nullish(
      v.array(v.looseObject({ category: optionalText, type: optionalText, status: optionalText })),
      [],
    ),
  }),
})

type Conversion = v.InferOutput<typeof event>

export const rdStation = defineSource({
  name: 'rdStation',
  title: 'RD Station Marketing',
  kind: 'crm',
  // It signs nothing; whether it can set a header no page says.
  scheme: urlToken,
  payload: event,
  submissions: (body) => [
    {
      id: eventId(body),
      fields: {
        ...body,
        contact_phone: body.contact.mobile_phone || body.contact.personal_phone || null,
        communications_consent: consented(body),
      },
      skip: unlessNamed(body.event_type, JOINS, 'conversion'),
    },
  ],
  sample: jsonSample(converted, { moved: { contact_phone: 'contact.mobile_phone' } }),
  setup: [
    'In RD Station Marketing open Integrações, then Webhooks, and create one: paste {url} with a slash and the value of {secret} at its end. RD Station does not sign: anyone who knows this URL can send, so keep it to yourself.',
    'Choose the trigger “Conversão” with the conversions of your form, or “Oportunidade”.',
    'The hook reads contact_phone (the mobile number before the other one), event_identifier (the conversion), and the contact as RD Station sends it: fields of your own are contact.cf_….',
    'communications_consent is true where the lead granted the legal basis “consent” for communications. Let the text beside that box say that it includes the WhatsApp group.',
    'Numbers are national and as they were typed: give phone() your country.',
  ],
  fails: ['Nothing is known of what RD Station does when it gets no answer of 200.'],
  example: hookExample('rdStation', {
    field: 'communications_consent',
    phone: 'contact_phone',
    country: 'BR',
    group: '{event_identifier}',
  }),
  docs: 'https://developers.rdstation.com/reference/webhooks-payload-copy',
  unconfirmed: [
    'How often RD Station tries again, how long it waits, and whether it can set a header.',
    'The body of RD Station CRM’s own webhooks, which is not taken.',
  ],
})

/** `timestamp` is when it was sent; the event’s own time stays. */
function eventId({ event_type, event_identifier, event_timestamp, contact }: Conversion) {
  const uuid = idText(contact.uuid)
  if (uuid === null || !event_timestamp) return null
  return [event_type, event_identifier ?? '', uuid, event_timestamp].join(':')
}

function consented({ contact }: Conversion): boolean {
  return (contact.legal_bases ?? []).some(
    ({ category, type, status }) =>
      category === 'communications' && type === 'consent' && status === 'granted',
  )
}

function converted(id: string, now: number) {
  const at = new Date(now).toISOString()
  return {
    event_type: 'WEBHOOK.CONVERTED',
    entity_type: 'CONTACT',
    event_identifier: 'Turma 7',
    timestamp: at,
    event_timestamp: at,
    contact: {
      uuid: id,
      email: 'ana@example.com',
      name: 'Ana Souza',
      personal_phone: '11 3123-0001',
      mobile_phone: '11 91234-5601',
      city: 'São Paulo',
      tags: ['curso'],
      cf_turma: ['Noite'],
      legal_bases: [{ category: 'communications', type: 'consent', status: 'granted' }],
    },
  }
}
