/** Days of one's own: each number of `retention` holds on its own. */

import { expect, it } from 'vitest'
import { outboxOnDisk } from './outbox-on-disk.ts'

const DAY = 24 * 3_600_000

it('deletes what is held before what was accepted where the config says so', async () => {
  const { held, leads, count, pass } = outboxOnDisk({ retention: { inHandDays: 2 } })
  await leads('A', 1)
  await held('{"phone":"9800000001"}')
  await leads('A', 1)
  const kept = () => [
    count(`deliveries WHERE state = 'held' AND fields IS NOT NULL`),
    count(`deliveries WHERE state = 'accepted' AND fields IS NOT NULL`),
  ]
  await pass(DAY)
  expect(kept()).toEqual([1, 2])
  await pass(3 * DAY)
  expect(kept()).toEqual([0, 2])
  await pass(5 * DAY)
  expect(kept()).toEqual([0, 0])
})
