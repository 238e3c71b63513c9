/** A Durable Object's storage over a disk that outlives the process: every step is a chance to crash. */

import type { OutboxStorage } from '../../src/outbox/ports.ts'
import type { Disk, Row, Value } from './disk.ts'

/** Called before and after whatever reaches the disk, with where that is; it may throw, and then the process ends there. */
export type Step = (when: string, what: string) => void

/** The storage as one process sees it. Built so that several of them, one after the other, share a disk. */
export function storageOn(disk: Disk, step: Step): OutboxStorage {
  return {
    sql: new SimulatedSql(disk, step),
    transactionSync(closure) {
      step('before', 'BEGIN')
      disk.begin()
      try {
        const result = closure()
        step('before', 'COMMIT')
        disk.commit()
        step('after', 'COMMIT')
        return result
      } catch (error) {
        if (disk.inTransaction) disk.rollback()
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
  // Only the name of the class is used: cursors are made here alone.
  readonly Cursor = SimulatedCursor as unknown as typeof SqlStorageCursor
  readonly Statement = SimulatedStatement
  readonly databaseSize = 0
  readonly #disk: Disk
  readonly #step: Step

  constructor(disk: Disk, step: Step) {
    this.#disk = disk
    this.#step = step
  }

  exec<T extends Row>(query: string, ...values: Value[]): SimulatedCursor<T> {
    this.#step('before', query)
    const { rows, written } = this.#run(query, values)
    // Within a transaction this point is the same as the one before the next statement.
    if (written > 0 && !this.#disk.inTransaction) this.#step('after', query)
    // The outbox names the columns that it asked for.
    return new SimulatedCursor(rows as T[], written)
  }

  /** What SQLite itself refuses breaks a constraint, or is no SQL: no history may lead there. */
  #run(query: string, values: readonly Value[]): ReturnType<Disk['run']> {
    try {
      return this.#disk.run(query, values)
    } catch (error) {
      this.#disk.refusals.push(`${error} (${query.trim().replaceAll(/\s+/g, ' ').slice(0, 60)})`)
      throw error
    }
  }
}

class SimulatedStatement {}

class SimulatedCursor<T extends Row> implements SqlStorageCursor<T> {
  /** Rows of tables only: a Durable Object also counts those of indexes. */
  readonly rowsWritten: number
  readonly #rows: readonly T[]
  #at = 0

  constructor(rows: readonly T[], written: number) {
    this.#rows = rows
    this.rowsWritten = written
  }

  get rowsRead(): number {
    return this.#rows.length
  }

  get columnNames(): string[] {
    return Object.keys(this.#rows[0] ?? {})
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
