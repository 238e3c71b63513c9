/** The reading list of docs/architecture.md: it names what one lead executes, which is few enough lines to read in an hour. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Path } from '../../one-lead/one-lead.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** A file of which one lead executes fewer lines may be read when it is met. */
const WORTH_NAMING_LINES = 40
const MOST_LINES = 3_000
/** Until the sender has its 200. */
const MOST_FILES = 30

const text = readFileSync(resolve(ROOT, 'docs/architecture.md'), 'utf8')
const section = text.slice(text.indexOf('## The core in an hour'), text.indexOf('## Words'))
const named = new Set(section.match(/[\w/-]+\.ts\b/g))

test('the reading list names what one lead executes, in at most 3,000 lines, 30 files of them before the 200', () => {
  // A process of its own: V8 counts places in the source as Node runs it, and Vitest runs another text.
  const script = resolve(ROOT, 'test/one-lead/one-lead.ts')
  const { stdout, stderr } = spawnSync(process.execPath, [script, '--json'], { encoding: 'utf8' })
  const last = stdout.trim().split('\n').at(-1) ?? ''
  expect(last, stderr).toMatch(/^\{"accepting"/)
  const { accepting, whole }: Path = JSON.parse(last)

  expect(whole.reduce((sum, { lines }) => sum + lines, 0)).toBeLessThan(MOST_LINES)
  expect(accepting.length).toBeLessThanOrEqual(MOST_FILES)
  const long = whole.filter(({ lines }) => lines >= WORTH_NAMING_LINES).map(({ file }) => file)
  expect(long.filter((file) => !named.has(file))).toEqual([])
  const ran = new Set(whole.map(({ file }) => file))
  // Mounted at the start, or types and tables that no line of a lead executes.
  const others = ['index.ts', 'worker.ts', 'outbox/outbox.ts', 'outbox/store/schema.ts']
  expect([...named].filter((file) => !ran.has(file) && !others.includes(file))).toEqual([])
})
