/** Bodies as they come in real life, and what a hook must find in them: a number in a second place, a list in a notation of the vendor's own, a mark that the event joins no group. */

import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { decodeFrom, valueAt } from '../../../src/lib/decode.ts'
import {
  activeCampaign,
  calcom,
  calendly,
  cashfree,
  elementor,
  formstack,
  goHighLevel,
  jotform,
  kommo,
  odoo,
  salesforce,
  shopify,
  stripe,
  typeform,
  wooCommerce,
} from '../../../src/sources/index.ts'
import type { Source, Submission } from '../../../src/sources/source.ts'

const FORM = 'application/x-www-form-urlencoded'
const NOW = Date.parse('2026-11-20T09:15:04Z')

async function submissionOf(
  source: Source,
  body: string,
  contentType: string,
): Promise<Submission<unknown> | undefined> {
  const decoded = await decodeFrom(utf8(body), contentType, source.accepts)
  if (!decoded.ok) throw new TypeError(decoded.message)
  const reading = source.read(decoded.value, new Headers())
  if (!reading.ok) throw new TypeError(JSON.stringify(reading.issues))
  return reading.submissions[0]
}

async function fieldsOf(source: Source, body: object | string): Promise<unknown> {
  const submission =
    typeof body === 'string'
      ? await submissionOf(source, body, FORM)
      : await submissionOf(source, JSON.stringify(body), 'application/json')
  expect(submission?.skip).toBeUndefined()
  return submission?.fields
}

function booking(more: object, location: object | null, asked: readonly object[] = []) {
  return {
    event: 'invitee.created',
    created_at: '2026-11-27T10:00:00.000000Z',
    payload: {
      uri: 'https://api.calendly.com/scheduled_events/EV1/invitees/IN1',
      name: 'Test Person',
      email: 't@example.com',
      text_reminder_number: null,
      old_invitee: null,
      questions_and_answers: asked,
      tracking: { utm_campaign: null },
      scheduled_event: {
        name: 'Discovery call',
        start_time: '2026-12-01T10:00:00.000000Z',
        location,
      },
      ...more,
    },
  }
}

describe('a meeting in Calendly', () => {
  const called = { type: 'outbound_call', location: '+91 98765 41001' }

  it.each<[title: string, body: object, phone: string | null]>([
    ['on the phone', booking({}, called), '+91 98765 41001'],
    ['on the host’s phone', booking({}, { ...called, type: 'inbound_call' }), null],
    ['at a place', booking({}, { type: 'physical', location: '12 Main Street' }), null],
    ['in a video call', booking({}, { type: 'zoom', join_url: 'https://zoom.example/j/1' }), null],
    ['without a place', booking({}, null), null],
    [
      'with a number for reminders',
      booking({ text_reminder_number: '+91 98765 41002' }, called),
      '+91 98765 41002',
    ],
    [
      'with a question of that name',
      booking({}, called, [{ question: 'phone', answer: '+91 98765 41003' }]),
      '+91 98765 41003',
    ],
    [
      'with a question of that name left open',
      booking({}, called, [{ question: 'phone', answer: '' }]),
      '+91 98765 41001',
    ],
  ])('%s has the invitee’s number, its name and its time', async (_, body, phone) => {
    expect(await fieldsOf(calendly, body)).toMatchObject({
      phone,
      event: 'Discovery call',
      start_time: '2026-12-01T10:00:00.000000Z',
    })
  })

  it('that does not say what it is has neither', async () => {
    const fields = await fieldsOf(calendly, booking({ scheduled_event: null }, null))
    expect(fields).toMatchObject({ phone: null })
    expect(fields).not.toHaveProperty('event')
  })
})

