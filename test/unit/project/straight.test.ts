/** Keeps the benchmark honest: straight code, which Usher is measured against, stores of a lead what Usher stores. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, it } from 'vitest'
import { type Contender, load, start, webhook } from '../../bench/contenders.ts'

const started: Contender[] = []
afterEach(async () => {
  for (const one of started.splice(0)) await one.close()
})

const USHER = `SELECT d.hook, d.source, d.state, g.name, m.digits, m.status, d.fields FROM deliveries AS d
  JOIN asks AS a ON a.delivery = d.seq JOIN memberships AS m ON m.person = a.person AND m.group_id = a.group_id
  JOIN groups AS g ON g.id = d.group_id ORDER BY m.digits`
const STRAIGHT = `SELECT d.hook, d.source, d.state, g.name, contacts ->> '$[0].digits' AS digits,
  contacts ->> '$[0].state' AS status, d.fields FROM deliveries AS d JOIN groups AS g ON g.id = d.group_id ORDER BY digits`

it('straight code stores the leads, groups, numbers and answers that Usher stores, each once', async () => {
  const usher = await stored('test/bench/usher.ts', { KV: 'memory' }, USHER)
  const straight = await stored('test/bench/limits.ts', { LIMIT: 'straight' }, STRAIGHT)
  expect(straight).toHaveLength(5)
  const facts = (rows: typeof usher) => rows.map(({ fields: _, ...row }) => row)
  expect(facts(straight)).toEqual(facts(usher))
  straight.forEach(({ fields }, place) => {
    const kept = JSON.parse(String(usher[place]?.fields))
    for (const ref of ['name', 'whatsapp', 'email', 'group', 'whatsapp_ok', 'city', 'why']) {
      expect(JSON.parse(String(fields))[ref], ref).toEqual(kept[ref])
    }
  })
})

/** What a contender's object holds after five webhooks, one of them sent twice and one forged. */
async function stored(entry: string, vars: Record<string, string>, query: string) {
  const contender = await start({ entry, vars })
  started.push(contender)
  const sent = [1, 2, 3, 4, 5, 5].map((number) => webhook(number))
  await load(contender.url, sent, { connections: 1, status: 200 })
  await load(contender.url, [webhook(6, { forged: true })], { connections: 1, status: 401 })
  const found = readdirSync(contender.stateDir, { recursive: true, encoding: 'utf8' })
  const files = found.filter((name) => /outbox.*\/[0-9a-f]{64}\.sqlite$/i.test(name))
  expect(files).toHaveLength(1)
  using disk = new DatabaseSync(join(contender.stateDir, files[0] ?? ''), { readOnly: true })
  return disk.prepare(query).all()
}
