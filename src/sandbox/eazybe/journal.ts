/** The sandbox's memory on disk: JSON lines, only ever appended to, so that a `kill -9` costs at most the last line. */

import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { readJson } from '../../lib/decode.ts'
import { type JournalRecord, recordSchema } from './record.ts'

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