describe('a booking in Cal.com', () => {
  const HOST = '+919876542999'

  function at(responses: object, more: object = {}) {
    return {
      triggerEvent: 'BOOKING_CREATED',
      createdAt: '2026-11-27T10:00:00.000Z',
      payload: {
        uid: 'u-0001',
        type: 'intro',
        title: 'Intro call',
        startTime: '2026-12-01T10:00:00Z',
        status: 'ACCEPTED',
        attendees: [{ name: 'Test Person', email: 't@example.com', timeZone: 'Asia/Kolkata' }],
        responses,
        userFieldsResponses: {},
        location: HOST,
        ...more,
      },
    }
  }
  const place = (value: string, optionValue: string) => ({
    location: { label: 'location', value: { optionValue, value }, isHidden: false },
  })

  it.each<[title: string, body: object, phone: string | null]>([
    ['on the attendee’s phone', at(place('phone', '+919876542001')), '+919876542001'],
    ['on the host’s phone', at(place('userPhone', HOST)), null],
    ['in a video call', at(place('integrations:daily', '')), null],
    [
      'with a call by an agent',
      at({ aiAgentCallPhoneNumber: { label: 'phone', value: '+919876542002' } }),
      '+919876542002',
    ],
    [
      'with a number asked for',
      at({
        ...place('phone', '+919876542001'),
        attendeePhoneNumber: { label: 'phone_number', value: '+919876542003' },
      }),
      '+919876542003',
    ],
  ])('%s has the attendee’s number, never the host’s, and its time', async (_, body, phone) => {
    const fields = await fieldsOf(calcom, body)
    expect(fields).toMatchObject({ phone, title: 'Intro call', startTime: '2026-12-01T10:00:00Z' })
  })

  it.each(['PENDING', 'CANCELLED', 'REJECTED'])('that is %s is skipped', async (status) => {
    const body = JSON.stringify(at({}, { status }))
    expect((await submissionOf(calcom, body, 'application/json'))?.skip).toContain(status)
  })
})

describe('a field of ActiveCampaign', () => {
  it.each<[title: string, sent: string, read: unknown]>([
    ['of one ticked box', '||Yes||', ['Yes']],
    ['of several', '||Sunday||Monday||', ['Sunday', 'Monday']],
    ['of none', '||||', []],
    ['of a text', 'Yes', 'Yes'],
    ['of a text with bars in it', 'a||b', 'a||b'],
  ])('%s is read as such', async (_, sent, read) => {
    const form = new URLSearchParams({
      type: 'subscribe',
      date_time: '2026-11-27T10:00:00-06:00',
      'contact[id]': '101',
      'contact[phone]': '98765 47002',
      'contact[fields][39]': sent,
    })
    expect(await fieldsOf(activeCampaign, form.toString())).toMatchObject({
      contact: { phone: '98765 47002', fields: { '39': read } },
    })
  })
})

describe('an answer in Formstack', () => {
  it('with field types is its value', async () => {
    const body = {
      FormID: '1',
      UniqueID: '5002',
      Name: { first: 'Asha', last: 'Rao', field_type: 'name' },
      Phone: { value: '(210) 728-4551', field_type: 'phone' },
      whatsapp_ok: { value: 'Yes', field_type: 'checkbox' },
      Days: { value: ['Sun', 'Mon'], field_type: 'checkbox' },
      Home: { value: { city: 'Pune', zip: '411001' }, field_type: 'address' },
    }
    expect(await fieldsOf(formstack, body)).toEqual({
      Name: 'Asha Rao',
      Phone: '(210) 728-4551',
      whatsapp_ok: 'Yes',
      Days: ['Sun', 'Mon'],
      Home: 'Pune 411001',
    })
  })

  it.each<[title: string, sent: string, read: string]>([
    ['a name', 'first = Asha\nlast = Rao', 'Asha Rao'],
    ['a name with carriage returns', 'first = Asha\r\nlast = Rao\r\n', 'Asha Rao'],
    ['an address', 'address = 1 Main St\ncity = Pune\nzip = 411001', '1 Main St Pune 411001'],
    ['a name of one part', 'first = Asha', 'Asha'],
    ['a sum', 'x = 5', 'x = 5'],
    ['a text with such a line', 'Hello\nfirst = Asha', 'Hello\nfirst = Asha'],
    ['nothing', '', ''],
  ])('in the form encoding, %s', async (_, sent, read) => {
    const form = new URLSearchParams({ FormID: '1', UniqueID: '5003', Name: sent })
    expect(await fieldsOf(formstack, form.toString())).toEqual({ Name: read })
  })
})

