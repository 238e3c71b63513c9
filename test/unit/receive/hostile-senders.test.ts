/** What strangers can do with a request that is genuine, or nearly: move its letters, write its id, and read its secrets. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { decodeFrom } from '../../../src/lib/decode.ts'
import { keptFields } from '../../../src/mapping/map.ts'
import type { Phone } from '../../../src/mapping/phone/index.ts'
import { remap } from '../../../src/operator/act.ts'
import { accept } from '../../../src/outbox/accept.ts'
import { alertText } from '../../../src/outbox/jobs/watch.ts'
import { reject, type Scheme } from '../../../src/schemes/scheme.ts'
import { lookUps } from '../../../src/setup/look-up.ts'
import {
  bitrix24,
  cashfree,
  close,
  defineConfig,
  formstack,
  framer,
  hook,
  hubspot,
  jotform,
  phone,
  salesforce,
  zendesk,
} from '../../../src/usher.ts'
import { everySource } from '../../every-source.ts'
import { outboxOnDisk } from '../outbox/outbox-on-disk.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const HOUR_MS = 3_600_000
const URL_OF_HOOK = 'https://usher.example/hooks/webinar'
const MAPPED = {
  fields: v.object({ phone: phone('IN') }),
  invite: ({ phone }: { phone: Phone }) => ({ groupName: 'Batch', contacts: [phone] }),
}

describe('a scheme that puts nothing between its parts', () => {
  it.each([
    [framer, { 'framer-webhook-submission-id': '0b1c2d' }],
    [zendesk, {}],
    [cashfree, {}],
    [close, {}],
    [hubspot, {}],
  ] as const)('takes no body that was not sent: $name', async (source, sent) => {
    const { scheme }: { scheme: Scheme } = source
    const secret = scheme.newSecret()
    const body = utf8('{"a":1}')
    const outgoing = {
      method: 'POST',
      url: URL_OF_HOOK,
      headers: new Headers(sent),
      body,
      now: NOW,
      id: 'evt',
    }
    const { headers = {} } = await scheme.sign(outgoing, secret)
    const genuine = { ...sent, ...headers }
    const verify = (text: string, changed: Readonly<Record<string, string>>) =>
      scheme.verify(
        {
          ...outgoing,
          headers: new Headers({ ...genuine, ...changed }),
          body: utf8(text),
          urlSecret: null,
        },
        [secret],
        Number.MAX_SAFE_INTEGER,
      )
    expect(await verify('{"a":1}', {})).toEqual({ ok: true })
    // Each header may have lent its letters to the body, on either side.
    for (const [name, value] of Object.entries(genuine)) {
      for (const letters of [1, 2, 5]) {
        const moved = [
          verify(`{"a":1}${value.slice(0, letters)}`, { [name]: value.slice(letters) }),
          verify(`${value.slice(-letters)}{"a":1}`, { [name]: value.slice(0, -letters) }),
        ]
        for (const verdict of await Promise.all(moved)) expect(verdict).toMatchObject({ ok: false })
      }
    }
  })

  it('takes no v2 request of HubSpot as a v1 one, its URI in the body', async () => {
    const secret = hubspot.scheme.newSecret()
    const text = '{"a":1}'
    const hash = async (signed: string) =>
      Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(signed))).toString('hex')
    const verify = (version: string, body: string, signature: string) =>
      hubspot.scheme.verify(
        {
          method: 'POST',
          url: URL_OF_HOOK,
          headers: new Headers({
            'x-hubspot-signature': signature,
            'x-hubspot-signature-version': version,
          }),
          body: utf8(body),
          urlSecret: null,
          now: NOW,
        },
        [secret],
      )
    const signature = await hash(`${secret}POST${URL_OF_HOOK}${text}`)
    expect(await verify('v2', text, signature)).toEqual({ ok: true })
    expect(await verify('v1', `POST${URL_OF_HOOK}${text}`, signature)).toEqual(reject('mismatch'))
  })
})

describe('a body that cannot be read', () => {
  const SECRET = '00D5g000004zzz!AQEAQ.s-e_c+ret'
  it.each([
    [salesforce, `<soap:Body><SessionId>${SECRET}</SessionId><x>`],
    [salesforce, { Envelope: { Body: { notifications: { SessionId: SECRET } } } }],
    [formstack, `FormID=1&HandshakeKey=${SECRET}&x=%`],
    [formstack, `{"HandshakeKey":"${SECRET}", "x"`],
    [formstack, { HandshakeKey: SECRET, FormID: '1' }],
    [bitrix24, `auth[access_token]=${SECRET}&a=1`],
    [bitrix24, `auth%5Brefresh_token%5D=${SECRET}&a=1`],
  ])('is kept without the secrets of its sender: $name', (source, fields) => {
    const kept = keptFields(fields, [], source.secretMembers)
    expect(kept).not.toContain(SECRET)
    expect(kept).not.toContain(SECRET.slice(6))
    expect(JSON.parse(kept)).toBeTruthy()
  })
})

describe('an id that a visitor wrote', () => {
  const outbox = () => outboxOnDisk()
  const lead = (fingerprint: string, digits: string, visitorWritesId = true) => ({
    account: 'default',
    hook: 'form',
    source: 'basin',
    bodyKey: null,
    fingerprint,
    visitorWritesId,
    items: [
      {
        key: 'id 4711',
        fields: '{}',
        mapped: {
          kind: 'invite' as const,
          invite: { groupName: 'Batch', contacts: [digits], teammates: [], create: true },
          consent: null,
        },
      },
    ],
  })

  it('does not lose the lead whose id it claimed: that is held', async () => {
    const { context, count } = outbox()
    await accept(context, lead('one', '919800000001'))
    const [second] = await accept(context, lead('two', '919800000002'))
    expect(second).toMatchObject({ duplicate: false, state: 'held' })
    expect(count(`deliveries WHERE reason = 'id of another lead'`)).toBe(1)
    const [again] = await accept(context, lead('two', '919800000002'))
    expect(again).toMatchObject({ duplicate: true, id: second?.id })
  })

  it('does not lose one whose number cannot be read either', async () => {
    const { context, count } = outbox()
    await accept(context, lead('one', '919800000001'))
    const unread = { kind: 'held', reasons: ['mapping'], issues: [], consent: null } as const
    const second = { ...lead('two', '919800000002') }
    const items = [{ key: 'id 4711', fields: '{}', mapped: unread }]
    expect(await accept(context, { ...second, items })).toMatchObject([
      { duplicate: false, state: 'held' },
    ])
    expect(await accept(context, { ...second, items })).toMatchObject([{ duplicate: true }])
    expect(count('deliveries')).toBe(2)
  })

  it('is a repeat where the people are the same, or no visitor can write it', async () => {
    const { context } = outbox()
    await accept(context, lead('one', '919800000001'))
    expect(await accept(context, lead('two', '919800000001'))).toMatchObject([{ duplicate: true }])
    expect(await accept(context, lead('two', '919800000002', false))).toMatchObject([
      { duplicate: true },
    ])
  })
})

describe.each(everySource.filter(({ kind }) => kind === 'form'))('$name', (source) => {
  const PROBE = 'a_question_of_the_author'
  const FORGED = '31337001'
  const sample = source.sample({ fields: { [PROBE]: 'x' }, id: 'sample', now: 0 })
  const idOf = (value: unknown) => {
    const reading = source.read(value, new Headers(sample.headers))
    return reading.ok ? (reading.submissions[0]?.id ?? null) : null
  }

  it('says so where an answer that is named like its id would be the id', async () => {
    const decoded = await decodeFrom(utf8(sample.body), sample.contentType, source.accepts)
    const value = decoded.ok ? decoded.value : null
    const forged = besides(value, PROBE).flatMap(({ holder, name }) => {
      const id = idOf(withMember(value, holder, name, FORGED))
      return id?.includes(FORGED) ? [name] : []
    })
    if (forged.length > 0)
      expect({ forged, says: source.visitorWritesId }).toEqual({ forged, says: true })
  })
})

/** The members that stand beside the author's own question, wherever that is. */
function besides(value: unknown, probe: string): { holder: object; name: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Object.hasOwn(value, probe)
    ? Object.keys(value).map((name) => ({ holder: value, name }))
    : []
  return [...own, ...Object.values(value).flatMap((inner) => besides(inner, probe))]
}

