/** Guesses of the admin secret: who must wait, and of how many the operator is told. */

import { describe, expect, it } from 'vitest'
import { GuessLimit } from '../../../src/operator/admin-secret.ts'
import { outboxOnDisk } from '../outbox/outbox-on-disk.ts'

const MINUTE_MS = 60_000

async function guess(limit: GuessLimit, times: number, addressOf: (nth: number) => string, at = 1) {
  const told: number[] = []
  for (let nth = 0; nth < times; nth++) {
    const news = await limit.wrong(addressOf(nth), `guess ${at} ${nth}`, at)
    if (news !== null) told.push(news)
  }
  return told
}

describe('guesses', () => {
  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::7', true],
    ['2001:DB8:1:2::', '2001:0db8:0001:0002::1', true],
    ['2001:db8:1:2::', '2001:db8:1:3::', false],
    ['2001:db8::1', '2001:db8:0:0:9::1', true],
    ['::1', '0:0:0:0::2', true],
    ['203.0.113.9', '203.0.113.10', false],
  ])('of %s make %s wait: %s', async (one, other, waits) => {
    const limit = new GuessLimit()
    await guess(limit, 10, () => one)
    expect(limit.waitSeconds(other, 1) !== null).toBe(waits)
  })

  it('are told of a dozen times where thousands come from everywhere', async () => {
    const limit = new GuessLimit()
    const told = await guess(limit, 5_000, (nth) => `198.51.${nth >> 8}.${nth & 255}`)
    expect(told.length).toBeLessThan(12)
    expect(told[0]).toBe(10)
  })

  it('from a network that guessed too often in other isolates wait after the first', async () => {
    const keys: string[] = []
    const all = {
      limit: async ({ key }: RateLimitOptions) => {
        keys.push(key)
        return { success: false }
      },
    }
    const limit = new GuessLimit()
    expect(await limit.wrong('2001:db8:1:2::9', 'a guess', 1, all)).toBeNull()
    expect(keys).toEqual(['2001:db8:1:2'])
    expect(limit.waitSeconds('2001:db8:1:2::1', 1)).toBe(15 * 60)
    expect(limit.waitSeconds('2001:db8:1:3::1', 1)).toBeNull()
    expect(limit.waitSeconds('2001:db8:1:2::1', 15 * MINUTE_MS + 1)).toBeNull()
  })

  it('are counted in memory where the platform counts none', async () => {
    const all = {
      limit: async () => {
        throw new Error('the limit is away')
      },
    }
    const limit = new GuessLimit()
    for (let nth = 0; nth < 10; nth++) {
      expect(limit.waitSeconds('here', 1)).toBeNull()
      await limit.wrong('here', `guess ${nth}`, 1, all)
    }
    expect(limit.waitSeconds('here', 1)).toBe(15 * 60)
  })

  it('are not told of where a person mistypes now and then', async () => {
    const limit = new GuessLimit()
    for (let day = 1; day < 20; day++)
      expect(await guess(limit, 3, () => 'here', day * 24 * 60 * MINUTE_MS)).toEqual([])
  })

  it('are an alert at once, and a line of the audit log', async () => {
    const outbox = outboxOnDisk({ env: { ALERT_URL: 'https://alerts.example' } })
    await outbox.account.guessed(10)
    await outbox.pass(MINUTE_MS)
    expect(outbox.told).toEqual([expect.stringContaining('10 wrong admin secrets')])
    expect((await outbox.account.audit(null, 5)).entries).toMatchObject([
      { actor: 'unknown', action: 'wrong admin secret' },
    ])
  })
})
