/** A Durable Object's storage on node:sqlite: what is on disk outlives a process, and every step is a chance to crash. */

import type { StatementSync } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'
import type { OutboxStorage } from '../../src/outbox/ports.ts'

/** Called before and after whatever reaches the disk, with where that is; it may throw, and then the process ends there. */
export type Step = (when: string, what: string) => void

type Row = Record<string, SqlStorageValue>

/** What a process leaves behind: the database, and the alarm that is kept with it. */
export class Disk {
  readonly db = new DatabaseSync(':memory:')
  /** By the object's own clock. */
  alarmAt: number | null = null
  /** Set while the alarm's handler runs: the alarm is let go of when it ends well, unless it was set again meanwhile. */
  ringing: { replaced: boolean } | null = null
  /** How often something was written. */
  writes = 0
  readonly #known = new Map<string, Known>()

  /** Reads past the process under test. */
  rows<T>(query: string, ...values: (string | number | null)[]): T[] {
    // The caller names the columns it asked for.
    return this.#statement(query).prepared.all(...values) as T[]
  }

  /** Runs all statements of one text; the values are the last one's, as in a Durable Object. */
  run(
    query: string,
    values: readonly (string | number | null)[],
  ): { rows: Row[]; written: number } {
    const earlier = this.#known.has(query) ? [] : statementsOf(query).slice(0, -1)
    for (const statement of earlier) this.db.exec(statement)
    const last = earlier.length === 0 ? query : (statementsOf(query).at(-1) ?? '')
    const { prepared, gives, writes } = this.#statement(last)
    const rows = gives ? (prepared.all(...values) as Row[]) : []
    const written = gives ? (writes ? rows.length : 0) : Number(prepared.run(...values).changes)
    if (written > 0) this.writes++
    return { rows, written }
  }

  #statement(text: string): Known {
    let known = this.#known.get(text)
    if (known === undefined) {
      const prepared = this.db.prepare(text)
      const gives = prepared.columns().length > 0
      known = { prepared, gives, writes: /^\s*(?:INSERT|UPDATE|DELETE)/.test(text) }
      this.#known.set(text, known)
    }
    return known
  }
}

interface Known {
  readonly prepared: StatementSync
  /** Whether it gives rows. */
  readonly gives: boolean
  readonly writes: boolean
}

/** The storage as one process sees it. Built so that several of them, one after the other, share a disk. */
export function storageOn(disk: Disk, step: Step): OutboxStorage {
  return {
    sql: new SimulatedSql(disk, step),
    transactionSync(closure) {
      step('before', 'BEGIN')
      disk.db.exec('BEGIN')
      try {
        const result = closure()
        step('before', 'COMMIT')
        disk.db.exec('COMMIT')
        step('after', 'COMMIT')
        return result
      } catch (error) {
        if (disk.db.isTransaction) disk.db.exec('ROLLBACK')
        throw error
      }
    },
    async getAlarm() {
      step('before', 'getAlarm')
      // While its handler runs, an alarm that was not set again reads as none.
      return disk.ringing === null || disk.ringing.replaced ? disk.alarmAt : null
    },
    async setAlarm(at) {
      step('before', 'setAlarm')
      disk.writes++
      disk.alarmAt = Number(at)
      if (disk.ringing !== null) disk.ringing.replaced = true
      step('after', 'setAlarm')
    },
  }
}

class SimulatedSql implements SqlStorage {
  // Nobody makes a cursor of their own: the class is only named, and its constructor takes what it needs here.
  readonly Cursor = SimulatedCursor as unknown as typeof SqlStorageCursor
  readonly Statement = SimulatedStatement
  readonly databaseSize = 0
  readonly #disk: Disk
  readonly #step: Step

  constructor(disk: Disk, step: Step) {
    this.#disk = disk
    this.#step = step
  }

  exec<T extends Row>(query: string, ...values: (string | number | null)[]): SimulatedCursor<T> {
    this.#step('before', query)
    const { rows, written } = this.#disk.run(query, values)
    // Within a transaction this point is the same as the one before the next statement.
    if (written > 0 && !this.#disk.db.isTransaction) this.#step('after', query)
    // The outbox names the columns that it asked for.
    return new SimulatedCursor(rows as T[], written)
  }
}

class SimulatedStatement {}

class SimulatedCursor<T extends Row> implements SqlStorageCursor<T> {
  readonly rowsRead: number
  /** Rows of tables only: a Durable Object also counts those of indexes. */
  readonly rowsWritten: number
  readonly columnNames: string[]
  readonly #rows: readonly T[]
  #at = 0

  constructor(rows: readonly T[], written: number) {
    this.#rows = rows
    this.rowsRead = rows.length
    this.rowsWritten = written
    this.columnNames = Object.keys(rows[0] ?? {})
  }

  next(): IteratorResult<T, undefined> {
    const value = this.#rows[this.#at++]
    return value === undefined ? { done: true, value: undefined } : { done: false, value }
  }

  toArray(): T[] {
    const left = this.#rows.slice(this.#at)
    this.#at = this.#rows.length
    return left
  }

  one(): T {
    const [row, second] = this.toArray()
    if (row === undefined || second !== undefined) throw new Error('Expected exactly one row')
    return row
  }

  *raw<U extends SqlStorageValue[]>(): IterableIterator<U> {
    for (const row of this) yield Object.values(row) as U
  }

  *[Symbol.iterator](): IterableIterator<T> {
    yield* this.toArray()
  }
}

/** Splits at semicolons outside of quotes, comments and the bodies of triggers: `prepare` would silently take the first statement only. */
function statementsOf(query: string): string[] {
  const parts =
    query.match(
      /(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\bBEGIN\b[\s\S]*?\bEND\b|[^;])+/g,
    ) ?? []
  return parts.filter((part) => part.trim() !== '')
}
