/** Payment, course and CRM senders: who goes in and who does not, downgrades, and what is asked of their APIs. */

import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { decodeBody } from '../../../src/lib/decode.ts'
import type { Incoming } from '../../../src/schemes/scheme.ts'
import {
  bitrix24,
  clickFunnels,
  eduzz,
  flutterwave,
  hotmart,
  instamojo,
  kiwify,
  linkedIn,
  mercadoPago,
  monday,
  paystack,
  payU,
  phonePe,
  rdStation,
  xendit,
  zendesk,
} from '../../../src/sources/index.ts'
import type { Source } from '../../../src/sources/source.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const URL_OF_HOOK = 'https://usher.example/hooks/course'

/** What the source makes of its own sample with these values in it. */
async function submissionOf(source: Source, fields: Readonly<Record<string, string>>) {
  const { body, contentType } = source.sample({ fields, id: 'sample-1', now: NOW })
  const kind = contentType === 'application/json' ? 'json' : 'form'
  const decoded = await decodeBody(utf8(body), kind, contentType)
  const reading = source.read(decoded.ok ? decoded.value : null, new Headers())
  if (!reading.ok) throw new TypeError(reading.issues.map(({ message }) => message).join())
  const [submission] = reading.submissions
  if (submission === undefined) throw new TypeError('The sample has no submission')
  return submission
}

