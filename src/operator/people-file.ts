/** A file of people as spreadsheets write it: CSV with a heading, and commas, semicolons or tabs between. */

const SEPARATORS = [',', ';', '\t'] as const

/** A person, by the names of the columns. */
export type PeopleRow = Readonly<Record<string, string>>

/** What is wrong with a file, for the person who wrote it. */
export class FileFault extends Error {}

export interface PeopleFile {
  readonly columns: readonly string[]
  readonly rows: readonly PeopleRow[]
}

/** Reads the file; a `FileFault` where it is none. Empty lines are left out. */
export function readPeople(text: string): PeopleFile {
  const clean = text.replace(/^\uFEFF/, '')
  const [heading = ''] = clean.split(/\r?\n/, 1)
  const separator = SEPARATORS.toSorted(
    (one, other) => heading.split(other).length - heading.split(one).length,
  )[0]
  const [head = [], ...lines] = cellsOf(clean, separator ?? ',').filter((cells) =>
    cells.some((cell) => cell !== ''),
  )
  const columns = head.map((name) => name.trim())
  const twice = columns.find((name, at) => name === '' || columns.indexOf(name) !== at)
  if (twice !== undefined) {
    throw new FileFault(
      `The first line must name each column once, and "${twice}" is not such a name.`,
    )
  }
  const rows = lines.map((cells, at) => {
    if (cells.length > columns.length) {
      throw new FileFault(
        `Row ${at + 1} has ${cells.length} cells, and there are ${columns.length} columns.`,
      )
    }
    return Object.fromEntries(columns.map((name, column) => [name, (cells[column] ?? '').trim()]))
  })
  return { columns, rows }
}

/** RFC 4180: a cell in quotes may hold separators, line breaks and doubled quotes. */
function cellsOf(text: string, separator: string): string[][] {
  const lines: string[][] = [[]]
  let cell = ''
  let quoted = false
  const end = () => {
    lines.at(-1)?.push(cell)
    cell = ''
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? ''
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[at + 1] === '"') {
        cell += '"'
        at++
      } else quoted = false
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === separator) end()
    else if (sign === '\n') {
      end()
      lines.push([])
    } else if (sign !== '\r') cell += sign
  }
  if (quoted) throw new FileFault('A quote is opened in the file and never closed.')
  end()
  return lines
}
