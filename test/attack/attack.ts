/** Attacks on the way in, seeded and bounded in memory: what was tried, what was let through, and what the answer was. */

import { utf8 } from '../../src/lib/bytes.ts'
import { decodeFrom } from '../../src/lib/decode.ts'
import { groupName } from '../../src/mapping/invite.ts'
import { maskText, readPhone } from '../../src/mapping/phone/index.ts'
import { type Proof, withQuery } from '../../src/schemes/scheme.ts'
import type { Source } from '../../src/sources/source.ts'
import { everySource } from '../every-source.ts'
import type { Fixture } from '../fixtures/fixture.ts'
import { fixtures } from '../fixtures/index.ts'
import { type Chance, chanceOf } from '../simulation/chance.ts'
import { canaries } from './canaries.ts'
import { doors } from './doors.ts'
import { faults } from './faults.ts'
import { type Attack, type Effort, Score } from './score.ts'
import { wire } from './wire.ts'

/**
 * What counts as the same request, and is not tried: a proof in other letter case, and the last two characters of a value, which
 * may be padding or bits that base64 does not use. Where one of a sender's proofs only shows a secret, no body is forged.
 */
const LAST_CHARACTERS = 2
const NOW = Date.parse('2026-11-20T09:15:04Z')
const URL_OF_HOOK = 'https://usher.example/hooks/webinar'
const CODE = { first: 33, last: 126 }
const DEEP = 10_000
const WIDE = 40_000
/** A name that came through is short, and spelt in one way. */
const MAX_NAME_UNITS = 90

/** The attacks, each by its name. The same seed makes the same tries. */
export const ATTACKS: Readonly<
  Record<string, (tries: number, effort: Effort) => Promise<Attack[]>>
> = {
  forgeries: async (tries, { chance }) => [await forge(chance, tries)],
  parsers: async () => [await bombs()],
  meaning: async (tries, { chance }) => [names(chance, tries), numbers(chance, tries)],
  doors: (_, effort) => quietly(() => doors(effort)),
  wire: (_, effort) => quietly(() => wire(effort)),
  faults: (_, effort) => quietly(() => faults(effort)),
  canaries: (_, effort) => quietly(async () => [await canaries(effort)]),
}

/** Runs every attack whole, with so many forgeries; tells of each when it is done. */
export async function attack(
  seed: number,
  tries: number,
  done: (attacks: readonly Attack[]) => void,
): Promise<boolean> {
  const effort = { chance: chanceOf(seed), share: 1 }
  let holds = true
  for (const run of Object.values(ATTACKS)) {
    const attacks = await run(tries, effort)
    done(attacks)
    // An attack that tried nothing shows nothing.
    holds &&= attacks.every(({ tries, through }) => tries > 0 && through.length === 0)
  }
  return holds
}

/** What the parts under attack log is looked at by the attack on secrets alone. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { log } = console
  console.log = () => {}
  try {
    return await run()
  } finally {
    console.log = log
  }
}

/** Genuine requests of every source with one character of the proof, or of a body that it covers, changed. */
async function forge(chance: Chance, tries: number): Promise<Attack> {
  const score = new Score('forged requests of every source')
  const targets = everySource.flatMap((source) => {
    const fixture = fixtures[source.name]
    return fixture === undefined ? [] : [{ source, fixture }]
  })
  for (const { source, fixture } of targets) {
    const each = Math.ceil(tries / targets.length)
    for (let n = 0; n < each; n++) await forgeOne(score, chance, source, fixture)
  }
  return score.attack
}

async function forgeOne(
  score: Score,
  chance: Chance,
  { name, scheme }: Source,
  { rows, secret, oracles }: Fixture,
): Promise<void> {
  const row = rows[Math.floor(chance() * rows.length)]
  if (row === undefined) return
  const sent = new Headers({ 'content-type': row.contentType, ...row.headers })
  const outgoing = {
    method: 'POST',
    url: URL_OF_HOOK,
    headers: sent,
    body: utf8(row.body),
    id: 'evt-1',
    now: NOW,
  }
  const proof = await scheme.sign(outgoing, secret)
  const ofBody = oracles.every(({ coversBody }) => coversBody) && chance() < 0.5
  const changed = ofBody
    ? { proof, body: changedText(row.body, chance, 0) }
    : changedProof(proof, chance)
  if (changed === null) return
  const headers = new Headers(sent)
  for (const [key, value] of Object.entries(changed.proof.headers)) headers.set(key, value)
  const verdict = await scheme.verify(
    {
      method: 'POST',
      url: withQuery(URL_OF_HOOK, changed.proof),
      headers,
      body: 'body' in changed ? utf8(changed.body) : (proof.body ?? outgoing.body),
      urlSecret: changed.proof.urlSecret ?? null,
      now: NOW,
    },
    [secret],
  )
  score.add(
    verdict.ok ? 'verified' : verdict.reason,
    verdict.ok ? `${name}: ${JSON.stringify(changed)}` : null,
  )
}

