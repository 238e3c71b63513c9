/** The bill of Cloudflare: what a webhook and a look at the console use, the price of a million, and what the free plan carries. */

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, it, vi } from 'vitest'
import { answers, play, record, rowsWritten } from '../drive.ts'
import { house, listen, post, VARS } from '../house.ts'

const HOUR_MS = 3_600_000
const LEADS = 50

/** What a webhook or a look uses. Each alarm that rings is a request of the object, and each that is set a row written. */
interface Use {
  readonly requests: number
  readonly kvReads: number
  readonly kvWrites: number
  readonly objectRequests: number
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly statements: number
  readonly alarms: number
}

/** Dollars for a million over what the paid plan includes, and what the free plan gives a day. Read in November 2026 from its documentation. */
const PRICES = {
  requests: { million: 0.3, freeADay: 100_000 },
  kvReads: { million: 0.5, freeADay: 100_000 },
  kvWrites: { million: 5, freeADay: 1_000 },
  objectRequests: { million: 0.15, freeADay: 100_000 },
  rowsRead: { million: 0.001, freeADay: 5_000_000 },
  rowsWritten: { million: 1, freeADay: 100_000 },
} as const
type Priced = keyof typeof PRICES

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** What so many runs of `work` use each, with the alarms that they make ring. */
async function use(
  times: number,
  work: (at: ReturnType<typeof house>, nth: number) => Promise<unknown>,
  { knows = true, drains = false }: { knows?: boolean; drains?: boolean } = {},
): Promise<Use> {
  const kv = { get: 0, put: 0 }
  const kept = new Map<string, string>()
  const at = house({
    seen: {
      get: async (key) => {
        kv.get++
        return knows ? (kept.get(key) ?? null) : null
      },
      put: async (key, value = '') => {
        kv.put++
        kept.set(key, value)
      },
    },
  })
  const { stub, runUntil } = at.drive()
  await work(at, -1)
  await runUntil(25 * HOUR_MS)
  kv.get = kv.put = at.wakes.length = 0
  const statements = await record(stub)
  const set = await runInDurableObject(stub, (_, state) =>
    vi.spyOn(Object.getPrototypeOf(state.storage), 'setAlarm'),
  )
  for (let nth = 0; nth < times; nth++) await work(at, nth)
  // Alarms of the outbox's own, such as retention's each day, belong to no webhook.
  const rang = drains ? await runUntil(35 * HOUR_MS) : 0
  const rowsRead = statements.reduce((sum, { cursor }) => sum + cursor.rowsRead, 0)
  const all: Use = {
    requests: times,
    kvReads: kv.get,
    kvWrites: kv.put,
    objectRequests: at.wakes.length + rang,
    rowsRead,
    rowsWritten: rowsWritten(statements) + set.mock.calls.length,
    statements: statements.length,
    alarms: rang,
  }
  vi.restoreAllMocks()
  const each = Object.entries(all).map(([name, value]) => [name, value / times])
  return { ...all, ...Object.fromEntries(each) }
}

const lead = (nth: number) =>
  post(
    {
      groupName: 'Zinnia',
      contacts: [`9198000${String(nth + 10).padStart(5, '0')}`],
      create: true,
    },
    VARS.PLAIN_SECRET,
  )

function row(name: string, one: Use, looks = false): string {
  const priced = Object.entries(PRICES).map(([what, price]) => [what as Priced, price] as const)
  const million = priced.reduce((sum, [what, price]) => sum + one[what] * price.million, 0)
  const carries = (kinds: typeof priced) =>
    Math.floor(Math.min(...kinds.map(([what, { freeADay }]) => freeADay / one[what])))
  const cells = [
    ...priced.map(([what]) => one[what].toFixed(2)),
    one.statements.toFixed(1),
    one.alarms.toFixed(2),
    million.toFixed(2),
    // Without room for a KV write a webhook goes through all the same: a repeat then asks the outbox.
    String(carries(looks ? priced : priced.filter(([what]) => what !== 'kvWrites'))),
  ]
  return name.padEnd(40) + cells.map((cell) => cell.padStart(10)).join('')
}

const HEAD =
  ''.padEnd(40) +
  [
    'requests',
    'KV reads',
    'KV writes',
    'object',
    'rows read',
    'written',
    'statements',
    'alarms',
    '$/million',
    'free/day',
  ]
    .map((cell) => cell.padStart(10))
    .join('')

it('of webhooks: one read and one write of KV where it goes through, and less for what does not', async () => {
  play(answers.ok)
  listen()
  const through = await use(LEADS, (at, nth) => at.ask('/hooks/plain', lead(nth)), {
    drains: true,
  })
  const repeat = await use(LEADS, (at) => at.ask('/hooks/plain', lead(-1)))
  const unknown = await use(LEADS, (at) => at.ask('/hooks/plain', lead(-1)), {
    knows: false,
  })
  const held = await use(LEADS, (at, nth) =>
    at.ask('/hooks/plain', post({ groupName: 'Zinnia', nth }, VARS.PLAIN_SECRET)),
  )
  const forged = await use(LEADS, (at, nth) =>
    at.ask('/hooks/plain', nth < 0 ? lead(nth) : post({ nth }, 'a-secret-that-is-not-the-hooks')),
  )
  console.info(
    [
      HEAD,
      row('goes through, in company', through),
      row('a repeat that KV knows', repeat),
      row('a repeat that KV does not know', unknown),
      row('held', held),
      row('refused: bad signature', forged),
    ].join('\n'),
  )
  expect(through).toMatchObject({ kvReads: 1, kvWrites: 1 })
  expect(repeat).toMatchObject({ kvReads: 1, kvWrites: 0, rowsWritten: 0, objectRequests: 0 })
  expect(unknown.rowsWritten).toBe(0)
  expect(unknown.objectRequests).toBeLessThanOrEqual(through.objectRequests)
  expect(forged).toMatchObject({ kvReads: 0, kvWrites: 0 })
  expect(forged.objectRequests).toBeLessThan(0.5)
})

it('of a look at each page of the console', async () => {
  play(answers.ok)
  listen()
  const headers = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }
  const rows: string[] = []
  for (const path of [
    '',
    '/deliveries',
    '/deliveries/default-1',
    '/groups',
    '/people',
    '/hooks',
    '/hooks/plain',
    '/audit',
    '/settings',
  ]) {
    const look = await use(LEADS / 10, async (at, nth) => {
      if (nth < 0) await at.ask('/hooks/plain', lead(nth))
      const { status } = await at.ask(`/console${path}`, { headers })
      expect(status).toBe(200)
    })
    rows.push(row(`/console${path}`, look, true))
    expect(look.rowsWritten).toBe(0)
  }
  console.info([HEAD, ...rows].join('\n'))
})
