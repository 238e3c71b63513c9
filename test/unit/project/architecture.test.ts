/** The order of the folders: data goes down, imports go up, and no sender is named outside its own file. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sources } from '../../../src/sources/index.ts'
import { ROWS } from '../../rows.ts'

const SRC = resolve(import.meta.dirname, '../../../src')

/** What must not know the receiver, though its row comes later: the webhooks and the operator's side stand apart. */
const STRANGERS = ['operator/', 'api/', 'console/'].map((row) => [row, 'receive/'] as const)

/** One sender is called like an event of Node's, and a word of HTTP's: `close`. */
const EVENT_NAME = /(?<=\bonce\(\w+, |\bconnection: )'\w+'/g

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .toSorted()

describe('the order of the folders', () => {
  it('has a row for every file, and a file for every row', () => {
    expect(files.filter((file) => rowOf(file) === -1)).toEqual([])
    const empty = ROWS.flat().filter((place) => !files.some((file) => file.startsWith(place)))
    expect(empty).toEqual([])
  })

  it('imports upwards only', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((imported) => rowOf(imported) > rowOf(file))
        .map((imported) => `${file} -> ${imported}`),
    )
    expect(wrong).toEqual([])
  })

  it('has no circles', () => {
    expect(files.map((file) => circleFrom(file, [])).filter(Boolean)).toEqual([])
  })

  it('keeps the operator’s side and the receiver apart, and the sandbox out of what is deployed', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((imported) =>
          STRANGERS.some(([one, other]) => file.startsWith(one) && imported.startsWith(other)),
        )
        .map((imported) => `${file} -> ${imported}`),
    )
    expect(wrong).toEqual([])
  })

  it('opens every file with a sentence that says what it does', () => {
    // The config is the user's.
    const ours = files.filter((file) => file !== 'config.ts')
    const silent = ours.filter((file) => !/^(?:#!.*\n)?\/\*\*[\s\S]{10,}?\*\//.test(read(file)))
    expect(silent).toEqual([])
  })

  it('names no sender outside its own file, the list and the config', () => {
    const own = (file: string) => file.startsWith('sources/') || file === 'config.ts'
    const machinery = files.filter((file) => !own(file))
    // A comment may say whose quirk a rule is for; code may not.
    const named = machinery.flatMap((file) =>
      sources
        .filter(({ name, kind }) => kind !== 'automation' && code(file).includes(`'${name}'`))
        .map(({ name }) => `${file}: ${name}`),
    )
    expect(named).toEqual([])
  })
})

function rowOf(file: string): number {
  return ROWS.findIndex((row) =>
    row.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place)),
  )
}

function read(file: string): string {
  return readFileSync(join(SRC, file), 'utf8')
}

function code(file: string): string {
  return read(file)
    .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .replaceAll(EVENT_NAME, '')
}

function importsOf(file: string): string[] {
  return [...read(file).matchAll(/(?:from|import)\s+'(\.[^']+)'/g)].map((match) =>
    relative(SRC, resolve(SRC, dirname(file), match[1] ?? '')),
  )
}

const cleared = new Set<string>()

/** The files of a circle of imports through this one, or null. */
function circleFrom(file: string, path: readonly string[]): string[] | null {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
  if (cleared.has(file)) return null
  for (const imported of importsOf(file)) {
    const circle = circleFrom(imported, [...path, file])
    if (circle !== null) return circle
  }
  cleared.add(file)
  return null
}
