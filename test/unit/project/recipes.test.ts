/** The recipes of docs/recipes.md: each is a hook that takes a request proven as its sender does, and makes an invite of it. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { transformSync } from 'esbuild'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { decodeFrom } from '../../../src/lib/decode.ts'
import type { Hook } from '../../../src/mapping/hook.ts'
import { isForUs, mapFields } from '../../../src/mapping/map.ts'
import { ownFields } from '../../../src/operator/sample/sample-fields.ts'
import { signedSample } from '../../../src/operator/sample/signed-sample.ts'
import { defineConfig } from '../../../src/setup/define-config.ts'
import * as usher from '../../../src/usher.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const PAGE = resolve(import.meta.dirname, '../../../docs/recipes.md')
const RECIPE = /^### (.+)\n[\s\S]*?^```ts\n([\s\S]*?)^```/gm

/** By openssl dgst -sha256 -hmac systeme-secret-of-the-hook-1. */
const SYSTEME_SIGNATURE = 'a7fa05227e22870c8f9dd64001e6f6682aacd448dfd64d8120887a2f580d0258'

const recipes = [...readFileSync(PAGE, 'utf8').matchAll(RECIPE)].map(
  ([, title = '', code = '']) => ({
    title,
    code,
  }),
)

/** What the sender sends: its proof was computed with node:crypto, or is shown as its own page says. */
const requests: Readonly<
  Record<
    string,
    {
      readonly secret: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      readonly id: string | null
      readonly contacts: readonly string[] | null
      /** At the end of the URL, for senders that can set nothing else. */
      readonly urlSecret?: string
      /** When it was sent, where that is signed. */
      readonly now?: number
      /** JSON by default. */
      readonly contentType?: string
      /** Events of this sender that bring no person in, by what they are. */
      readonly others?: Readonly<Record<string, string>>
    }
  >
