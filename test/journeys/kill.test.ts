/** `kill -9` of everything in mid-delivery, while EazyBe fails a third of the calls: `npm run chaos`, small. */

import { describe, expect, it } from 'vitest'
import { runChaos } from '../chaos/run-chaos.ts'
import { judge } from '../chaos/verdict.ts'

const OPTIONS = { seed: 182, leads: 200, kills: 3, patience: false }

describe('kill -9 of the whole process tree, three times while 200 leads flow and EazyBe fails', () => {
  it('loses none of those that were answered 200, makes no group twice, and sends no one twice', async () => {
    const run = await runChaos(OPTIONS)
    expect(run.acknowledged.size).toBe(OPTIONS.leads)
    expect(run.scenes).toHaveLength(OPTIONS.kills)
    expect(new Set(run.calls.map(({ way }) => way)).size).toBeGreaterThan(5)
    const { promises } = judge(run)
    expect(promises.filter(({ broken }) => broken.length > 0)).toEqual([])
  })
})
