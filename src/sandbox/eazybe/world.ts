/**
 * The sandbox's world, told to its journal before anything else: the groups as WhatsApp has them and the calls EazyBe got.
 * The journal is JSON lines, only ever appended to, so that a `kill -9` costs at most the last line.
 */

import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { readJson } from '../../lib/decode.ts'
import {
  type Effect,
  type JournalRecord,
  type RecordedCall,
  type RecordedGroup,
  recordSchema,
} from './record.ts'

/** More than anyone reads; older calls are let go at a start, what they did stays. */
const KEPT_CALLS = 10_000

export interface World {
  /** In the order they were made. */
  groups(): readonly RecordedGroup[]
  /** In the order they came. */
  calls(): readonly RecordedCall[]
  /** The number for the next call. */
  nextId(): number
  /** Writes a call, with what it did; the same id again replaces it. */
  record(call: RecordedCall): void
  forget(): void
}

/** The world as the journal tells it. Compacts the journal. */
export function openWorld(journal: Journal): World {
  const groups = new Map<number, RecordedGroup>()
  const calls = new Map<number, RecordedCall>()
  let lastId = 0

  for (const record of journal.read()) replay(record)
  journal.rewrite([...groups.values(), ...inOrder(calls).slice(-KEPT_CALLS)])

  return {
    groups: () => [...groups.values()],
    calls: () => inOrder(calls),
    nextId() {
      lastId += 1
      return lastId
    },
    record(call) {
      journal.append(call)
      replay(call)
    },
    forget() {
      journal.rewrite([])
      groups.clear()
      calls.clear()
    },
  }

  function replay(record: JournalRecord): void {
    lastId = Math.max(lastId, record.id)
    if (record.type === 'group') {
      groups.set(record.id, record)
      return
    }
    calls.set(record.id, record)
    if (record.effect === null) return
    const { effect, answeredAt, at } = record
    groups.set(effect.group, changed(groups.get(effect.group), effect, answeredAt ?? at))
  }
}

/** Saying it twice changes nothing: after a compaction the calls tell again what the groups already hold. */
function changed(group: RecordedGroup | undefined, effect: Effect, at: number): RecordedGroup {
  const before = group ?? {
    type: 'group',
    id: effect.group,
    name: effect.name,
    createdAt: at,
    unseenMs: effect.unseenMs,
    members: [],
    absent: [],
  }
  const members = new Set([...before.members, ...effect.added])
  const absent = new Set([...before.absent, ...effect.absent])
  return {
    ...before,
    members: [...members],
    absent: [...absent].filter((number) => !members.has(number)),
  }
}

/** Answers come in another order than calls do. */
function inOrder(calls: ReadonlyMap<number, RecordedCall>): RecordedCall[] {
  return [...calls.values()].sort((one, other) => one.id - other.id)
}

/** The lines hold phone numbers. */
const OWNER_ONLY = 0o600

export interface Journal {
  /** Everything written so far, in order. */
  read(): JournalRecord[]
  /** Returns once the operating system has the line: it outlives this process, though not a power cut. */
  append(record: JournalRecord): void
  /** Replaces everything, at once or not at all. */
  rewrite(records: readonly JournalRecord[]): void
}

/** The journal in the file at `path`, which is made when first written to. */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true })
  return {
    read() {
      return parseLines(readText(path), path)
    },
    append(record) {
      appendFileSync(path, lineOf(record), { mode: OWNER_ONLY })
    },
    rewrite(records) {
      const fresh = `${path}.new`
      writeFileSync(fresh, records.map(lineOf).join(''), { mode: OWNER_ONLY })
      renameSync(fresh, path)
    },
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** A whole line ends in a line feed, so what stands after the last one was torn by a kill and never answered for. */
function parseLines(text: string, path: string): JournalRecord[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, index) => {
    const record = v.safeParse(recordSchema, readJson(line))
    if (record.success) return record.output
    throw new Error(
      `Cannot read ${path}: line ${index + 1} is not the sandbox's. Delete the file to start with no groups`,
    )
  })
}

function lineOf(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`
}