> = {
  Cakto: {
    secret: 'cakto-secret-of-the-hook-1',
    urlSecret: 'cakto-secret-of-the-hook-1',
    headers: {},
    body: cakto('purchase_approved', 'paid'),
    id: null,
    contacts: ['5511912345601'],
    others: {
      'a refused purchase': cakto('purchase_refused', 'refused'),
      'a purchase that waits': cakto('purchase_approved', 'waiting_payment'),
      'a refund': cakto('refund', 'refunded'),
      'a chargeback': cakto('chargeback', 'chargedback'),
      'a cancelled subscription': cakto('subscription_canceled', 'canceled'),
    },
  },
  Chargebee: {
    secret: 'Pune2026Batch7Secret',
    headers: { authorization: 'Basic dXNoZXI6UHVuZTIwMjZCYXRjaDdTZWNyZXQ=' },
    body: chargebee('payment_succeeded'),
    id: null,
    contacts: ['919800000001'],
    others: Object.fromEntries(
      [
        'payment_failed',
        'payment_refunded',
        'subscription_cancelled',
        'subscription_deleted',
        'customer_deleted',
      ].map((name) => [name, chargebee(name)]),
    ),
  },
  'Fluent Forms': {
    secret: 'fluent-secret-of-the-hook-1',
    headers: { authorization: 'Bearer fluent-secret-of-the-hook-1' },
    body: '{"phone":"98000 00001","city":"Pune","agreed":"yes"}',
    id: null,
    contacts: ['919800000001'],
  },
  'Instamojo Smart Pages': {
    secret: 'instamojo-secret-of-the-page',
    urlSecret: 'instamojo-secret-of-the-page',
    headers: {},
    body: smartPage('SUCCESS'),
    id: null,
    contacts: ['919800000001'],
    others: { 'a failed payment': smartPage('FAILED'), 'a pending payment': smartPage('PENDING') },
  },
  Kajabi: {
    secret: 'kajabi-secret-of-the-hook-1',
    urlSecret: 'kajabi-secret-of-the-hook-1',
    headers: {},
    body: kajabi('form_submission'),
    id: null,
    contacts: ['919800000001'],
    others: { 'a tag that was removed': kajabi('tag_removed') },
  },
  ManyChat: {
    secret: 'manychat-secret-of-the-hook-1',
    headers: { authorization: 'Bearer manychat-secret-of-the-hook-1' },
    body: '{"groupName":"Pune Batch 7","contacts":["+91 98000 00001"],"create":true}',
    id: null,
    contacts: ['919800000001'],
  },
  Thinkific: {
    secret: 'thinkific-api-key-01',
    headers: {
      'x-thinkific-hmac-sha256': 'efac5e579d81ebf771cf79005abcb48e12047f1058207d027ee86b2e14c71dff',
    },
    body: '{"id":"20261127120000000000001","resource":"order","action":"created","payload":{"id":1,"user_email":"asha@example.com"}}',
    id: '20261127120000000000001',
    // It has no number, so that the delivery is held.
    contacts: null,
    others: {
      'a refund': '{"id":"2","resource":"order","action":"refunded","payload":{"phone":"1"}}',
      'another resource': '{"id":"3","resource":"user","action":"created","payload":{"phone":"1"}}',
    },
  },
  Typebot: {
    secret: 'typebot-secret-of-the-hook-01',
    headers: { authorization: 'Bearer typebot-secret-of-the-hook-01' },
    body: '{"group":"Pune Batch 7","phone":"98000 00001","agreed":"yes"}',
    id: null,
    contacts: ['919800000001'],
  },
  'PhonePe by its HMAC': {
    secret: 'phonepe-hmac-secret-0001',
    headers: {
      'x-phonepe-checksum-signature':
        '14d4044d7805507d58d12e6c9358c7a287356389b9dd039afc453222669ca00f',
    },
    body: '{"event":"paylink.order.completed","payload":{"merchantId":"USHER01","merchantOrderId":"pune-batch-7-0001","orderId":"OMO2600000001","state":"COMPLETED","amount":49900,"metaInfo":{"udf1":"+919800000001"}}}',
    id: 'OMO2600000001',
    contacts: ['919800000001'],
    others: {
      'a failed link': '{"event":"paylink.order.failed","payload":{"state":"FAILED"}}',
      'a pending link': '{"event":"paylink.order.completed","payload":{"state":"PENDING"}}',
      'a refund': '{"event":"pg.refund.completed","payload":{"state":"COMPLETED"}}',
    },
  },
  'Systeme.io': {
    secret: 'systeme-secret-of-the-hook-1',
    headers: {
      'x-webhook-event': 'NEW_SALE',
      'x-webhook-signature': SYSTEME_SIGNATURE,
    },
    body: systeme('customer.sale.completed'),
    id: null,
    contacts: ['919800000001'],
    others: { 'a cancelled sale': systeme('customer.sale.canceled') },
  },
  Unbounce: {
    secret: 'unbounce-secret-of-the-hook',
    urlSecret: 'unbounce-secret-of-the-hook',
    headers: {},
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    body: new URLSearchParams({
      page_name: 'Open day',
      'data.json': '{"name":["Asha"],"phone_number":["98000 00001"],"ip_address":["203.0.113.9"]}',
      'data.xml': '<form_data/>',
    }).toString(),
    id: null,
    contacts: ['919800000001'],
  },
  'Wix Automations': {
    secret: 'wix-secret-of-the-hook-0001',
    urlSecret: 'wix-secret-of-the-hook-0001',
    headers: {},
    body: '{"phone":"98000 00001","group":"Batch 7","agreed":"yes"}',
    id: null,
    contacts: ['919800000001'],
  },
  'Zendesk with a token': {
    secret: 'zendesk-secret-of-the-hook-01',
    headers: { authorization: 'Bearer zendesk-secret-of-the-hook-01' },
    body: '{"groupName":"Support","contacts":["+919800000001"],"create":true}',
    id: null,
    contacts: ['919800000001'],
  },
  'Another sender that signs': {
    secret: 'cf-secret-usher-0001',
    headers: {
      'x-webhook-clickfunnels-timestamp': '1795780800',
      'x-webhook-clickfunnels-signature':
        'e65bf1fb1536a8fdf775beddf27b0f0a46250840a6b3638acf53e719c640ba52',
    },
    now: 1795780800000,
    body: '{"id":1,"event_type":"contact.created","data":{"first_name":"Asha","phone_number":"+919800000001"}}',
    id: '1',
    contacts: ['919800000001'],
    others: { 'a contact that was deleted': '{"id":2,"event_type":"contact.deleted","data":{}}' },
  },
  Zapier: {
    secret: 'zapier-secret-of-the-hook-1',
    headers: { authorization: 'Bearer zapier-secret-of-the-hook-1' },
    body: '{"phone":"98000 00001","city":"Pune","agreed":"Yes"}',
    id: null,
    contacts: ['919800000001'],
  },
  Make: {
    secret: 'make-secret-of-the-hook-1',
    headers: { 'x-usher-secret': 'make-secret-of-the-hook-1' },
    body: '{"phone":"98000 00001","city":"Pune","agreed":"Yes"}',
    id: null,
    contacts: ['919800000001'],
  },
  n8n: {
    secret: 'n8n-secret-of-the-hook-1',
    headers: { 'x-usher-secret': 'n8n-secret-of-the-hook-1' },
    body: '{"phone":"98000 00001","city":"Pune","agreed":"Yes"}',
    id: null,
    contacts: ['919800000001'],
  },
  Pabbly: {
    secret: 'pabbly-secret-of-the-hook-1',
    headers: { 'x-usher-secret': 'pabbly-secret-of-the-hook-1' },
    body: '{"phone":"98000 00001","city":"Pune","agreed":"Yes"}',
    id: null,
    contacts: ['919800000001'],
  },
  'Power Automate': {
    secret: 'automate-secret-of-the-hook',
    headers: { 'x-usher-secret': 'automate-secret-of-the-hook' },
    body: '{"Mobile":"98000 00001","Course":"Excel"}',
    id: null,
    contacts: ['919800000001'],
  },
  'Apps Script': {
    secret: 'scripts-secret-of-the-hook-1',
    headers: { 'x-usher-secret': 'scripts-secret-of-the-hook-1', 'idempotency-key': 'row-7' },
    body: '{"phone":"98000 00001","group":"Batch 8"}',
    id: null,
    contacts: ['919800000001'],
  },
}

