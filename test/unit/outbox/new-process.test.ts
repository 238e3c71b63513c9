/** What a new process of an outbox does at its first look, over the disk that an older one left. */

import { expect, it } from 'vitest'
import type { Outcome } from '../../../src/eazybe/client.ts'
import { accept } from '../../../src/outbox/accept.ts'
import { assembleOutbox } from '../../../src/outbox/assemble.ts'
import { retentionOf } from '../../../src/outbox/jobs/retention.ts'
import { Disk } from '../../simulation/disk.ts'
import { storageOn } from '../../simulation/storage.ts'
import { outboxOnDisk } from './outbox-on-disk.ts'

const BEGIN = Date.UTC(2026, 10, 20, 12)
const MINUTE = 60_000

function processOn(disk: Disk, token: string, now: () => number) {
  const outcome: Outcome =
    token === 'good' ? { kind: 'accepted' } : { kind: 'unauthorized', message: 'no' }
  return assembleOutbox({
    storage: storageOn(disk, () => {}),
    now,
    random: () => 0,
    addToGroup: async () => outcome,
    lookUp: async () => ({ kind: 'failed', message: 'no' }),
    sendAlert: async () => true,
    config: {
      accounts: {},
      hooks: {},
      retention: retentionOf(),
      canTypeName: () => false,
      publicUrl: null,
    },
    env: { EAZYBE_TOKEN: token },
  })
}

it('compares a new token with the refused one at once: a secret wakes no object by itself', async () => {
  const disk = new Disk()
  let at = BEGIN
  const old = processOn(disk, 'bad', () => at)
  const invite = { groupName: 'A', contacts: ['919800000001'], teammates: [], create: true }
  await accept(old.context, {
    account: 'default',
    hook: 'webinar',
    source: 'json',
    bodyKey: null,
    fingerprint: 'f',
    items: [{ key: 'k', fields: '{}', mapped: { kind: 'invite', invite, consent: null } }],
  })
  at += MINUTE
  await old.context.alarm.ring()
  expect(await old.deliveries.story(1)).toMatchObject({ reason: 'EazyBe refuses the token' })
  expect(disk.alarmAt).toBe(at + 15 * MINUTE)

  at += MINUTE
  const fresh = processOn(disk, 'good', () => at)
  await fresh.deliveries.story(1)
  expect(disk.alarmAt).toBe(at)
  await fresh.context.alarm.ring()
  expect(await fresh.deliveries.story(1)).toMatchObject({ state: 'accepted' })
})

it('counts a call against the caps also when its group was no group and is forgotten', async () => {
  const disk = new Disk()
  const answers: Outcome[] = [{ kind: 'ambiguous', status: 500, message: 'no' }]
  const outbox = outboxOnDisk({
    disk,
    addToGroup: async () => answers.shift() ?? { kind: 'missing', message: 'Group not found' },
  })
  await outbox.leads('Gone', 1, { create: false })
  await outbox.pass(10 * MINUTE)
  expect(outbox.count(`deliveries WHERE reason = 'group missing'`)).toBe(1)
  const edit = { kind: 'edit', contacts: null, groupName: 'Other', create: true } as const
  await outbox.account.pause('test')
  await outbox.deliveries.act([1], edit, 'test')
  expect(outbox.count('parts')).toBe(1)
  const { used } = await outbox.account.overview()
  expect(used.peopleDay).toBe(1)
  const fresh = outboxOnDisk({ disk })
  expect((await fresh.account.overview()).used).toEqual(used)
})

it('knows a person after storage failed when it was asked for them first', async () => {
  let fails = true
  const { people } = outboxOnDisk({
    step: (when, what) => {
      if (fails && when === 'before' && what.includes('SELECT value FROM account'))
        throw new Error('storage is away')
    },
  })
  const suppress = () => people.suppress('919800000001', null, 'api')
  await expect(suppress()).rejects.toThrow('storage is away')
  fails = false
  expect(await suppress()).toBe(0)
})