/** One member of a proof with another character, or null where it has none of its own. */
function changedProof(proof: Proof, chance: Chance): { proof: Proof } | null {
  const { headers, urlSecret, query = {} } = proof
  if (urlSecret !== undefined)
    return { proof: { ...proof, urlSecret: changedText(urlSecret, chance, 0) } }
  for (const [part, members] of [
    ['headers', headers],
    ['query', query],
  ] as const) {
    const names = Object.keys(members)
    const name = names[Math.floor(chance() * names.length)]
    const value = name === undefined ? '' : (members[name] ?? '')
    if (name === undefined || value.length <= LAST_CHARACTERS) continue
    const text = changedText(value, chance, LAST_CHARACTERS)
    return { proof: { ...proof, [part]: { ...members, [name]: text } } }
  }
  return null
}

/** The text with one character in the place of another that is no other case of it. */
function changedText(text: string, chance: Chance, spared: number): string {
  const at = Math.floor(chance() * Math.max(1, text.length - spared))
  const was = text[at]?.toLowerCase()
  for (;;) {
    const code = CODE.first + Math.floor(chance() * (CODE.last - CODE.first + 1))
    const character = String.fromCharCode(code)
    if (character.toLowerCase() !== was) return text.slice(0, at) + character + text.slice(at + 1)
  }
}

/** Bodies made to stop a parser, by every content type, read by every source: no throw, and nothing on a prototype. */
async function bombs(): Promise<Attack> {
  const score = new Score('bombs for parsers')
  const types = [
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=b',
    'text/xml',
    'text/plain',
  ]
  const bodies = [
    '['.repeat(DEEP),
    `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
    `[${'0,'.repeat(WIDE)}0]`,
    `{${Array.from({ length: WIDE / 10 }, (_, n) => `"k${n}":0`).join(',')}}`,
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    `a${'[x]'.repeat(DEEP)}=1`,
    'a=1&'.repeat(WIDE / 4),
    '__proto__[polluted]=true&constructor[prototype][polluted]=true',
    '--b\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\nx\r\n--b--',
    '--b\r\n'.repeat(WIDE / 10),
    `${'<a>'.repeat(DEEP)}`,
    `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(999)}">]><a>${'&b;'.repeat(9_999)}</a>`,
    '\ud800\u0000'.repeat(999),
    '',
  ]
  for (const source of everySource) {
    for (const body of bodies) {
      for (const type of types) {
        try {
          const decoded = await decodeFrom(utf8(body), type, source.accepts)
          const read = decoded.ok ? source.read(decoded.value, new Headers()) : null
          const answer = read === null ? 'not decoded' : read.ok ? 'read' : 'no such shape'
          score.add(
            answer,
            Reflect.get({}, 'polluted') === undefined ? null : `${source.name}: polluted`,
          )
        } catch (error) {
          score.add(
            'thrown',
            `${source.name}, ${type}: ${error instanceof Error ? error.message : ''}`,
          )
        }
      }
    }
  }
  return score.attack
}

const ALPHABET = [
  ...'Ab 1-+()',
  '\u034f',
  '\u200d',
  '\u202e',
  '\ufe0f',
  '\u{e0041}',
  '\u2800',
  '\u0301',
  '\ufdfa',
  '\ud83d',
  '९',
  '\n',
  '\u0000',
  'é',
  '👩',
  'क',
  '\u094d',
]

function textOf(chance: Chance): string {
  const length = 1 + Math.floor(chance() * 60)
  return Array.from({ length }, () => ALPHABET[Math.floor(chance() * ALPHABET.length)]).join('')
}

/** Names of hostile characters: short, without controls, and spelt once: a name that is read again stays as it is. */
function names(chance: Chance, tries: number): Attack {
  const score = new Score('names of groups')
  for (let n = 0; n < tries; n++) {
    const name = groupName(textOf(chance))
    const isOdd =
      name.length > MAX_NAME_UNITS || /\p{Cc}|\u034f|\u202e|\u2800|\u{e0041}/u.test(name)
    const again = groupName(name) === name
    score.add(name === '' ? 'empty' : 'cleaned', isOdd || !again ? JSON.stringify(name) : null)
  }
  return score.attack
}

/** Numbers among hostile characters: whatever is read is one number of ASCII digits, and no masked text shows one. */
function numbers(chance: Chance, tries: number): Attack {
  const score = new Score('numbers of phones')
  for (let n = 0; n < tries; n++) {
    const text = `${textOf(chance).slice(0, 9)}98765 43210${textOf(chance).slice(0, 9)}`
    const reading = readPhone(text, 'IN')
    const isOdd = reading.ok && !/^\d{7,15}$/.test(reading.digits)
    const shown = /9876543210|98765 43210/.test(maskText(text))
    score.add(reading.ok ? 'read' : reading.reason, isOdd || shown ? JSON.stringify(text) : null)
  }
  return score.attack
}
