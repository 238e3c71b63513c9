/** Parts of the console that need no page: times, the filter of an address, and cells of the export. */

import { describe, expect, it } from 'vitest'
import { daysToGo } from '../../../src/console/account-card.tsx'
import { Clock } from '../../../src/console/clock.ts'
import { cell } from '../../../src/console/export.ts'
import { readFilter } from '../../../src/console/filter-form.tsx'
import { defineConfig } from '../../../src/setup/define-config.ts'

const NOW = Date.UTC(2026, 10, 25, 9, 14, 3)
const india = defineConfig({ accounts: { default: { timeZone: 'Asia/Kolkata' } }, hooks: {} })
const berlin = defineConfig({ accounts: { default: { timeZone: 'Europe/Berlin' } }, hooks: {} })
const nowhere = defineConfig({ hooks: {} })

describe('the last of many', () => {
  it.each([
    [400, 0, 100, 3],
    [101, 0, 100, 1],
    [100, 0, 100, 0],
    [10, 100, 100, 1],
    [10, 120, 100, 1],
    [0, 100, 100, 0],
    [5, 0, 0, 0],
  ])('of %i, with %i used today of %i, goes out in %i days', (waiting, used, perDay, days) => {
    expect(daysToGo(waiting, used, perDay)).toBe(days)
  })
})

describe('the clock', () => {
  it('tells times in the account’s zone, or in UTC', () => {
    const iso = new Date(NOW).toISOString()
    expect(new Clock(india, NOW).full(iso)).toBe('25 Nov 2026, 14:44:03')
    expect(new Clock(nowhere, NOW).hour(iso)).toBe('09:14')
  })

  it.each([
    [-5_000, 'just now'],
    [-90_000, '1 minute ago'],
    [-7_200_000, '2 hours ago'],
    [-86_400_000, 'yesterday'],
    [30_000, 'in less than a minute'],
    [5 * 60_000, 'in 5 minutes'],
  ])('tells %i ms from now as "%s"', (ms, words) => {
    expect(new Clock(nowhere, NOW).relative(new Date(NOW + ms).toISOString())).toBe(words)
  })

  it.each([
    [india, '2026-11-25', '2026-11-24T18:30:00.000Z'],
    [nowhere, '2026-11-25', '2026-11-25T00:00:00.000Z'],
    // Clocks change in the night of that day, and of the one before.
    [berlin, '2026-10-25', '2026-10-24T22:00:00.000Z'],
    [berlin, '2026-10-26', '2026-10-25T23:00:00.000Z'],
    [berlin, '2026-03-29', '2026-03-28T23:00:00.000Z'],
    [berlin, '2026-03-30', '2026-03-29T22:00:00.000Z'],
    [nowhere, '2026-13-01', null],
    [nowhere, 'today', null],
  ])('a day begins where its people are', (config, day, at) => {
    expect(new Clock(config, NOW).dayBegins(day)).toBe(at)
  })
})

describe('the filter of an address', () => {
  const read = (query: string) => readFilter(new URLSearchParams(query), new Clock(india, NOW))

  it('takes empty fields for none, and days for whole ones', () => {
    expect(read('state=&text=+asha+&from=2026-11-24&to=2026-11-24').filter).toEqual({
      text: 'asha',
      from: '2026-11-23T18:30:00.000Z',
      to: '2026-11-24T18:30:00.000Z',
    })
  })

  it.each([
    'state=added',
    'phoneEnd=919876543210',
    'phoneEnd=12',
    'phoneEnd=123',
    'from=yesterday',
  ])('says that %s cannot be looked for', (query) => {
    const { filter, mistakes } = read(query)
    expect([filter, mistakes.length]).toEqual([null, 1])
  })
})

describe('a cell of the export', () => {
  it.each([
    ['plain', '"plain"'],
    ['say "hi"', '"say ""hi"""'],
    ['=1+1', `"'=1+1"`],
    ['  =1+1', `"'  =1+1"`],
    ['+91 98', `"'+91 98"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'=1"`],
    ['\u202e=1', `"'=1"`],
    ['\u200b\u200b=1', `"'=1"`],
    ['\uff1d1+1', `"'\uff1d1+1"`],
    ['gnp\u202eexe', '"gnpexe"'],
    [null, '""'],
    [7, '"7"'],
    // Numbers of one cell have a comma between them; a semicolon begins a cell in much of the world.
    [['a', '=b'], '"a, =b"'],
    ['a;=1+1', '"a;\'=1+1"'],
    ['a; "=1+1', '"a; ""\'=1+1"'],
  ])('of %j is %s', (value, text) => {
    expect(cell(value)).toBe(text)
  })
})
