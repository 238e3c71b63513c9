/** The scene of a kill: what stood on disk, and what it hit. Read from copies, so that nothing is mended by looking. */

import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { recordSchema } from '../../src/sandbox/eazybe/record.ts'
import type { Moment } from './moments.ts'

export const HITS = [
  'while it started',
  'between two calls',
  'a call that EazyBe had not answered',
  'a call that hung',
  'between EazyBe’s answer and its record',
] as const
export type Hit = (typeof HITS)[number]

export interface Scene {
  /** Epoch milliseconds: just before the blow. */
  readonly at: number
  readonly hit: Hit
  /** Every delivery on disk, by its id: when it settled for good, or null. */
  readonly kept: ReadonlyMap<string, number | null>
}

const deliveriesSchema = v.array(v.object({ seq: v.number(), settled: v.nullable(v.number()) }))
const openSchema = v.optional(v.object({ startedAt: v.number() }))

/** Looks at what a kill has left. */
export function sceneOf(stateDir: string, { aim }: Moment, at: number): Scene {
  const copy = copyOfOutbox(stateDir)
  try {
    const { open, kept } = copy === null ? NOTHING : readOutbox(join(copy, 'outbox.sqlite'))
    const hit = aim === 'start' ? 'while it started' : hitOf(stateDir, open)
    return { at, hit, kept }
  } finally {
    if (copy !== null) rmSync(copy, { recursive: true })
  }
}

const NOTHING = { open: null, kept: new Map<string, number | null>() }

function copyOfOutbox(stateDir: string): string | null {
  const folder = join(stateDir, 'do/usher-Outbox')
  if (!existsSync(folder)) return null
  const file = readdirSync(folder).find((name) => /^[0-9a-f]+\.sqlite$/.test(name))
  if (file === undefined) return null
  const copy = mkdtempSync(join(tmpdir(), 'usher-scene-'))
  for (const end of ['', '-wal']) {
    const from = join(folder, `${file}${end}`)
    if (existsSync(from)) copyFileSync(from, join(copy, `outbox.sqlite${end}`))
  }
  return copy
}

function readOutbox(path: string): Pick<Scene, 'kept'> & { open: number | null } {
  const database = new DatabaseSync(path)
  try {
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'calls'").all().length === 0) {
      return NOTHING
    }
    // What is held may go on by itself, once its group is found.
    const deliveries = database.prepare(
      `SELECT seq, CASE WHEN state = 'held' THEN NULL ELSE settled_at END AS settled FROM deliveries`,
    )
    const open = database.prepare(
      `SELECT started_at AS startedAt FROM calls
       WHERE id = (SELECT max(id) FROM calls) AND ended_at IS NULL`,
    )
    const rows = v.parse(deliveriesSchema, deliveries.all())
    return {
      kept: new Map(rows.map(({ seq, settled }) => [`default-${seq}`, settled])),
      open: v.parse(openSchema, open.get())?.startedAt ?? null,
    }
  } finally {
    database.close()
  }
}

/** What became of the call that was claimed and has no end, if there is one. */
function hitOf(stateDir: string, claimedAt: number | null): Hit {
  if (claimedAt === null) return 'between two calls'
  const last = lastRecord(join(stateDir, 'eazybe.jsonl'))
  if (last === null || last.at < claimedAt) return 'a call that EazyBe had not answered'
  return last.answeredAt === null ? 'a call that hung' : 'between EazyBe’s answer and its record'
}

function lastRecord(journal: string): { at: number; answeredAt: number | null } | null {
  const line = readFileSync(journal, 'utf8').split('\n').at(-2)
  if (line === undefined) return null
  const record = v.parse(recordSchema, JSON.parse(line))
  return record.type === 'call' ? record : null
}
