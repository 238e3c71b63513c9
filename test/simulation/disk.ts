/** What a process leaves behind: its database on node:sqlite, and the alarm that is kept with it. */

import type { StatementSync } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'

export type Row = Record<string, SqlStorageValue>
export type Value = string | number | null

export class Disk {
  readonly #db = new DatabaseSync(':memory:')
  /** By the object's own clock. */
  alarmAt: number | null = null
  /** Set while the alarm's handler runs: the alarm is let go of when it ends well, unless it was set again meanwhile. */
  ringing: { replaced: boolean } | null = null
  /** How often something was written. */
  writes = 0
  /** What SQLite refused to do. */
  readonly refusals: string[] = []
  readonly #known = new Map<string, Known | Limited>()
  readonly #tables = new Set<string>()
  /** How often each table was written. */
  readonly #writesOf = new Map<string, number>()
  /** How often all tables may have changed at once. */
  #resets = 0

  get inTransaction(): boolean {
    return this.#db.isTransaction
  }

  begin(): void {
    this.#db.exec('BEGIN')
  }

  commit(): void {
    this.#db.exec('COMMIT')
  }

  rollback(): void {
    this.#db.exec('ROLLBACK')
    this.#resets++
  }

  close(): void {
    this.#db.close()
  }

  /** Reads past the process under test. */
  rows<T>(query: string, ...values: Value[]): T[] {
    // The caller names the columns it asked for.
    return this.#do(query, values).rows as T[]
  }

  /** Runs all statements of one text; the values are the last one's, as in a Durable Object. */
  run(query: string, values: readonly Value[]): { rows: readonly Row[]; written: number } {
    if (this.#known.has(query)) return this.#do(query, values)
    const statements = statementsOf(query)
    for (const statement of statements.slice(0, -1)) this.#do(statement, [])
    return this.#do(statements.at(-1) ?? '', values)
  }

  #do(text: string, all: readonly Value[]): { rows: readonly Row[]; written: number } {
    const statement = this.#statement(text)
    const known = 'limited' in statement ? this.#limited(statement, all.at(-1)) : statement
    const values = known === statement ? all : all.slice(0, -1)
    if (known.kind === 'reads') return { rows: this.#read(known, values), written: 0 }
    const { prepared, gives } = known
    const rows = gives ? rowsOf(known, values) : []
    const written = gives ? rows.length : Number(prepared.run(...values).changes)
    if (written > 0) this.writes++
    if (known.kind === 'writes') {
      for (const table of known.tables) {
        this.#writesOf.set(table, (this.#writesOf.get(table) ?? 0) + 1)
      }
    } else {
      this.#resets++
      for (const table of known.tables) this.#tables.add(table)
    }
    return { rows, written }
  }

  /** Most reads are of tables that were not written to since the last time: they are answered from memory. */
  #read(known: Known, values: readonly Value[]): readonly Row[] {
    let stamp = this.#resets
    for (const table of known.tables) stamp += this.#writesOf.get(table) ?? 0
    if (stamp !== known.stamp) {
      known.stamp = stamp
      known.answers.clear()
    }
    const key = values.length === 0 ? '' : JSON.stringify(values)
    const before = known.answers.get(key)
    if (before !== undefined) return before
    const rows = rowsOf(known, values)
    known.answers.set(key, rows)
    return rows
  }

  #statement(text: string): Known | Limited {
    let known = this.#known.get(text)
    if (known === undefined) {
      known = text.includes('LIMIT ?')
        ? { text, limited: new Map() }
        : knownOf(text, this.#db.prepare(text), this.#tables)
      this.#known.set(text, known)
    }
    return known
  }

  /** SQLite compiles a statement anew for every value of its LIMIT, which is its last one. */
  #limited({ text, limited }: Limited, limit: Value | undefined): Known {
    let known = limited.get(limit)
    if (known === undefined) {
      const own = text.replace('LIMIT ?', `LIMIT ${limit}`)
      known = knownOf(own, this.#db.prepare(own), this.#tables)
      limited.set(limit, known)
    }
    return known
  }
}

/** A statement with a variant for each limit. */
interface Limited {
  readonly text: string
  readonly limited: Map<Value | undefined, Known>
}

interface Known {
  readonly kind: 'reads' | 'writes' | 'makes'
  readonly prepared: StatementSync
  readonly columns: readonly string[]
  /** Whether it gives rows. */
  readonly gives: boolean
  /** Those it may read, or the one that it writes or makes. */
  readonly tables: readonly string[]
  /** Tells whether its tables were written since the answers were kept. */
  stamp: number
  readonly answers: Map<string, readonly Row[]>
}

function knownOf(text: string, prepared: StatementSync, tables: ReadonlySet<string>): Known {
  const target =
    /^\s*(?:INSERT\b.*?\bINTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM|CREATE\s+TABLE(?:\s+IF\s+NOT\s+EXISTS)?)\s+(\w+)/s.exec(
      text,
    )?.[1]
  const reads = /^\s*SELECT/.test(text)
  const words = new Set(text.match(/\w+/g))
  const columns = prepared.columns().map(({ name }) => name)
  prepared.setReturnArrays(true)
  return {
    kind: reads ? 'reads' : /^\s*(?:INSERT|UPDATE|DELETE)/.test(text) ? 'writes' : 'makes',
    prepared,
    columns,
    gives: columns.length > 0,
    tables: reads
      ? [...tables].filter((table) => words.has(table))
      : target === undefined
        ? []
        : [target],
    stamp: -1,
    answers: new Map(),
  }
}

/** Arrays come out of SQLite in half the time of objects. */
function rowsOf({ prepared, columns }: Known, values: readonly Value[]): Row[] {
  const arrays = prepared.all(...values) as unknown as SqlStorageValue[][]
  return arrays.map((array) => {
    const row: Row = {}
    columns.forEach((column, index) => {
      row[column] = array[index] ?? null
    })
    return row
  })
}

/** Splits at semicolons outside of quotes, comments and the bodies of triggers: `prepare` would silently take the first statement only. */
function statementsOf(query: string): string[] {
  const parts =
    query.match(
      /(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\bBEGIN\b[\s\S]*?\bEND\b|[^;])+/g,
    ) ?? []
  return parts.map((part) => part.replace(/^(?:\s|--[^\n]*\n)+/, '')).filter((part) => part !== '')
}