describe('of a sender of payments', () => {
  const rows: readonly [title: string, source: Source, changed: Record<string, string>][] = [
    ['a failed link', phonePe, { event: 'paylink.order.failed', 'payload.state': 'FAILED' }],
    ['a failed checkout', phonePe, { event: 'checkout.order.failed' }],
    ['an order that is called completed and is pending', phonePe, { 'payload.state': 'PENDING' }],
    ['a refund', phonePe, { event: 'pg.refund.completed' }],
    ['a settlement', phonePe, { event: 'settlement.attempt.completed' }],
    ['a dispute', phonePe, { event: 'payment.dispute.created' }],
    ['a cancelled subscription', phonePe, { event: 'subscription.cancelled' }],
    ['a failed payment', instamojo, { status: 'Failed' }],
    ['a pending payment', instamojo, { status: 'Pending' }],
    ['a refunded payment', instamojo, { status: 'Refunded' }],
    ['a failed payment', payU, { status: 'failure' }],
    ['a pending payment', payU, { status: 'pending' }],
    ['a cancelled payment', payU, { status: 'userCancelled' }],
    ['a refund', payU, { status: 'refund' }],
    ['a purchase that waits for its boleto', hotmart, { event: 'PURCHASE_BILLET_PRINTED' }],
    ['a cancelled purchase', hotmart, { event: 'PURCHASE_CANCELED' }],
    ['a refund', hotmart, { event: 'PURCHASE_REFUNDED' }],
    ['a chargeback', hotmart, { event: 'PURCHASE_CHARGEBACK' }],
    ['a dispute', hotmart, { event: 'PURCHASE_PROTEST' }],
    ['a late payment', hotmart, { event: 'PURCHASE_DELAYED' }],
    ['a cancelled subscription', hotmart, { event: 'SUBSCRIPTION_CANCELLATION' }],
    ['a change of plan', hotmart, { event: 'SWITCH_PLAN' }],
    ['an expired purchase', hotmart, { event: 'PURCHASE_EXPIRED' }],
    ['an abandoned cart', hotmart, { event: 'PURCHASE_OUT_OF_SHOPPING_CART' }],
    ['the same sale when its guarantee ends', hotmart, { event: 'PURCHASE_COMPLETE' }],
    ['a test', hotmart, { 'data.product.id': '0' }],
    [
      'a test of a product that exists',
      hotmart,
      { 'data.buyer.email': 'testeComprador271101postman15@example.com' },
    ],
    ['a refused purchase', kiwify, { webhook_event_type: 'order_rejected' }],
    ['a generated boleto', kiwify, { webhook_event_type: 'billet_created' }],
    ['a generated Pix', kiwify, { webhook_event_type: 'pix_created' }],
    ['an order that is not paid yet', kiwify, { order_status: 'waiting_payment' }],
    ['a refund', kiwify, { webhook_event_type: 'order_refunded', order_status: 'refunded' }],
    ['a chargeback', kiwify, { webhook_event_type: 'chargeback' }],
    ['an abandoned cart', kiwify, { webhook_event_type: 'abandoned_cart' }],
    ['a cancelled subscription', kiwify, { webhook_event_type: 'subscription_canceled' }],
    ['a late subscription', kiwify, { webhook_event_type: 'subscription_late' }],
    ['a renewed subscription', kiwify, { webhook_event_type: 'subscription_renewed' }],
    ['a test', kiwify, { 'Customer.email': 'johndoe@example.com' }],
    ['an opened invoice', eduzz, { event: 'myeduzz.invoice_opened' }],
    ['an invoice that is called paid and is not', eduzz, { 'data.status': 'waitingPayment' }],
    ['a cancelled invoice', eduzz, { event: 'myeduzz.invoice_canceled' }],
    ['a refund that is asked for', eduzz, { event: 'myeduzz.invoice_waiting_refund' }],
    ['a refund', eduzz, { event: 'myeduzz.invoice_refunded' }],
    ['a chargeback', eduzz, { event: 'myeduzz.invoice_chargeback' }],
    ['the ping', eduzz, { event: 'ping' }],
    ['a failed charge', paystack, { event: 'charge.failed', 'data.status': 'failed' }],
    ['an abandoned charge', paystack, { 'data.status': 'abandoned' }],
    ['a refund', paystack, { event: 'refund.processed' }],
    ['a dispute', paystack, { event: 'charge.dispute.create' }],
    ['a transfer', paystack, { event: 'transfer.success' }],
    ['a failed invoice', paystack, { event: 'invoice.payment_failed' }],
    ['a cancelled subscription', paystack, { event: 'subscription.not_renew' }],
    ['a payment of test mode', paystack, { 'data.domain': 'test' }],
    ['a completed charge that failed', flutterwave, { 'data.status': 'failed' }],
    ['a pending charge', flutterwave, { 'data.status': 'pending' }],
    ['a failed charge', flutterwave, { event: 'charge.failed' }],
    ['a refund', flutterwave, { event: 'refund.completed' }],
    ['a transfer', flutterwave, { event: 'transfer.completed' }],
    ['a chargeback', flutterwave, { event: 'chargeback.initiated' }],
    ['a payment of test mode', mercadoPago, { live_mode: 'false' }],
    ['a chargeback', mercadoPago, { type: 'topic_chargebacks_wh' }],
    ['a subscription', mercadoPago, { type: 'subscription_preapproval' }],
    ['an invoice that ran out', xendit, { status: 'EXPIRED' }],
    ['a pending invoice', xendit, { status: 'PENDING' }],
    ['a refunded order', clickFunnels, { event_type: 'orders/transaction.refunded' }],
    ['a failed payment', clickFunnels, { event_type: 'one-time-order.payment_failed' }],
    ['a cancelled subscription', clickFunnels, { event_type: 'subscription.canceled' }],
    ['a cancelled subscription in capitals', clickFunnels, { event_type: 'SUBSCRIPTION.CANCELED' }],
    ['a chargeback', clickFunnels, { event_type: 'orders/transaction.chargeback' }],
    ['a suspended student', clickFunnels, { event_type: 'courses/enrollment.suspended' }],
  ]

  const senders = [...new Set(rows.map(([, source]) => source))]
  test.each(senders)('$title: what was paid goes in', async (source) => {
    const { id, skip } = await submissionOf(source, {})
    expect(skip).toBeUndefined()
    expect(id).not.toBeNull()
  })

  const inCapitals: readonly (readonly [source: Source, changed: Record<string, string>])[] = [
    [phonePe, { event: 'PAYLINK.ORDER.COMPLETED', 'payload.state': 'Completed' }],
    [instamojo, { status: 'CREDIT' }],
    [instamojo, { status: 'Credit\n' }],
    [payU, { status: 'SUCCESS' }],
    [hotmart, { event: 'purchase_approved' }],
    [kiwify, { webhook_event_type: 'ORDER_APPROVED', order_status: 'PAID' }],
    [eduzz, { event: 'MYEDUZZ.INVOICE_PAID', 'data.status': 'Paid' }],
    [paystack, { event: 'CHARGE.SUCCESS', 'data.status': 'SUCCESS' }],
    [flutterwave, { event: 'CHARGE.COMPLETED', 'data.status': 'SUCCESSFUL' }],
    [mercadoPago, { type: 'PAYMENT' }],
    [xendit, { status: 'paid' }],
  ]
  test.each(inCapitals)(
    '$title: what was paid goes in, in whatever letters',
    async (source, changed) => {
      expect((await submissionOf(source, changed)).skip).toBeUndefined()
    },
  )

  const nameless: readonly (readonly [source: Source, path: string])[] = [
    [phonePe, 'event'],
    [phonePe, 'payload.state'],
    [kiwify, 'webhook_event_type'],
    [kiwify, 'order_status'],
    [eduzz, 'data.status'],
    [paystack, 'data.status'],
    [flutterwave, 'event'],
    [flutterwave, 'data.status'],
  ]
  test.each(nameless)('$title: without %s it is skipped with a sentence', async (source, path) => {
    const { skip } = await submissionOf(source, { [path]: '' })
    expect(skip).toMatch(/^an event without a name is|(status|state) is not told$/)
  })

  const named = rows.map(([title, source, changed]) => ({
    title,
    name: source.title,
    source,
    changed,
  }))
  test.each(named)('$name: $title does not', async ({ source, changed }) => {
    expect((await submissionOf(source, changed)).skip).toEqual(expect.any(String))
  })
})

