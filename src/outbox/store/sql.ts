/** SQL with its values in place: `sql.all<Row>`SELECT … WHERE id = ${id}``. A row's columns are named as its type says. */

import type { OutboxStorage } from '../ports.ts'

/** A piece of a statement, with the values in it. */
export class Fragment {
  readonly texts: readonly string[]
  readonly values: readonly Value[]

  constructor(texts: readonly string[], values: readonly Value[]) {
    this.texts = texts
    this.values = values
  }
}

/** A piece with values in place. */
export function fragment(texts: TemplateStringsArray, ...values: readonly Value[]): Fragment {
  return new Fragment(texts, values)
}

/** A piece of our own text, such as a list of columns. */
export function raw(text: string): Fragment {
  return new Fragment([text], [])
}

/** Booleans are bound as 0 and 1, lists and objects as JSON. */
type Value = string | number | boolean | null | Fragment | object

export class Sql {
  readonly #storage: SqlStorage

  constructor(storage: SqlStorage) {
    this.#storage = storage
  }

  all<row>(strings: TemplateStringsArray, ...values: readonly Value[]): row[] {
    // The statement names the columns of its row; nothing else wrote them.
    return this.#exec(strings, values).toArray() as row[]
  }

  /** The rows one by one: for those that would not fit into memory together. */
  each<row>(strings: TemplateStringsArray, ...values: readonly Value[]): Iterable<row> {
    return this.#exec(strings, values) as Iterable<row>
  }

  /** The first row, or null. */
  first<row>(strings: TemplateStringsArray, ...values: readonly Value[]): row | null {
    return this.all<row>(strings, ...values)[0] ?? null
  }

  /** The only row. Throws where there is none, or more. */
  one<row>(strings: TemplateStringsArray, ...values: readonly Value[]): row {
    return this.#exec(strings, values).one() as row
  }

  /** The first column of the only row. Throws where there is none, or more. */
  value<column>(strings: TemplateStringsArray, ...values: readonly Value[]): column {
    const [value] = Object.values(this.one<Record<string, column>>(strings, ...values))
    return value as column
  }

  /** The first column of every row. */
  column<column>(strings: TemplateStringsArray, ...values: readonly Value[]): column[] {
    return this.all<Record<string, column>>(strings, ...values).flatMap(Object.values<column>)
  }

  /** True where there is such a row. */
  has(strings: TemplateStringsArray, ...values: readonly Value[]): boolean {
    return this.all(strings, ...values).length > 0
  }

  run(strings: TemplateStringsArray, ...values: readonly Value[]): void {
    this.#exec(strings, values)
  }

  #exec(texts: readonly string[], values: readonly Value[]) {
    if (values.every(isPlain)) {
      // The runtime finds a statement that it has prepared by its text: the same string each time is found fastest.
      const query = fixedTexts.get(texts) ?? texts.join('?')
      fixedTexts.set(texts, query)
      return this.#storage.exec(query, ...values.map(bindable))
    }
    const bound: SqlStorageValue[] = []
    return this.#storage.exec(joined(texts, values, bound), ...bound)
  }
}

const fixedTexts = new WeakMap<readonly string[], string>()

function joined(
  texts: readonly string[],
  values: readonly Value[],
  bound: SqlStorageValue[],
): string {
  let query = texts[0] ?? ''
  values.forEach((value, index) => {
    if (value instanceof Fragment) query += joined(value.texts, value.values, bound)
    else {
      query += '?'
      bound.push(bindable(value))
    }
    query += texts[index + 1] ?? ''
  })
  return query
}

function isPlain(value: Value): value is Exclude<Value, Fragment> {
  return !(value instanceof Fragment)
}

function bindable(value: Exclude<Value, Fragment>): SqlStorageValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** Brings the tables to today's form. A Durable Object has no `PRAGMA user_version`, so the version is a row. */
export function migrate(storage: OutboxStorage, migrations: readonly string[]): void {
  const { sql } = storage
  sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY)')
  const { version } = sql
    .exec<{ version: number | null }>('SELECT max(version) AS version FROM migrations')
    .one()
  const done = version ?? 0
  migrations.slice(done).forEach((statements, index) => {
    storage.transactionSync(() => {
      sql.exec(statements)
      sql.exec('INSERT INTO migrations (version) VALUES (?)', done + index + 1)
    })
  })
}