/** What is answered in the vendor's own sample, which is then signed as that vendor signs. */
const answers: Readonly<Record<string, { fields: Record<string, string>; joins: object }>> = {
  'A Google Form in five minutes': {
    fields: { 'WhatsApp number': '98000 00001', 'Add me to the WhatsApp group': 'Yes, add me' },
    joins: { groupName: 'Open day', contacts: ['919800000001'] },
  },
  'A webinar of 400': {
    fields: { phone: '98000 00001', whatsapp_ok: 'yes' },
    joins: { groupName: 'Webinar June', teammates: ['919811112222'] },
  },
  'A community by city': {
    fields: { phone: '98000 00001', city: 'Pune', whatsapp_ok: 'yes' },
    joins: { groupName: 'Runners Pune', contacts: ['919800000001'] },
  },
  'Paid batches': {
    fields: {
      'payload.payment.entity.contact': '+919800000001',
      'payload.payment.entity.notes.batch': '7',
    },
    joins: { groupName: 'Batch 7', contacts: ['919800000001', '919811112222'] },
  },
  'A group for each deal, with its owner': {
    fields: { 'data.name': 'Rao & Co', 'data.phones.0.value': '98000 00001', 'meta.user_id': '2' },
    joins: { groupName: 'Deal Rao & Co', contacts: ['919800000001', '919811113333'] },
  },
}

test('every recipe is tried', () => {
  const tried = [...Object.keys(requests), ...Object.keys(answers)]
  expect(recipes.map(({ title }) => title).toSorted()).toEqual(tried.toSorted())
})

test.each(Object.entries(answers))('the job “%s” is done', async (job, { fields, joins }) => {
  const hook = evaluated(recipes.find(({ title }) => title === job)?.code ?? '')
  expect(() => defineConfig({ hooks: { recipe: hook } })).not.toThrow()
  const { source } = hook
  const occasion = { id: 'event-1', now: NOW }
  const secret = source.scheme.newSecret()
  const at = { hookName: 'recipe', hook, secret, baseUrl: 'https://usher.example', publicUrl: null }
  const sample = source.sample({ fields, ...occasion })
  const { url, headers, body } = await signedSample(at, sample, occasion)
  const incoming = { method: 'POST', url, headers: new Headers(headers), body, urlSecret: null }
  expect(await source.scheme.verify({ ...incoming, now: NOW }, [secret])).toEqual({ ok: true })
  const own = await ownFields(hook, sample)
  expect(isForUs(hook, { id: null, fields: own })).toBe(true)
  expect(mapFields(hook, own, NOW)).toMatchObject({ kind: 'invite', invite: joins })
})