/** What an API was asked, and the answers that it gives by a part of the address. */
function api(answers: Readonly<Record<string, unknown>>) {
  const asked: { url: string; init: RequestInit | undefined }[] = []
  const fetch = async (url: string, init?: RequestInit) => {
    asked.push({ url, init })
    const [, answer] = Object.entries(answers).find(([part]) => url.includes(part)) ?? []
    return answer === undefined ? new Response('{}', { status: 404 }) : Response.json(answer)
  }
  return { asked, fetch }
}

describe('a payment of Mercado Pago', () => {
  const fields = { type: 'payment', data: { id: '123' }, action: 'payment.updated', id: '9' }
  const paid = {
    id: 123,
    status: 'approved',
    external_reference: 'Clase 7',
    metadata: { whatsapp: '+525512345671' },
    payer: { email: 'luz@example.com' },
    card: { last_four_digits: '0001' },
  }
  const look = async (payment: object) => {
    const { asked, fetch } = api({ '/v1/payments/123': payment })
    return { asked, looked: await mercadoPago.lookUp?.(fields, { token: 'APP_USR-x', fetch }) }
  }

  test('is told with its person and without its card once it is approved', async () => {
    const { asked, looked } = await look(paid)
    const { card: _, ...kept } = paid
    expect(looked).toMatchObject({ ok: true, fields: { ...fields, payment: kept } })
    expect(JSON.stringify(looked)).not.toContain('0001')
    expect(asked[0]?.url).toBe('https://api.mercadopago.com/v1/payments/123')
  })

  const statuses = ['pending', 'in_process', 'rejected', 'cancelled', 'refunded', 'charged_back']
  test.each([...statuses, undefined])(
    'that is %s is skipped, without its person',
    async (status) => {
      const { looked } = await look({ ...paid, status })
      const told = status ?? 'not told'
      expect(looked).toMatchObject({ ok: true, skip: `a payment whose status is ${told}` })
      expect(JSON.stringify(looked)).not.toMatch(/whatsapp|5512345671|luz@/)
    },
  )
})