function withMember(value: unknown, holder: object, name: string, text: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => withMember(one, holder, name, text))
  const copy = Object.entries(value).map(([key, inner]) => [
    key,
    withMember(inner, holder, name, text),
  ])
  return Object.fromEntries(value === holder ? [...copy, [name, text]] : copy)
}

describe('a stored value that cannot be read', () => {
  it.each(['{}', '7', '[1,null]'])(
    'does not stop the account: an open call of %s',
    async (value) => {
      const outbox = outboxOnDisk()
      await outbox.leads('Batch', 1)
      outbox.disk.run(
        `INSERT INTO calls (part_id, group_id, hook, kind, leads, team, people, fresh, started_at) VALUES (1, 1, 'webinar', 'add', ?, '[]', 1, 1, 0)`,
        [value],
      )
      await outbox.pass(HOUR_MS)
      expect(outbox.count('calls WHERE ended_at IS NULL')).toBe(0)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
    },
  )

  const ODD = ['{}', '7', 'null', '[1,null]', '"text"', '{"a":', '']
  it.each(
    ['state', 'sweep', 'watch', 'pausedHooks'].flatMap((key) => ODD.map((value) => [key, value])),
  )('does not stop the account: its %s is %s', async (key, value) => {
    const outbox = outboxOnDisk()
    outbox.disk.run(`INSERT INTO account (key, value) VALUES (?, ?)`, [key ?? '', value ?? ''])
    await outbox.leads('Batch', 1)
    await outbox.pass(HOUR_MS)
    expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
    expect(outbox.count(`audit`)).toBe(0)
  })

  const MEMBERS = [
    'nextCallAt',
    'nextCallWhy',
    'nextCreateAt',
    'othersCreateAt',
    'createFailuresApart',
    'throttles',
    'accepted',
    'acceptedAt',
  ]
  it.each(MEMBERS.flatMap((member) => [null, 'x', [], {}, false].map((value) => [member, value])))(
    'is set aside alone: the %s of its state is %j',
    async (member, value) => {
      const outbox = outboxOnDisk()
      const state = JSON.stringify({ createFailures: 3, [String(member)]: value })
      outbox.disk.run(`INSERT INTO account (key, value) VALUES ('state', ?)`, [state])
      await outbox.leads('Batch', 1)
      expect(outbox.context.store.account.state).toMatchObject({ createFailures: 3 })
      await outbox.pass(HOUR_MS)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
      await outbox.account.overview()
    },
  )

  it.each([{ reason: 'ofTomorrow', since: 7 }, { reason: 'constructor' }, 'paused', []])(
    'lets no call go where it is a pause of a later version: %j',
    async (pause) => {
      const outbox = outboxOnDisk()
      const state = JSON.stringify({ pause })
      outbox.disk.run(`INSERT INTO account (key, value) VALUES ('state', ?)`, [state])
      await outbox.leads('Batch', 1)
      await outbox.pass(HOUR_MS)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(0)
      expect((await outbox.account.overview()).pause).toMatchObject({ reason: 'operator' })
      await outbox.account.resume('test')
      await outbox.pass(HOUR_MS)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
    },
  )

  it('does not stop the others: what a sender said, before it is asked for the rest', async () => {
    const config = defineConfig({
      hooks: { form: hook({ source: jotform, consent: 'none', ...MAPPED }) },
    })
    const answered = await lookUps(config, {})('form', '{"a":')
    expect(answered).toEqual({ kind: 'failed', message: 'What was kept of it cannot be read' })
  })

  it('does not stop its page: fields and a timeline', async () => {
    const outbox = outboxOnDisk()
    await outbox.leads('Batch', 1)
    outbox.disk.run(`UPDATE deliveries SET fields = '{"a":', timeline = '7'`, [])
    const story = await outbox.deliveries.story(1)
    expect(story).toMatchObject({ fields: null, timeline: [] })
    const kept = await outbox.deliveries.kept(1)
    if (kept === null) throw new Error('There is no delivery')
    expect(await remap('form', hook({ source: jotform, ...MAPPED }), kept, {})).toBe('fields_gone')
  })

  it('does not stop the others: an alert of a later version', async () => {
    const outbox = outboxOnDisk({ env: { ALERT_URL: 'https://alerts.example' } })
    outbox.disk.run(
      `INSERT INTO alerts (key, kind, subject, count, due_at, attempts) VALUES ('x', 'ofTomorrow', '', 3, 0, 0)`,
      [],
    )
    await outbox.leads('Batch', 1)
    await outbox.pass(HOUR_MS)
    expect(outbox.told).toEqual([expect.stringContaining('ofTomorrow, 3 times')])
    expect(alertText({ kind: 'burst', subject: 'form', count: 2 }, 'default', null)).toContain(
      '2 deliveries',
    )
  })
})
