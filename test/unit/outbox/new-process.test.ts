/** What a new process of an outbox does at its first look, over the disk that an older one left. */

import { expect, it } from 'vitest'
import type { Outcome } from '../../../src/eazybe/client.ts'
import { accept } from '../../../src/outbox/accept.ts'
import { assembleOutbox } from '../../../src/outbox/assemble.ts'
import { retentionOf } from '../../../src/outbox/jobs/retention.ts'
import { Disk } from '../../simulation/disk.ts'
import { storageOn } from '../../simulation/storage.ts'

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