test.each([
  ['version 3, paid', { event: 'charge.completed' }, 'successful', true],
  ['version 3, failed', { event: 'charge.completed' }, 'failed', false],
  ['version 4, paid', { type: 'charge.completed' }, 'succeeded', true],
  ['version 4, failed', { type: 'charge.completed' }, 'failed', false],
  ['version 4, called failed', { type: 'charge.failed' }, 'succeeded', false],
  ['version 4, a refund', { type: 'refund.completed' }, 'succeeded', false],
  ['version 4, a chargeback', { type: 'chargeback.created' }, 'succeeded', false],
])('Flutterwave: a charge of %s', (_, name, status, goesIn) => {
  const reading = flutterwave.read({ ...name, data: { id: 'chg_1', status } }, new Headers())
  const [submission] = reading.ok ? reading.submissions : []
  expect(submission?.skip === undefined).toBe(goesIn)
})

test.each([
  ['PAID', undefined],
  ['SETTLED', undefined],
  ['PENDING', 'an invoice whose status is PENDING'],
  ['EXPIRED', 'an invoice whose status is EXPIRED'],
  [undefined, 'an invoice whose status is not told'],
])('an invoice that Xendit’s API tells as %s', async (status, skip) => {
  const { fetch } = api({ '/v2/invoices/i1': { id: 'i1', status, customer: {} } })
  const fields = { id: 'i1', status: 'PAID' }
  const looked = await xendit.lookUp?.(fields, { token: 'xnd', fetch })
  expect(looked).toMatchObject({ ok: true })
  expect(looked?.ok === true ? (looked.skip ?? undefined) : null).toBe(skip)
})

test('a booking in ClickFunnels has the number of its contact', () => {
  const booking = {
    event_id: 'e1',
    event_type: 'appointments/scheduled_event.created',
    data: { id: 7, primary_contact: { first_name: 'Asha', phone_number: '+919800000001' } },
  }
  const reading = clickFunnels.read(booking, new Headers())
  const [submission] = reading.ok ? reading.submissions : []
  expect(submission).toMatchObject({
    id: 'appointments/scheduled_event.created:e1',
    fields: { contact_phone: '+919800000001' },
  })
})

function incoming(headers: Record<string, string>, body: string, query = ''): Incoming {
  return {
    method: 'POST',
    url: URL_OF_HOOK + query,
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    body: utf8(body),
    urlSecret: null,
    now: NOW,
  }
}

