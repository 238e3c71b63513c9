/** Senders of ids alone: what they ask their own API, what they make of its answers, and what they say when it has none. */

import { describe, expect, test } from 'vitest'
import { acuity, surveyMonkey } from '../../../src/sources/index.ts'
import type { FormFields } from '../../../src/sources/source.ts'
import { APPOINTMENT } from '../../fixtures/acuity.ts'
import { DETAILS } from '../../fixtures/survey-monkey.ts'

const TOKEN = '12345:an-api-key-of-acuity'

/** What an API was asked, and the answer that it gives. */
function api(body: unknown, status = 200) {
  const asked: { url: string; init: RequestInit | undefined }[] = []
  const fetch = async (url: string, init?: RequestInit) => {
    asked.push({ url, init })
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  }
  return { asked, fetch }
}

const BOOKING: FormFields = { id: '123456781', calendarID: '1234567', appointmentTypeID: '7654321' }
const RESPONSE: FormFields = {
  response_id: '5007154402',
  survey_id: '105724755',
  collector_id: null,
}

describe('Acuity’s appointment', () => {
  const look = (fields: FormFields, { fetch }: ReturnType<typeof api>) =>
    acuity.lookUp?.(fields, { token: TOKEN, fetch })

  test('is read by its id from Acuity’s own host, with the token as name and password', async () => {
    const calls = api(APPOINTMENT)
    expect(await look(BOOKING, calls)).toEqual({
      ok: true,
      skip: null,
      fields: {
        ...BOOKING,
        firstName: 'Asha',
        lastName: 'Rao',
        phone: '(980) 000-0171',
        email: 'asha@example.com',
        type: 'Regular Visit',
        category: '',
        calendar: 'My Calendar',
        datetime: '2026-11-20T10:15:00+0530',
        timezone: 'Asia/Kolkata',
        location: null,
        canceled: false,
        '1': 'yes',
        '2': null,
        'May we add you to the group?': 'yes',
        'Your city': null,
      },
    })
    expect(calls.asked).toEqual([
      {
        url: 'https://acuityscheduling.com/api/v1/appointments/123456781',
        init: expect.objectContaining({
          headers: expect.objectContaining({ authorization: `Basic ${btoa(TOKEN)}` }),
        }),
      },
    ])
  })

  test('is skipped where it is canceled by then', async () => {
    const canceled = await look(BOOKING, api({ ...APPOINTMENT, canceled: true }))
    expect(canceled).toMatchObject({ ok: true, skip: expect.stringContaining('canceled') })
  })

  test('may be as bare as it likes, and is read again from what was read', async () => {
    const bare = await look(BOOKING, api({ forms: null }))
    expect(bare).toMatchObject({ ok: true, fields: { ...BOOKING, phone: null } })
    if (bare?.ok !== true) return
    const again = await look(bare.fields, api(APPOINTMENT))
    expect(again).toMatchObject({ ok: true, fields: { id: '123456781', phone: '(980) 000-0171' } })
  })

  test.each(['../me', '1?x=', '', '1/2', null])('is not asked for by the id %j', async (id) => {
    const calls = api(APPOINTMENT)
    expect(await look({ ...BOOKING, id }, calls)).toMatchObject({ ok: false })
    expect(calls.asked).toEqual([])
  })
})

