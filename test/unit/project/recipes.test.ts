/** The recipes of docs/recipes.md: each is a hook that takes a request proven as its sender does, and makes an invite of it. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { transformSync } from 'esbuild'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import type { Hook } from '../../../src/mapping/hook.ts'
import { isForUs, mapFields } from '../../../src/mapping/map.ts'
import { ownFields } from '../../../src/operator/sample/sample-fields.ts'
import { signedSample } from '../../../src/operator/sample/signed-sample.ts'
import { defineConfig } from '../../../src/setup/define-config.ts'
import * as usher from '../../../src/usher.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const PAGE = resolve(import.meta.dirname, '../../../docs/recipes.md')
const RECIPE = /^### (.+)\n[\s\S]*?^```ts\n([\s\S]*?)^```/gm

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
    }
  >
> = {
  Chargebee: {
    secret: 'Pune2026Batch7Secret',
    headers: { authorization: 'Basic dXNoZXI6UHVuZTIwMjZCYXRjaDdTZWNyZXQ=' },
    body: '{"id":"ev_1","occurred_at":1795165204,"source":"hosted_page","object":"event","api_version":"v2","event_type":"payment_succeeded","content":{"customer":{"id":"c1","first_name":"Asha","phone":"9800000001"},"subscription":{"id":"s1","status":"active"}}}',
    id: null,
    contacts: ['919800000001'],
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
  },
  Typebot: {
    secret: 'typebot-secret-of-the-hook-01',
    headers: { authorization: 'Bearer typebot-secret-of-the-hook-01' },
    body: '{"group":"Pune Batch 7","phone":"98000 00001","agreed":"yes"}',
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
    secret: 'phonepe-hmac-secret-0001',
    headers: {
      'x-phonepe-checksum-signature':
        '14d4044d7805507d58d12e6c9358c7a287356389b9dd039afc453222669ca00f',
    },
    body: '{"event":"paylink.order.completed","payload":{"merchantId":"USHER01","merchantOrderId":"pune-batch-7-0001","orderId":"OMO2600000001","state":"COMPLETED","amount":49900,"metaInfo":{"udf1":"+919800000001"}}}',
    id: 'OMO2600000001',
    contacts: ['919800000001'],
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
  const { secret, headers, body, id, contacts } = request
  const hook = evaluated(code)
  const incoming = {
    method: 'POST',
    url: 'https://usher.example/hooks/recipe',
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    body: utf8(body),
    urlSecret: null,
    now: NOW,
  }

  test('is a hook that a config takes', () => {
    expect(() => defineConfig({ hooks: { recipe: hook } })).not.toThrow()
  })

  test('takes what its sender proves, and nothing under another secret', async () => {
    const { scheme } = hook.source
    expect(await scheme.verify(incoming, [secret])).toEqual({ ok: true })
    expect(await scheme.verify(incoming, [`${secret}x`])).toMatchObject({ ok: false })
  })

  test('makes of it what the page says', () => {
    const reading = hook.source.read(JSON.parse(body), incoming.headers)
    const [submission] = reading.ok ? reading.submissions : []
    if (submission === undefined) throw new TypeError('It was not read')
    expect(submission.id).toBe(id)
    expect(isForUs(hook, submission)).toBe(true)
    expect(mapFields(hook, submission.fields, NOW)).toMatchObject(
      contacts === null ? { kind: 'held' } : { kind: 'invite', invite: { contacts } },
    )
  })
})

/** The hook that the text spells, with what a config imports at hand. */
function evaluated(text: string): Hook {
  const { code } = transformSync(`return ${text}`, { loader: 'ts', format: 'cjs' })
  return new Function('v', ...Object.keys(usher), code)(v, ...Object.values(usher))
}
