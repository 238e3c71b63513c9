/** A delivery's timeline in its own row: SQL appends to it, and it does not grow without end. */

import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { APPEND_LINE, timelineLine } from '../../src/outbox/timeline.ts'

it('keeps the first line and the last ones', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(`CREATE TABLE deliveries (timeline TEXT); INSERT INTO deliveries VALUES ('[]')`)
  const append = database.prepare(`UPDATE deliveries SET timeline = ${APPEND_LINE}`)
  for (let nth = 1; nth <= 100; nth++) append.run(timelineLine(nth, `event ${nth}`, null))
  const { timeline } = database.prepare('SELECT timeline FROM deliveries').get() ?? {}
  const events = JSON.parse(String(timeline)).map(({ event }: { event: string }) => event)
  expect(events).toHaveLength(60)
  expect([events[0], events[1], events.at(-1)]).toEqual(['event 1', 'event 42', 'event 100'])
  database.close()
})