describe('SurveyMonkey’s response', () => {
  const look = (fields: FormFields, { fetch }: ReturnType<typeof api>) =>
    surveyMonkey.lookUp?.(fields, { token: TOKEN, fetch })

  test('is read with its texts from SurveyMonkey’s own host, with the token as Bearer', async () => {
    const calls = api(DETAILS)
    expect(await look(RESPONSE, calls)).toEqual({
      ok: true,
      fields: {
        ...RESPONSE,
        batch: 'Pune Batch 7',
        '319352785': '+91 98000 00172',
        '319352786': ['Sunday', 'Wednesday'],
        '319352787': ['Asha Rao', '98000 00172'],
        '319352787.11': 'Asha Rao',
        '319352787.12': '98000 00172',
        '319352788': [],
        '319352789': 'not this one',
        'Your WhatsApp number': '+91 98000 00172',
        'Which days?': ['Sunday', 'Wednesday'],
        You: ['Asha Rao', '98000 00172'],
        'Anything else?': [],
        '319352790': 'Yes',
        'May we add you to the WhatsApp group?': 'Yes',
      },
    })
    expect(calls.asked).toEqual([
      {
        url: 'https://api.surveymonkey.com/v3/surveys/105724755/responses/5007154402/details?simple=true',
        init: expect.objectContaining({
          headers: expect.objectContaining({ authorization: `Bearer ${TOKEN}` }),
        }),
      },
    ])
  })

  test('has the number of the contact who was invited', async () => {
    const contact = {
      phone_number: { type: 'string', value: '+919800000173' },
      first_name: { type: 'string', value: 'Asha' },
    }
    const looked = await look(RESPONSE, api({ metadata: { contact, respondent: {} } }))
    expect(looked).toMatchObject({
      ok: true,
      fields: { phone_number: '+919800000173', first_name: 'Asha' },
    })
  })

  test('is found through its collector where no survey is named', async () => {
    const calls = api({})
    await look({ ...RESPONSE, survey_id: null, collector_id: '50253690' }, calls)
    expect(calls.asked[0]?.url).toBe(
      'https://api.surveymonkey.com/v3/collectors/50253690/responses/5007154402/details?simple=true',
    )
  })

  test.each([
    ['no response', { ...RESPONSE, response_id: null }],
    ['a response of letters', { ...RESPONSE, response_id: 'me' }],
    ['neither survey nor collector', { ...RESPONSE, survey_id: null }],
    ['a survey that leads elsewhere', { ...RESPONSE, survey_id: '../../users/me?' }],
  ])('is not asked for where there is %s', async (_, fields) => {
    const calls = api(DETAILS)
    expect(await look(fields, calls)).toMatchObject({ ok: false })
    expect(calls.asked).toEqual([])
  })
})

test.each([
  [acuity, BOOKING, 'Acuity answered something else than an appointment.'],
  [surveyMonkey, RESPONSE, 'SurveyMonkey answered something else than a response.'],
])(
  'An answer to $title of another shape is told in a sentence',
  async (source, fields, message) => {
    for (const body of ['null', '7', '"text"', '{"forms":7,"pages":7}']) {
      const { fetch } = api(body)
      const found = await source.lookUp?.(fields, { token: TOKEN, fetch })
      expect(found, body).toEqual({ ok: false, message })
    }
    const { fetch } = api('{}', 401)
    const refused = await source.lookUp?.(fields, { token: TOKEN, fetch })
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('401') })
  },
)

test('SurveyMonkey’s HEAD is answered 200 without a word, and nothing else is', async () => {
  const knock = (method: string) =>
    surveyMonkey.handshake?.(
      {
        method,
        url: 'https://usher.example/hooks/survey',
        headers: new Headers(),
        body: new Uint8Array(),
        urlSecret: null,
        now: Date.parse('2026-11-20T09:15:04Z'),
      },
      [],
    )
  const answer = await knock('HEAD')
  expect(answer?.status).toBe(200)
  expect(await answer?.text()).toBe('')
  for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) expect(await knock(method)).toBeNull()
})

test('SurveyMonkey’s secret is a pair, and either half alone is told apart from it', () => {
  const { refuseSecret } = surveyMonkey.scheme
  const [id = '', secret = ''] = 'ZRK9pTqTQbGwC6fpN3tYpA&41593276841029384756120938475610'.split(
    '&',
  )
  expect(refuseSecret(`${id}&${secret}`)).toBeNull()
  for (const half of [
    id,
    secret,
    `${id}:${secret}`,
    `${id}&`,
    `&${secret}`,
    `${id}&${id}&${secret}`,
  ]) {
    expect(refuseSecret(half), half).toContain('the client id, an ampersand')
  }
})