const MISMATCH = { ok: false, reason: 'mismatch' }
const SECRET = 'usher_hook:Pune2026Batch7'
const mac = (text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', SECRET).update(text).digest(encoding)

test('a wrong signature is not made good by a right secret beside it', async () => {
  const hash = '39adc03bbdc0a899300f0b75b5cb59574deb0f7960fa1c24f4644db468d59992'
  const forged = incoming(
    { 'x-phonepe-checksum-signature': mac('{}', 'hex'), authorization: hash },
    '{"a":1}',
  )
  expect(await phonePe.scheme.verify(forged, [SECRET])).toEqual(MISMATCH)
  const other = incoming(
    { 'flutterwave-signature': mac('{}', 'base64'), 'verif-hash': SECRET },
    '{"a":1}',
  )
  expect(await flutterwave.scheme.verify(other, [SECRET])).toEqual(MISMATCH)
})

test.each(['SHA256 ', 'sha256 '])('PhonePe’s hash is taken behind the word %j', async (word) => {
  const hash = '39adc03bbdc0a899300f0b75b5cb59574deb0f7960fa1c24f4644db468d59992'
  const shown = incoming({ authorization: word + hash }, '{}')
  expect(await phonePe.scheme.verify(shown, [SECRET])).toEqual({ ok: true })
})

test('Kiwify’s signature counts once, wherever in the query it stands', async () => {
  const body = '{"order_id":"1"}'
  const signature = createHmac('sha1', SECRET).update(body).digest('hex')
  const verify = (query: string) => kiwify.scheme.verify(incoming({}, body, query), [SECRET])
  expect(await verify(`?shop=7&signature=${signature}`)).toEqual({ ok: true })
  expect(await verify(`?signature=${signature}&signature=${signature}`)).toMatchObject({
    ok: false,
  })
  expect(await verify('?signature=%E2%82%AC')).toMatchObject({ ok: false, reason: 'malformed' })
  expect(await verify('?shop=7')).toEqual({ ok: false, reason: 'missing' })
  const inHeader = incoming({ signature }, body)
  expect(await kiwify.scheme.verify(inHeader, [SECRET])).toEqual({ ok: false, reason: 'missing' })
})

describe('Mercado Pago’s signature', () => {
  const body = '{"type":"payment","data":{"id":"123"}}'
  const signed = (text: string, ts: string) => ({
    'x-request-id': 'r1',
    'x-signature': `ts=${ts},v1=${mac(text, 'hex')}`,
  })
  const verify = (headers: Record<string, string>, query: string, json = body) =>
    mercadoPago.scheme.verify(incoming(headers, json, query), [SECRET])
  const seconds = String(NOW / 1000)

  test('is read with a time in seconds or in milliseconds', async () => {
    for (const ts of [seconds, String(NOW)]) {
      const headers = signed(`id:123;request-id:r1;ts:${ts};`, ts)
      expect(await verify(headers, '?data.id=123&type=payment')).toEqual({ ok: true })
    }
  })

  test('leaves a missing request id out with its name', async () => {
    const { 'x-request-id': _, ...headers } = signed(`id:123;ts:${seconds};`, seconds)
    expect(await verify(headers, '?data.id=123')).toEqual({ ok: true })
  })

  test('is good for no other payment in the body', async () => {
    const headers = signed(`id:123;request-id:r1;ts:${seconds};`, seconds)
    const other = '{"type":"payment","data":{"id":"124"}}'
    expect(await verify(headers, '?data.id=123', other)).toEqual(MISMATCH)
    expect(await verify(headers, '?data.id=124')).toEqual(MISMATCH)
    expect(await verify(headers, '?data.id=123&data.id=124')).toEqual(MISMATCH)
    expect(await verify(signed(`request-id:r1;ts:${seconds};`, seconds), '')).toEqual(MISMATCH)
  })
})

describe('Zendesk’s time', () => {
  const body = '{"ticket_id":"1"}'
  const at = (time: string, now = NOW, tolerance?: number) => {
    const headers = {
      'x-zendesk-webhook-signature-timestamp': time,
      'x-zendesk-webhook-signature': mac(time + body, 'base64'),
    }
    return zendesk.scheme.verify({ ...incoming(headers, body), now }, [SECRET], tolerance)
  }

  test('is written out, with and without a fraction', async () => {
    expect(await at('2026-11-20T09:15:04Z')).toEqual({ ok: true })
    expect(await at('2026-11-20T09:15:04.123Z')).toEqual({ ok: true })
  })

  test('is stale or future beyond an hour, or beyond the hook’s own tolerance', async () => {
    const time = '2026-11-20T09:15:04Z'
    expect(await at(time, NOW + 3_600_000)).toEqual({ ok: true })
    expect(await at(time, NOW + 3_601_000)).toEqual({ ok: false, reason: 'stale' })
    expect(await at(time, NOW - 3_601_000)).toEqual({ ok: false, reason: 'future' })
    expect(await at(time, NOW + 11_000, 10)).toEqual({ ok: false, reason: 'stale' })
  })

  test.each(['', '1795780800', 'soon', '2026-13-45T99:99:99Z', '2026-11-20T09:15:04+05:30'])(
    'is malformed when it is %j',
    async (time) => {
      expect(await at(time)).toEqual({ ok: false, reason: 'malformed' })
    },
  )
})

describe('LinkedIn’s challenge', () => {
  const KEY = 'li-client-secret-01'
  const CODE = '890e4665-4dfe-4ab1-b689-ed553bceeed0'
  const asked = (query: string, method = 'GET', secrets = [KEY]) =>
    linkedIn.handshake?.({ ...incoming({}, '', query), method }, secrets)

  test('is answered by the worked response of the fact sheet', async () => {
    const answer = await asked(`?challengeCode=${CODE}&applicationId=7`)
    expect(answer?.status).toBe(200)
    expect(await answer?.json()).toEqual({
      challengeCode: CODE,
      challengeResponse: 'd30583f9b46d7bc3497548f3e76b7c59818fe0e105d6564227e459ccd7a14f17',
    })
  })

  const forged = 'hmacsha256={"type":"LEAD_ACTION"}'
  test.each([
    ['a forged lead', `?challengeCode=${encodeURIComponent(forged)}`],
    ['a UUID of another type', '?challengeCode=890e4665-4dfe-1ab1-b689-ed553bceeed0'],
    ['two codes', `?challengeCode=${CODE}&challengeCode=${CODE}`],
    ['something behind the code', `?challengeCode=${CODE}%0A`],
    ['no code', ''],
  ])('of %s is not signed', async (_, query) => {
    expect(await asked(query)).toBeNull()
  })

  test('is not answered by POST, nor without a secret', async () => {
    expect(await asked(`?challengeCode=${CODE}`, 'POST')).toBeNull()
    expect(await asked(`?challengeCode=${CODE}`, 'GET', [])).toBeNull()
    expect(await asked(`?challengeCode=${CODE}`, 'GET', [''])).toBeNull()
  })
})

describe('monday.com’s challenge', () => {
  const KEY = 'm0nd4ym0nd4ym0nd4ym0nd4ym0nd0001'
  const asked = (body: string, urlSecret: string | null, method = 'POST') =>
    monday.handshake?.({ ...incoming({}, body), method, urlSecret }, [KEY])

  test('is echoed to the one who knows the URL', async () => {
    const answer = await asked('{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv"}', KEY)
    expect(answer?.status).toBe(200)
    expect(await answer?.json()).toEqual({ challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv' })
  })

  test.each([
    ['another URL', '{"challenge":"abc"}', `${KEY}x`],
    ['a URL without a secret', '{"challenge":"abc"}', null],
    ['a page', '{"challenge":"<script>1</script>"}', KEY],
    ['an event', '{"challenge":"abc","event":{"type":"create_pulse"}}', KEY],
    ['no JSON', 'challenge', KEY],
  ])('is not echoed to %s', async (_, body, urlSecret) => {
    expect(await asked(body, urlSecret)).toBeNull()
  })
})

describe('Bitrix24’s portal', () => {
  const TOKEN = 'https://acme.bitrix24.com/rest/1/c0de'
  const fields = {
    event: 'ONCRMDEALADD',
    data: { FIELDS: { ID: '7' } },
    ts: '1795165204',
    auth: { domain: 'evil.example', member_id: 'm' },
  }
  const look = (token: string, { fetch }: ReturnType<typeof api>, asked: object = fields) =>
    bitrix24.lookUp?.({ ...fields, ...asked }, { token, fetch })

  test('is the one that was stored, never one that the body names', async () => {
    const calls = api({
      'crm.deal.get': { result: { ID: '7', TITLE: 'Plan', CONTACT_ID: '55' } },
      'crm.contact.get': { result: { ID: '55', PHONE: [{ VALUE: '+5511912345601' }] } },
    })
    expect(await look(TOKEN, calls)).toMatchObject({
      ok: true,
      fields: { record: { TITLE: 'Plan' }, contact: { ID: '55' }, phones: ['+5511912345601'] },
    })
    expect(calls.asked.map(({ url }) => url)).toEqual([
      'https://acme.bitrix24.com/rest/1/c0de/crm.deal.get.json?id=7',
      'https://acme.bitrix24.com/rest/1/c0de/crm.contact.get.json?id=55',
    ])
  })

  test('is not asked for a contact where a deal has none', async () => {
    for (const CONTACT_ID of [null, '0', 0, undefined]) {
      const calls = api({ 'crm.deal.get': { result: { ID: '7', CONTACT_ID } } })
      expect(await look(TOKEN, calls)).toMatchObject({ ok: true, fields: { phones: [] } })
      expect(calls.asked).toHaveLength(1)
    }
  })

  test.each([
    'c0de',
    'http://acme.bitrix24.com/rest/1/c0de/',
    'https://acme.bitrix24.com/rest/',
    'https://acme.bitrix24.com/rest/1/c0de/?x=',
    'https://acme.bitrix24.com@evil.example/rest/1/c0de/',
  ])('is not asked by the token %s', async (token) => {
    const calls = api({})
    expect(await look(token, calls)).toMatchObject({ ok: false })
    expect(calls.asked).toEqual([])
  })

  test('is not asked for an id that leads elsewhere', async () => {
    const calls = api({})
    expect(await look(TOKEN, calls, { data: { FIELDS: { ID: '7&x=1' } } })).toMatchObject({
      ok: false,
    })
    expect(calls.asked).toEqual([])
  })
})

const shapes: readonly (readonly [source: Source, fields: object, message: string])[] = [
  [mercadoPago, { data: { id: '1' } }, 'Mercado Pago answered something else than a payment.'],
  [xendit, { id: 'i1', status: 'PAID' }, 'Xendit answered something else than an invoice.'],
  [
    linkedIn,
    { leadGenFormResponse: 'urn:li:leadGenFormResponse:a-4' },
    'LinkedIn answered something else than a lead.',
  ],
]

test.each(shapes)(
  'an answer to $title of another shape is told in a sentence',
  async (source, fields, message) => {
    for (const body of ['null', '7', '"text"', '[]']) {
      const fetch = async () => new Response(body)
      const looked = await source.lookUp?.(fields, { token: 'a-token', fetch })
      expect(looked, body).toEqual({ ok: false, message })
    }
    const refused = await source.lookUp?.(fields, {
      token: 'a-token',
      fetch: async () => new Response('{}', { status: 401 }),
    })
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('401') })
  },
)

test.each([
  [eduzz, 'data.buyer.cellphone', 'buyer_phone'],
  [clickFunnels, 'data.phone_number', 'contact_phone'],
  [rdStation, 'contact.mobile_phone', 'contact_phone'],
])('$0.title: a phone without quotes is read as a text', (source, path, name) => {
  const sample = JSON.parse(source.sample({ fields: {}, id: 'sample-1', now: NOW }).body)
  const reading = source.read(withNumber(sample, path.split('.')), new Headers())
  const [submission] = reading.ok ? reading.submissions : []
  expect(submission?.skip).toBeUndefined()
  expect(submission?.fields).toMatchObject({ [name]: '11912345601' })
})

function withNumber(node: unknown, [name = '', ...rest]: readonly string[]): object {
  const members: Record<string, unknown> = { ...Object(node) }
  return { ...members, [name]: rest.length === 0 ? 11912345601 : withNumber(members[name], rest) }
}

describe('answers that a sender has in a list of its own', () => {
  const fieldsOf = (source: Source, body: unknown) => {
    const reading = source.read(body, new Headers())
    return reading.ok ? reading.submissions[0]?.fields : null
  }

  test('of Instamojo are read by name and by label, choices as lists', () => {
    const asked = {
      Field_1: { label: 'City', type: 'text', value: 'Pune' },
      Field_2: { label: 'Days', type: 'checkbox', value: ['Mon', 'Tue'] },
      Field_3: { label: 'Join the group', type: 'checkbox', value: true },
    }
    const form = { payment_id: 'MOJO1', status: 'Credit', custom_fields: JSON.stringify(asked) }
    expect(fieldsOf(instamojo, form)).toMatchObject({
      custom_fields: {
        Field_1: 'Pune',
        City: 'Pune',
        Days: ['Mon', 'Tue'],
        'Join the group': true,
      },
    })
  })

  test.each([undefined, '', 'no JSON', '[]', '{"Field_1":7}'])(
    'of Instamojo are none where custom_fields is %j',
    (custom_fields) => {
      const form = { payment_id: 'MOJO1', status: 'Credit', custom_fields }
      expect(fieldsOf(instamojo, form)).toMatchObject({ custom_fields: {} })
    },
  )

  test('of Paystack are read by variable name before label, and from nothing else', () => {
    const charge = (metadata: unknown) => ({
      event: 'charge.success',
      data: { id: 1, status: 'success', metadata },
    })
    const custom_fields = [
      { display_name: 'WhatsApp', variable_name: 'whatsapp', value: '0803 123 4501' },
      { display_name: 'whatsapp', variable_name: 'other', value: 'not this one' },
      { display_name: 'Days', variable_name: 'days', value: ['Mon', 'Tue'] },
    ]
    expect(fieldsOf(paystack, charge({ custom_fields }))).toMatchObject({
      custom_fields: { whatsapp: '0803 123 4501', WhatsApp: '0803 123 4501', days: ['Mon', 'Tue'] },
    })
    for (const odd of [null, '', 'text', [], { custom_fields: 'x' }, { custom_fields: [7] }]) {
      expect(fieldsOf(paystack, charge(odd))).toMatchObject({ custom_fields: {} })
    }
  })

  test('of LinkedIn are looked up with the form that names them', async () => {
    const lead = {
      versionedLeadGenFormUrn: 'urn:li:versionedLeadGenForm:(urn:li:leadGenForm:77,1)',
      submittedAt: 1795165203000,
      testLead: false,
      formResponse: {
        consentResponses: [
          { consentId: 1, accepted: true },
          { consentId: 2, accepted: false },
        ],
        answers: [
          { questionId: 1, answerDetails: { textQuestionAnswer: { answer: '+919800000001' } } },
          { questionId: 2, answerDetails: { multipleChoiceAnswer: { options: ['Mon', 'Tue'] } } },
        ],
      },
    }
    const form = {
      hiddenFields: [{ name: 'intake', value: 'May' }],
      content: {
        questions: [
          { questionId: 1, name: 'Phone number', predefinedField: 'PHONE_NUMBER' },
          { questionId: 2, name: 'Days' },
          { questionId: 3, name: 'City' },
        ],
      },
    }
    const { asked, fetch } = api({ 'leadFormResponses/8e5f-4': lead, 'leadForms/77': form })
    const fields = { leadGenFormResponse: 'urn:li:leadGenFormResponse:8e5f-4' }
    expect(await linkedIn.lookUp?.(fields, { token: 'AQX', fetch })).toEqual({
      ok: true,
      fields: {
        leadGenFormResponse: 'urn:li:leadGenFormResponse:8e5f-4',
        leadGenForm: null,
        leadType: null,
        submittedAt: 1795165203000,
        testLead: false,
        PHONE_NUMBER: '+919800000001',
        'Phone number': '+919800000001',
        Days: ['Mon', 'Tue'],
        City: null,
        'consent.1': true,
        'consent.2': false,
        intake: 'May',
      },
    })
    expect(asked.map(({ url }) => url)).toEqual([
      'https://api.linkedin.com/rest/leadFormResponses/8e5f-4',
      'https://api.linkedin.com/rest/leadForms/77',
    ])
  })

  test('of a test lead of LinkedIn are left out, and it is skipped', async () => {
    const lead = {
      testLead: true,
      formResponse: {
        answers: [
          { questionId: 1, answerDetails: { textQuestionAnswer: { answer: '+919800000001' } } },
        ],
      },
    }
    const { asked, fetch } = api({ 'leadFormResponses/8e5f-4': lead })
    const fields = { leadGenFormResponse: 'urn:li:leadGenFormResponse:8e5f-4' }
    const looked = await linkedIn.lookUp?.(fields, { token: 'AQX', fetch })
    expect(looked).toMatchObject({ ok: true, fields: { testLead: true }, skip: 'a test' })
    expect(JSON.stringify(looked)).not.toContain('9800000001')
    expect(asked).toHaveLength(1)
  })
})