describe('what a list of titles and values says', () => {
  it.each([cashfree, stripe, shopify, wooCommerce, goHighLevel, kommo])(
    '$title: is read by title, for fields and for the consent, beside the list itself',
    async (source) => {
      const asked = { 'answers.Batch': 'May', 'answers.whatsapp_ok': 'yes', 'answers.a.b': 'c' }
      const { body, contentType } = source.sample({ fields: asked, id: 'order-1', now: NOW })
      expect(body).not.toContain('"answers"')
      const submission = await submissionOf(source, body, contentType)
      expect(valueAt(submission?.fields, 'answers.Batch')).toBe('May')
      expect(valueAt(submission?.fields, 'answers.whatsapp_ok')).toBe('yes')
      expect(valueAt(submission?.fields, 'answers')).toMatchObject({ 'a.b': 'c' })
    },
  )

  it('of Cashfree’s payment form', async () => {
    const customer_fields = [{ title: 'Batch', value: 'May' }]
    const body = {
      type: 'PAYMENT_FORM_ORDER_WEBHOOK',
      data: {
        order: { order_id: 'o', order_status: 'PAID', customer_details: { customer_fields } },
      },
    }
    expect(await fieldsOf(cashfree, body)).toEqual({ ...body, answers: { Batch: 'May' } })
  })

  it('of Stripe’s custom fields, by key and by label', async () => {
    const custom_fields = [
      {
        key: 'batch',
        label: { type: 'custom', custom: 'Which batch?' },
        type: 'dropdown',
        dropdown: { value: 'may' },
      },
      {
        key: 'age',
        label: { type: 'custom', custom: 'Age' },
        type: 'numeric',
        numeric: { value: '30' },
      },
      {
        key: 'note',
        label: { type: 'custom', custom: 'Note' },
        type: 'text',
        text: { value: null },
      },
    ]
    const object = { object: 'checkout.session', payment_status: 'paid', custom_fields }
    const body = {
      id: 'evt_1',
      object: 'event',
      type: 'checkout.session.completed',
      data: { object },
    }
    expect(await fieldsOf(stripe, body)).toEqual({
      ...body,
      answers: { batch: 'may', age: '30', 'Which batch?': 'may', Age: '30' },
    })
  })

  it('of what a product of Shopify’s asks, after what the cart asks', async () => {
    const body = {
      id: 1,
      note_attributes: [{ name: 'batch', value: 'May' }],
      line_items: [
        {
          title: 'Course',
          properties: [
            { name: 'batch', value: 'June' },
            { name: 'city', value: 'Pune' },
          ],
        },
        { title: 'Book', properties: null },
      ],
    }
    expect(await fieldsOf(shopify, body)).toEqual({
      ...body,
      answers: { batch: 'May', city: 'Pune' },
    })
  })

  it('is not there where nothing was asked', async () => {
    const body = { id: 1, note_attributes: [], line_items: [{ title: 'Course', properties: [] }] }
    expect(await fieldsOf(shopify, body)).toEqual(body)
  })
})

it('a title in Typeform is read without its stars, and with them', async () => {
  const titles = ['Your *phone*', '**Batch**?', 'snake_case_name', '_OK?_']
  const fields = titles.map((title, at) => ({ id: `f${at}`, title }))
  const body = {
    event_type: 'form_response',
    form_response: {
      token: 't1',
      definition: { fields },
      answers: fields.map(({ id }, at) => ({
        type: 'text',
        text: `answer ${at}`,
        field: { id, ref: `r${at}` },
      })),
    },
  }
  expect(await fieldsOf(typeform, body)).toMatchObject({
    'Your phone': 'answer 0',
    'Your *phone*': 'answer 0',
    'Batch?': 'answer 1',
    snake_case_name: 'answer 2',
    'OK?': 'answer 3',
  })
})

it('a field of Elementor without a label is read by its id', async () => {
  const form = new URLSearchParams({ 'No Label phone': '98765 43210', Name: 'Asha' })
  expect(await fieldsOf(elementor, form.toString())).toMatchObject({
    phone: '98765 43210',
    'No Label phone': '98765 43210',
  })
})

describe('an event that joins no group is skipped', () => {
  it.each(['true', '1', true])('by Jotform’s preview: %j', (preview) => {
    const read = (raw: object) => {
      const rawRequest = JSON.stringify({ q4_phone: { full: '98765 43210' }, ...raw })
      const reading = jotform.read({ submissionID: '1', rawRequest }, new Headers())
      return reading.ok ? reading.submissions[0]?.skip : 'not read'
    }
    expect(read({ preview })).toContain('preview')
    expect(read({ q5_preview: preview })).toBeUndefined()
    expect(read({})).toBeUndefined()
  })

  it.each([
    ['true', true],
    ['false', false],
  ])('by Salesforce’s DoNotCall: %s', async (DoNotCall, skipped) => {
    const fields = { 'Notification.sObject.DoNotCall': DoNotCall }
    const { body, contentType } = salesforce.sample({ fields, id: 'lead-1', now: NOW })
    const submission = await submissionOf(salesforce, body, contentType)
    expect(submission?.skip !== undefined).toBe(skipped)
  })

  it.each(['phone_blacklisted', 'mobile_blacklisted'])('by Odoo’s %s', (name) => {
    const read = (value: unknown) => {
      const record = { _model: 'crm.lead', _id: 7, phone: '98765 43210', [name]: value }
      const reading = odoo.read(record, new Headers())
      return reading.ok && reading.submissions[0]?.skip !== undefined
    }
    expect([read(true), read(false), read(undefined)]).toEqual([true, false, false])
  })
})