const shown = recipes.filter(({ title }) => Object.hasOwn(requests, title))

describe.each(shown)('the recipe for $title', ({ title, code }) => {
  const request = requests[title]
  if (request === undefined) return
  const { secret, headers, body, id, contacts, others = {} } = request
  const { contentType = 'application/json', urlSecret = null, now = NOW } = request
  const hook = evaluated(code)
  const incoming = {
    method: 'POST',
    url: 'https://usher.example/hooks/recipe',
    headers: new Headers({ 'content-type': contentType, ...headers }),
    body: utf8(body),
    urlSecret,
    now,
  }
  const submissionOf = async (text: string) => {
    const decoded = await decodeFrom(utf8(text), contentType, hook.source.accepts)
    const reading = hook.source.read(decoded.ok ? decoded.value : null, incoming.headers)
    const [submission] = reading.ok ? reading.submissions : []
    if (submission === undefined) throw new TypeError('It was not read')
    return submission
  }

  test('is a hook that a config takes', () => {
    expect(() => defineConfig({ hooks: { recipe: hook } })).not.toThrow()
  })

  test('takes what its sender proves, and nothing under another secret', async () => {
    const { scheme } = hook.source
    expect(await scheme.verify(incoming, [secret])).toEqual({ ok: true })
    expect(await scheme.verify(incoming, [`${secret}x`])).toMatchObject({ ok: false })
  })

  test('makes of it what the page says', async () => {
    const submission = await submissionOf(body)
    expect(submission.id).toBe(id)
    expect(isForUs(hook, submission)).toBe(true)
    expect(mapFields(hook, submission.fields, NOW)).toMatchObject(
      contacts === null ? { kind: 'held' } : { kind: 'invite', invite: { contacts } },
    )
  })

  test.each(Object.entries(others))('skips %s', async (_, other) => {
    expect(isForUs(hook, await submissionOf(other))).toBe(false)
  })
})

/** The hook that the text spells, with what a config imports at hand. */
function evaluated(text: string): Hook {
  const { code } = transformSync(`return ${text}`, { loader: 'ts', format: 'cjs' })
  return new Function('v', ...Object.keys(usher), code)(v, ...Object.values(usher))
}

function cakto(event: string, status: string): string {
  return `{"secret":"1340098d-340b-488c-af3e-f80f9a6c0f5b","event":"${event}","data":{"id":"1","refId":"AvHo6ps","status":"${status}","product":{"id":"p1","name":"Turma 7"},"customer":{"name":"Ana Souza","email":"ana@example.com","phone":"5511912345601"}}}`
}

function chargebee(event: string): string {
  return `{"id":"ev_1","occurred_at":1795165204,"source":"hosted_page","object":"event","api_version":"v2","event_type":"${event}","content":{"customer":{"id":"c1","first_name":"Asha","phone":"9800000001"},"subscription":{"id":"s1","status":"active"}}}`
}

function smartPage(status: string): string {
  return `{"payment":{"payment_id":"MOJO6B01005A00000009","status":"${status}","amount":"499.00","currency":"INR"},"buyer":{"name":"Asha Rao","email":"asha@example.com","phone":"+919800000001"},"seller":{"account_id":"7"},"details":[{"amount":"499.00","purpose":"Pune Batch 7","quantity":1}],"custom_fields":{},"message_authentication_code":"0d136eef94cda2832a9df7834268d867cd935e3c"}`
}

function kajabi(event: string): string {
  return `{"id":"h1","event":"${event}","payload":[{"id":"7","type":"form_submissions","attributes":{"name":"Asha Rao","email":"asha@example.com","phone_number":"98000 00001"}}]}`
}

function systeme(type: string): string {
  return `{"type":"${type}","data":{"customer":{"id":1,"contact_id":2,"email":"asha@example.com","fields":{"first_name":"Asha","phone_number":"98000 00001"}}}}`
}
