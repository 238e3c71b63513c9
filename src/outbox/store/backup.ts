/** A copy of all tables as lines of JSON: read in pages that together show one moment, and put back into empty tables at once. */

import * as v from 'valibot'
import { errorText } from '../../lib/log.ts'
import { MIGRATIONS } from './schema.ts'
import { Fragment, raw, type Sql } from './sql.ts'

/** A page is sent once it is so long; its last row may make it longer. */
const PAGE_CHARACTERS = 1_048_576
const TEXT_KEYS: readonly string[] = ['key', 'hook', 'name', 'person']

/** Each table with its primary key, in an order in which no row comes before one that it names. Counts are kept by triggers. */
export const TABLES: readonly (readonly [table: string, ...key: readonly string[]])[] = [
  ['account', 'key'],
  ['groups', 'id'],
  ['group_hooks', 'group_id', 'hook'],
  ['group_names', 'name'],
  ['hooks', 'hook'],
  ['parts', 'id'],
  ['deliveries', 'seq'],
  ['memberships', 'person', 'group_id', 'team_part'],
  ['asks', 'person', 'group_id', 'team_part', 'delivery'],
  ['calls', 'id'],
  ['suppressed', 'person', 'group_id'],
  ['evidence', 'id'],
  ['unswept', 'seq'],
  ['alerts', 'key'],
  ['audit', 'id'],
]

/** An outbox with a row in one of these takes no copy. */
const IN_USE = ['groups', 'deliveries', 'memberships', 'calls', 'suppressed', 'evidence']
/** A new outbox may have rows in these: the account's keys, an alert, a webhook that was refused. */
const REPLACED = ['account', 'alerts', 'hooks']

const value = v.union([v.string(), v.number(), v.null()])
type Row = Record<string, v.InferOutput<typeof value>>

const headerSchema = v.object({
  usher: v.literal('outbox'),
  schema: v.number(),
  /** The columns of each table: they may differ within a version that was never released. */
  tables: v.optional(v.record(v.string(), v.array(v.string())), {}),
  account: v.string(),
  at: v.string(),
  /** The highest number that each numbered table ever gave: none is given twice. */
  numbers: v.record(v.string(), v.number()),
})
const rowSchema = v.object({ table: v.string(), row: v.record(v.string(), value) })
const endSchema = v.object({ rows: v.number() })
const lineSchema = v.union([headerSchema, rowSchema, endSchema])

const cursorSchema = v.object({
  /** Of the state of the tables when the first page was read. */
  mark: v.string(),
  table: v.number(),
  after: v.nullable(v.array(v.union([v.string(), v.number()]))),
  rows: v.number(),
})

export interface BackupPage {
  readonly text: string
  /** For the next page; null: this was the last. */
  readonly cursor: string | null
}

/** Why a copy is not put back, in a sentence for its operator. */
export class RestoreFault extends Error {}

export class Backup {
  readonly #sql: Sql
  readonly #random: () => number
  /** Tells this process from the one before, whose count of changes is lost. */
  #process: string | undefined
  /** When the first piece of a copy came; null: none waits. Undefined until the table was read. */
  #pieceAt: number | null | undefined

  constructor(sql: Sql, random: () => number) {
    this.#sql = sql
    this.#random = random
  }

