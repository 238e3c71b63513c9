/** A delivery's timeline in its own row: SQL appends to it, equal lines are counted, and it does not grow without end. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { appended } from '../../../src/outbox/store/deliveries.ts'
import { Sql } from '../../../src/outbox/store/sql.ts'
import { Disk } from '../../simulation/disk.ts'
import { storageOn } from '../../simulation/storage.ts'

let sql: Sql
let disk: Disk
beforeEach(() => {
  disk = new Disk()
  sql = new Sql(storageOn(disk, () => {}).sql)
  sql.run`CREATE TABLE deliveries (timeline TEXT)`
  sql.run`INSERT INTO deliveries VALUES ('[]')`
})
afterEach(() => disk.close())

function append(at: number, event: string, detail: string | null): void {
  sql.run`UPDATE deliveries SET timeline = ${appended(at, { event, detail })}`
}

function timeline(): { event: string }[] {
  return JSON.parse(sql.one<{ timeline: string }>`SELECT timeline FROM deliveries`.timeline)
}

it('keeps the first line and the last ones', () => {
  for (let nth = 1; nth <= 100; nth++) append(nth, `event ${nth}`, null)
  const events = timeline().map(({ event }) => event)
  expect(events).toHaveLength(60)
  expect([events[0], events[1], events.at(-1)]).toEqual(['event 1', 'event 42', 'event 100'])
})

it('counts a line with the detail of the last one, and says when that was last; one without is kept', () => {
  append(0, 'received', null)
  for (const at of [1_000, 2_000, 3_000]) append(at, 'unknown', 'EazyBe failed')
  append(4_000, 'unknown', 'Another reason')
  append(5_000, 'accepted', null)
  append(6_000, 'accepted', null)
  expect(timeline()).toEqual([
    { at: '1970-01-01T00:00:00.000Z', event: 'received' },
    {
      at: '1970-01-01T00:00:01.000Z',
      event: 'unknown',
      detail: 'EazyBe failed',
      count: 3,
      last: '1970-01-01T00:00:03.000Z',
    },
    { at: '1970-01-01T00:00:04.000Z', event: 'unknown', detail: 'Another reason' },
    { at: '1970-01-01T00:00:05.000Z', event: 'accepted' },
    { at: '1970-01-01T00:00:06.000Z', event: 'accepted' },
  ])
})
