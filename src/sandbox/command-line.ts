/** The terminal: trouble as one sentence, command lines, tables, and "did you mean". */

import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Trouble that the person at the terminal can mend: shown as its message, without a stack. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
}

/** What another's error says, to be told as trouble. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What `use` gives; what it throws is told as trouble, after these words. */
export function orTrouble<result>(words: string, use: () => result): result {
  try {
    return use()
  } catch (error) {
    throw new Trouble(`${words}: ${messageOf(error)}`)
  }
}

/** Runs a command to its exit code; 1 where it throws. */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    console.error(error instanceof Trouble ? error.message : error)
    process.exitCode = 1
  }
}

export function readCommandLine<const config extends ParseArgsConfig>(
  usage: string,
  config: config,
): ReturnType<typeof parseArgs<config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // Node's second sentence explains how to pass what looks like an option and is none: no command here takes that.
    const [what = ''] = error.message.split('. ')
    throw new Trouble(`${what}.\n${usage}`)
  }
}

const GAP = '  '

/** One line per row; the last cell of each is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  )
}

/** More wrong letters than a third of the word is another word. */
const MOST_WRONG = 1 / 3

/** The word of the list that is spelt most alike, or null where none is close. */
export function nearest(word: string, words: readonly string[]): string | null {
  const typed = plain(word)
  const [best] = words
    .map((one) => ({ one, wrong: distance(typed, plain(one)) }))
    .toSorted((one, other) => one.wrong - other.wrong)
  if (best === undefined) return null
  const most = Math.max(1, Math.floor(Math.max(typed.length, best.one.length) * MOST_WRONG))
  return best.wrong <= most ? best.one : null
}

/** ` Did you mean "tally"?`, or nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  const meant = nearest(word, words)
  return meant === null ? '' : ` Did you mean "${meant}"?`
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** Levenshtein's distance, one row at a time. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1]
    for (const [at, target] of [...other].entries()) {
      const swap = (row[at] ?? 0) + (letter === target ? 0 : 1)
      next.push(Math.min(swap, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