  /** The next page; null: something was written since the first, or the cursor is none. */
  page(account: string, cursor: string | null, now: number): BackupPage | null {
    const mark = this.#mark()
    const begin = { mark, table: 0, after: null, rows: 0 }
    const from =
      cursor === null
        ? { success: true as const, output: begin }
        : v.safeParse(v.pipe(v.string(), v.parseJson(), cursorSchema), cursor)
    if (!from.success || from.output.mark !== mark) return null
    let { after, rows } = from.output
    let text = cursor === null ? line(this.#header(account, now)) : ''
    for (const [at, [table, ...key]] of TABLES.entries()) {
      if (at < from.output.table) continue
      for (const row of this.#rows(table, key, after)) {
        text += line({ table, row })
        rows++
        if (text.length < PAGE_CHARACTERS) continue
        const last = key.map((name) => row[name])
        return { text, cursor: JSON.stringify({ mark, table: at, after: last, rows }) }
      }
      after = null
    }
    return { text: text + line({ rows }), cursor: null }
  }

  /** Whether anything is in the outbox that a copy would be mixed with. */
  isInUse(): boolean {
    const used = TABLES.filter(([table]) => IN_USE.includes(table))
    return used.some(([table, ...key]) => {
      for (const _ of this.#rows(table, key, null)) return true
      return false
    })
  }

  /** Keeps a piece of a copy, cut anywhere. False: it is not the one that comes next. */
  keep(piece: number, text: string, now: number): boolean {
    if (piece === 0) this.discard()
    const next = this.#sql.value<number>`SELECT coalesce(max(id), -1) + 1 FROM incoming`
    if (piece !== next) return false
    this.#sql.run`INSERT INTO incoming (id, at, text) VALUES (${piece}, ${now}, ${text})`
    this.#pieceAt = undefined
    return true
  }

  /** When the first piece of a copy came that is not whole yet; null: none waits. */
  get pieceAt(): number | null {
    if (this.#pieceAt !== undefined) return this.#pieceAt
    const [at = null] = this.#sql.column<number>`SELECT at FROM incoming WHERE id = 0`
    this.#pieceAt = at
    return at
  }

  /** Forgets the pieces. */
  discard(): void {
    this.#sql.run`DELETE FROM incoming WHERE id >= 0`
    // Read again: the transaction may be taken back.
    this.#pieceAt = undefined
  }

  /** Writes what the pieces hold into the tables. Throws a `RestoreFault`, after which nothing of it may be kept. */
  restore(account: string): number {
    if (this.isInUse()) throw new RestoreFault(IS_IN_USE)
    const columns = this.#columns()
    let numbers: Readonly<Record<string, number>> | null = null
    let rows = 0
    let number = 0
    for (const text of this.#lines()) {
      number++
      const read = v.safeParse(v.pipe(v.string(), v.parseJson(), lineSchema), text)
      if (!read.success) throw new RestoreFault(`Line ${number} is no line of an export.`)
      const one = read.output
      if ('usher' in one) {
        checkHeader(one, account, columns)
        numbers = one.numbers
      } else if (numbers === null) {
        throw new RestoreFault('It does not begin with the line that every export begins with.')
      } else if ('row' in one) {
        const known = columns.get(one.table)
        const fits = known?.length === Object.keys(one.row).length
        if (!fits || !known?.every((name) => Object.hasOwn(one.row, name))) {
          throw new RestoreFault(`Line ${number} is no row of a table that there is.`)
        }
        try {
          this.#insert(one.table, known, one.row)
        } catch (error) {
          throw new RestoreFault(`Line ${number} breaks a rule of the tables: ${errorText(error)}.`)
        }
        rows++
      } else {
        if (one.rows !== rows) {
          throw new RestoreFault(`It says that it has ${one.rows} rows, and has ${rows}.`)
        }
        this.#setNumbers(numbers)
        this.discard()
        return rows
      }
    }
    throw new RestoreFault('Its end is missing: the export was cut off.')
  }

  /** Changes with every row that is written. */
  #mark(): string {
    this.#process ??= this.#random().toString(36).slice(2)
    return `${this.#process}-${this.#sql.value<number>`SELECT total_changes()`}`
  }

  #header(account: string, now: number): v.InferOutput<typeof headerSchema> {
    const given = this.#sql.all<{
      name: string
      seq: number
    }>`SELECT name, seq FROM sqlite_sequence`
    return {
      usher: 'outbox',
      schema: MIGRATIONS.length,
      tables: Object.fromEntries(this.#columns()),
      account,
      at: new Date(now).toISOString(),
      numbers: Object.fromEntries(given.map(({ name, seq }) => [name, seq])),
    }
  }

  /** The rows of a table after one of them, by its key. They are read one by one as they are asked for. */
  #rows(
    table: string,
    key: readonly string[],
    after: readonly (string | number)[] | null,
  ): Iterable<Row> {
    const from = after ?? key.map((name) => (TEXT_KEYS.includes(name) ? '' : -1))
    const names = raw(key.join(', '))
    return this.#sql.each`
      SELECT * FROM ${raw(table)} WHERE (${names}) > (${listed(from)}) ORDER BY ${names}`
  }

  /** The columns of each table. */
  #columns(): Map<string, string[]> {
    return new Map(
      TABLES.map(([table]) => [
        table,
        this.#sql.column`SELECT name FROM pragma_table_info(${table})`,
      ]),
    )
  }

  /** A line of the audit log gets a new number: the login that led here has one of the first. */
  #insert(table: string, columns: readonly string[], row: Row): void {
    const names = columns.filter((name) => table !== 'audit' || name !== 'id')
    const values = names.map((name) => row[name] ?? null)
    const verb = raw(REPLACED.includes(table) ? 'INSERT OR REPLACE' : 'INSERT')
    this.#sql.run`${verb} INTO ${raw(table)} (${raw(names.join(', '))}) VALUES (${listed(values)})`
  }

  #setNumbers(numbers: Readonly<Record<string, number>>): void {
    for (const [name, seq] of Object.entries(numbers)) {
      this.#sql.run`DELETE FROM sqlite_sequence WHERE name = ${name}`
      this.#sql.run`INSERT INTO sqlite_sequence (name, seq) VALUES (${name}, ${seq})`
    }
  }

  /** The lines of all pieces; never more than one piece and one line at once. */
  *#lines(): Iterable<string> {
    let rest = ''
    for (let id = 0; ; id++) {
      const [piece] = this.#sql.column<string>`SELECT text FROM incoming WHERE id = ${id}`
      if (piece === undefined) break
      const lines = `${rest}${piece}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  }
}

export const IS_IN_USE =
  'This outbox has leads or suppressed people of its own: a copy goes into an empty one only, so that nothing is mixed.'

function checkHeader(
  { schema, tables, account }: v.InferOutput<typeof headerSchema>,
  own: string,
  columns: ReadonlyMap<string, readonly string[]>,
): void {
  if (schema !== MIGRATIONS.length) {
    throw new RestoreFault(
      `It is of tables in version ${schema}, and this Usher has version ${MIGRATIONS.length}: import it with the release that wrote it, and upgrade then.`,
    )
  }
  const names = [...new Set([...columns.keys(), ...Object.keys(tables)])]
  const other = names.filter((name) => columns.get(name)?.join() !== tables[name]?.join())
  if (other.length > 0) {
    throw new RestoreFault(
      `Its tables are not those of this Usher (${other.join(', ')}): import it with the commit that wrote it.`,
    )
  }
  if (account !== own) {
    throw new RestoreFault(`It is of the account ${account}, and this is ${own}.`)
  }
}

function line(content: object): string {
  return `${JSON.stringify(content)}\n`
}

/** Values with commas between. */
function listed(values: readonly (string | number | null)[]): Fragment {
  return new Fragment(['', ...values.slice(1).map(() => ', '), ''], values)
}
