/** Tests sent from the console, and the people that a sample would add: its own number may be a real person's. */

import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import type { Hook } from '../../../src/mapping/hook.ts'
import { ownFields, strangersIn } from '../../../src/operator/sample/sample-fields.ts'
import { sendTest } from '../../../src/operator/test-send.ts'
import { defineConfig } from '../../../src/setup/define-config.ts'
import { goHighLevel, hook, json, leadSquared, phone, pipedrive } from '../../../src/usher.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const SAID = '+918123450617'
const SAMPLES = '919800000001'

/** It reads the first number that there is, and not by `phone()`: its place is not known. */
const ownReading = hook({
  source: pipedrive,
  fields: v.object({ data: v.looseObject({ phones: v.array(v.object({ value: v.string() })) }) }),
  invite: ({ data }) => ({
    groupName: 'Customers',
    contacts: data.phones.map(({ value }) => v.parse(phone('IN'), value)),
    create: true,
  }),
})
const usual = hook({
  source: pipedrive,
  fields: v.object({ data: v.object({ phones: v.tuple([v.object({ value: phone('IN') })]) }) }),
  invite: ({ data }) => ({
    groupName: 'Customers',
    contacts: [data.phones[0].value, '919811112222'],
    create: true,
  }),
})
const teammatesAlone = hook({
  source: pipedrive,
  fields: v.object({}),
  invite: () => ({ groupName: 'Customers', contacts: ['919811112222'], create: true }),
})
const speaking = hook({ source: json, country: 'IN' })

describe('the people that a sample would add', () => {
  const path = 'data.phones.0.value'

  it.each<[sentence: string, hook: Hook, fields: Record<string, string>, strangers: string[]]>([
    ['the sample’s own person, where no number was given', ownReading, {}, [SAMPLES]],
    ['no other person, where the number was given', ownReading, { [path]: SAID }, []],
    ['no other person, where phone() says which is the number', usual, { [path]: SAID }, []],
    ['the sample’s own person by phone() as well', usual, {}, [SAMPLES]],
    ['none, where only teammates are invited', teammatesAlone, {}, []],
    ['the people that an invite in the body names', speaking, {}, [SAMPLES]],
  ])('is %s', async (_, one, fields, strangers) => {
    const sample = one.source.sample({ fields, id: 'sample-1', now: NOW })
    expect(strangersIn(one, await ownFields(one, sample), fields, NOW)).toEqual(strangers)
  })
})

describe('a test sent from the console', () => {
  it('is not sent where the hook would take the sample’s own number for the operator’s', async () => {
    const dispatch = vi.fn()
    const admin = {
      config: defineConfig({ hooks: { customers: ownReading } }),
      env: { CUSTOMERS_SECRET: '9c2b7f10d4e84a6fb3a1c5d7e9f00b11' } as never,
      actor: 'console',
      origin: 'https://usher.example',
      dispatch,
    }
    expect(await sendTest(admin, 'customers', SAID, true)).toMatchObject({
      because: expect.stringContaining('may be a real person’s'),
    })
    expect(dispatch).not.toHaveBeenCalled()
  })

  it('is told to be impossible where the secret is a key that only verifies', async () => {
    const key = 'MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg='
    const contacts = hook({
      source: goHighLevel,
      fields: v.object({ phone: phone('IN') }),
      invite: ({ phone }) => ({ groupName: 'Clinic', contacts: [phone], create: true }),
    })
    const admin = {
      config: defineConfig({ hooks: { contacts } }),
      env: { CONTACTS_SECRET: `UsherSampleLocation1 ${key}`, USHER_SANDBOX: '1' } as never,
      actor: 'console',
      origin: 'https://usher.example',
      dispatch: vi.fn(),
    }
    expect(await sendTest(admin, 'contacts', SAID, true)).toEqual({
      because: 'CONTACTS_SECRET does not sign: Only HighLevel itself can sign for its public key.',
    })
  })

  it('finds its delivery where the sender wants an answer of its own', async () => {
    const leads = hook({
      source: leadSquared,
      fields: v.object({ Phone: phone('IN') }),
      invite: ({ Phone }) => ({ groupName: 'Leads', contacts: [Phone], create: true }),
    })
    const receivedAt = new Date(NOW).toISOString()
    const list = vi.fn(async () => ({
      deliveries: [{ id: 'default-7', receivedAt }],
      before: null,
    }))
    const outbox = {
      idFromName: (name: string) => name,
      get: () => ({ account: () => ({ note: async () => {} }), deliveries: () => ({ list }) }),
    }
    const admin = {
      config: defineConfig({ hooks: { leads } }),
      env: { LEADS_SECRET: '9c2b7f10d4e84a6fb3a1c5d7e9f00b11', OUTBOX: outbox } as never,
      actor: 'console',
      origin: 'https://usher.example',
      dispatch: async () => Response.json({ Status: 'Success', StatusReason: '' }),
    }
    expect(await sendTest(admin, 'leads', SAID, true)).toMatchObject({
      status: 200,
      deliveries: ['default-7'],
    })
    expect(list).toHaveBeenCalledWith(
      expect.objectContaining({ hook: 'leads', from: expect.any(Number) }),
    )
  })
})
