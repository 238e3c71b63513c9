/** What strangers can do with a request that is genuine, or nearly: move its letters, write its id, and read its secrets. */

import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { keptFields } from '../../../src/mapping/map.ts'
import { accept } from '../../../src/outbox/accept.ts'
import { alertText } from '../../../src/outbox/jobs/watch.ts'
import { reject, type Scheme } from '../../../src/schemes/scheme.ts'
import {
  bitrix24,
  cashfree,
  close,
  formstack,
  framer,
  hubspot,
  salesforce,
  zendesk,
} from '../../../src/usher.ts'
import { outboxOnDisk } from '../outbox/outbox-on-disk.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const HOUR_MS = 3_600_000
const URL_OF_HOOK = 'https://usher.example/hooks/webinar'

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

  it('is a repeat where the people are the same, or no visitor can write it', async () => {
    const { context } = outbox()
    await accept(context, lead('one', '919800000001'))
    expect(await accept(context, lead('two', '919800000001'))).toMatchObject([{ duplicate: true }])
    expect(await accept(context, lead('two', '919800000002', false))).toMatchObject([
      { duplicate: true },
    ])
  })
})

describe('a stored value that cannot be read', () => {
  it.each(['{}', '7', '[1,null]'])(
    'does not stop the account: an open call of %s',
    async (value) => {
      const outbox = outboxOnDisk()
      await outbox.leads('Batch', 1)
      outbox.disk.run(
        `INSERT INTO calls (part_id, kind, leads, team, people, fresh, started_at) VALUES (1, 'add', ?, '[]', 1, 1, 0)`,
        [value],
      )
      await outbox.pass(HOUR_MS)
      expect(outbox.count('calls WHERE ended_at IS NULL')).toBe(0)
      expect(outbox.count(`deliveries WHERE state = 'accepted'`)).toBe(1)
    },
  )

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
