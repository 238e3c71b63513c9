/** Reading and writing `.dev.vars`. */

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { unstable_getVarsForDev as wranglersReader } from 'wrangler'
import {
  addToDevVars,
  extendDevVars,
  parseDevVars,
  readDevVars,
  type Vars,
} from '../../../src/sandbox/dev-vars.ts'

const folder = mkdtempSync(join(tmpdir(), 'usher-dev-vars-'))
afterAll(() => rmSync(folder, { recursive: true }))

const READING: readonly { title: string; text: string; vars: Vars }[] = [
  { title: 'a plain value', text: 'A=b', vars: { A: 'b' } },
  { title: 'a value with signs of base64', text: 'A=whsec_a+/b==', vars: { A: 'whsec_a+/b==' } },
  { title: 'an empty value', text: 'A=\nB=c', vars: { A: '', B: 'c' } },
  { title: 'a blank after the sign', text: 'A= \nB=c', vars: { A: '', B: 'c' } },
  { title: 'two values in one line', text: 'A="b\\nc"', vars: { A: 'b\nc' } },
  { title: 'two values in two lines', text: 'A="b\nc"\nD=e', vars: { A: 'b\nc', D: 'e' } },
  { title: 'single quotes, where \\n is two signs', text: "A='b\\nc'", vars: { A: 'b\\nc' } },
  { title: 'a comment', text: '# A=b\nC=d # e', vars: { C: 'd' } },
  { title: 'a number sign within quotes', text: 'A="b#c"', vars: { A: 'b#c' } },
  { title: 'line ends of Windows', text: 'A=b\r\nC=d\r\n', vars: { A: 'b', C: 'd' } },
  { title: 'a byte order mark', text: '\uFEFFA=b', vars: { A: 'b' } },
  { title: 'export before the name', text: 'export A=b', vars: { A: 'b' } },
  { title: 'a dollar sign, which is not expanded', text: 'A="$B $C"', vars: { A: '$B $C' } },
  { title: 'a name given twice: the last one counts', text: 'A=b\nA=c', vars: { A: 'c' } },
]

describe('parseDevVars', () => {
  it.each(READING)('reads $title', ({ text, vars }) => {
    expect(parseDevVars(text)).toEqual(vars)
  })

  it.each(READING)('reads $title as wrangler does', ({ text, vars }) => {
    expect(readByWrangler(text)).toEqual(vars)
  })
})

const EXTENDING: readonly { title: string; text: string; added: Vars; becomes: string }[] = [
  { title: 'starts an empty file', text: '', added: { A: 'b' }, becomes: 'A=b\n' },
  {
    title: 'leaves what is there untouched',
    text: '# mine\nA="b\nc"\n',
    added: { D: 'e' },
    becomes: '# mine\nA="b\nc"\nD=e\n',
  },
  {
    title: 'ends an unfinished last line first',
    text: 'A=b',
    added: { C: 'd' },
    becomes: 'A=b\nC=d\n',
  },
  {
    title: 'fills in an empty value where it stands',
    text: 'A=\nB=c\n',
    added: { A: 'd' },
    becomes: 'A=d\nB=c\n',
  },
  {
    title: 'fills in empty quotes',
    text: 'A=""\n',
    added: { A: 'd' },
    becomes: 'A=d\n',
  },
  {
    title: 'does not take a longer name for the empty one',
    text: 'AA=\n',
    added: { A: 'd' },
    becomes: 'AA=\nA=d\n',
  },
  {
    title: 'does not fill in a comment',
    text: '# A=\n',
    added: { A: 'd' },
    becomes: '# A=\nA=d\n',
  },
  {
    title: 'writes several values of one secret in one line',
    text: '',
    added: { A: 'old\nnew' },
    becomes: 'A="old\\nnew"\n',
  },
]

describe('extendDevVars', () => {
  it.each(EXTENDING)('$title', ({ text, added, becomes }) => {
    expect(extendDevVars(text, added)).toBe(becomes)
  })

  it('writes whatever a secret may hold so that it is read back the same', () => {
    const secret = fc
      .string({ unit: fc.constantFrom(...'aZ09+/=_-.:#$ "\\n\n\'&{}'), minLength: 1 })
      .filter((value) => value === value.trim() && !/["\\].*'|'.*["\\]/s.test(value))
    fc.assert(
      fc.property(secret, (value) => {
        expect(parseDevVars(extendDevVars('FIRST=1\n', { A: value, LAST: '2' }))).toEqual({
          FIRST: '1',
          A: value,
          LAST: '2',
        })
      }),
    )
  })

  it('writes what wrangler reads back the same', () => {
    const vars = {
      BACKSLASH: 'a\\nb',
      QUOTES: `a"b`,
      A: 'one\ntwo',
      B: 'a b#c',
      C: '-----BEGIN KEY-----\nab+/=\n-----END KEY-----',
    }
    expect(readByWrangler(extendDevVars('', vars))).toEqual(vars)
  })
})

describe('addToDevVars', () => {
  it('makes a file that only its owner can read', () => {
    const file = join(folder, 'fresh')
    addToDevVars(file, { A: 'b' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readDevVars(file)).toEqual({ A: 'b' })
  })

  it('says which file it is where that cannot be used', () => {
    expect(() => readDevVars(folder)).toThrow(`The secrets in ${folder} cannot be kept: EISDIR`)
    const nowhere = join(folder, 'no', 'such', 'folder')
    expect(() => addToDevVars(nowhere, { A: 'b' })).toThrow(`${nowhere} cannot be kept: ENOENT`)
  })
})

function readByWrangler(text: string): Vars {
  writeFileSync(join(folder, '.dev.vars'), text)
  const read = wranglersReader(join(folder, 'wrangler.toml'), undefined, {}, undefined, true)
  return Object.fromEntries(Object.entries(read).map(([name, { value }]) => [name, String(value)]))
}
