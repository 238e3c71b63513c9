/** What `npm run send` was asked for, and what it posts: a sample shaped after the hook, the one that the vendor documents, or a captured body. */

import { readFileSync } from 'node:fs'
import { type ContentKind, contentKind, readJson } from '../../lib/decode.ts'
import type { Hook } from '../../mapping/hook.ts'
import {
  leavesOf,
  ownFields,
  sampleFields,
  samplePhone,
  strangersIn,
} from '../../operator/sample/sample-fields.ts'
import { fieldList } from '../../operator/snippet.ts'
import type { Sample } from '../../sources/shared/sample.ts'
import type { Source } from '../../sources/source.ts'
import { didYouMean, orTrouble, readCommandLine, Trouble } from '../command-line.ts'

const COUNTRY = 'IN'
/** What a hook without `fields` reads. */
const SPOKEN = ['groupName', 'contacts', 'create']

interface Composing {
  readonly hook: Hook
  readonly asked: Pick<SendArguments, 'hook' | 'given' | 'asSender' | 'file'>
  readonly id: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Where it is posted, if that is not this machine: only numbers that were said may go there. */
  readonly elsewhere: string | null
  readonly random: () => number
}

interface Composed {
  readonly sample: Sample
  /** What to tell of it, before it is posted. */
  readonly lines: readonly string[]
}

/** The body, with what was made up for it. */
export async function compose(composing: Composing): Promise<Composed> {
  const { hook, asked, id, now, elsewhere } = composing
  const { source } = hook
  const documented = source.sample({ fields: {}, id, now })
  if (asked.file !== null) return captured(composing, documented)
  if (asked.asSender) {
    const lines = [`As ${source.title} documents it, whatever the hook reads.`]
    return checked(composing, { sample: documented, lines })
  }
  const own = await ownFields(hook, documented)
  const phone = samplePhone(hook.country ?? COUNTRY, composing.random)
  const { fields, madeUpPhones, unfit } = sampleFields(hook, { given: asked.given, own, phone })
  if (madeUpPhones.length > 0 && elsewhere !== null) {
    const pairs = madeUpPhones.map((path) => `${path}=+…`).join(' ')
    throw new Trouble(
      `A made-up number may be a real person's, and ${elsewhere} is not this machine. Say whose it is: ${pairs}`,
    )
  }
  const width = Math.max(0, ...Object.keys(fields).map((name) => name.length))
  const lines = [
    ...misspelt(hook, own, Object.keys(asked.given)),
    ...unfit.map((path) => `Nothing made up fits "${path}": say ${path}=…`),
    ...Object.entries(fields).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...(hook.fields === undefined
      ? []
      : [
          `Shaped after the hook’s own \`fields\`, so it fits them. What ${source.title} documents: npm run send -- ${asked.hook} --as-sender`,
        ]),
  ]
  return checked(composing, { sample: source.sample({ fields, id, now }), lines })
}

/** Refuses to take a number of the sample itself to a group that is not of this machine. */
async function checked(
  { hook, asked, now, elsewhere }: Composing,
  made: Composed,
): Promise<Composed> {
  if (elsewhere === null) return made
  if (strangersIn(hook, await ownFields(hook, made.sample), asked.given, now).length > 0) {
    throw new Trouble(
      `The hook reads a number of the sample that may be a real person's, and ${elsewhere} is not this machine. Say whose it is, by the name under which the hook reads it: key=+…`,
    )
  }
  return made
}

function captured({ hook, asked, elsewhere }: Composing, documented: Sample): Composed {
  const { source } = hook
  if (elsewhere !== null) {
    throw new Trouble(
      `A captured payload holds a real person's number, and ${elsewhere} is not this machine. The console of that Worker shows what would come of it, without a call: Hooks, ${asked.hook}.`,
    )
  }
  const body = orTrouble('--file', () => readFileSync(asked.file ?? '', 'utf8'))
  const contentType = contentTypeOf(body, source, documented.contentType)
  const headers = Object.entries(documented.headers ?? {})
  return {
    sample: { ...documented, body, contentType },
    lines: [
      `${asked.file} as ${contentType}, unchanged, and signed here.`,
      ...headers.map(
        ([name, value]) => `  ${name}: ${value} (a header of ${source.title}’s sample)`,
      ),
      'A body that was sent before keeps its id, and is answered as a duplicate.',
    ],
  }
}

/** The sender's own content type where the body is of that kind, else what the body looks like. */
export function contentTypeOf(
  body: string,
  source: Pick<Source, 'accepts' | 'title'>,
  own: string,
): string {
  const isJson = readJson(body) !== undefined
  const boundary = /^--([^\r\n]+)\r?\n/.exec(body)?.[1]
  const types: Readonly<Record<ContentKind, string | null>> = {
    json: isJson ? 'application/json' : null,
    text: isJson ? 'text/plain' : null,
    xml: /^\s*</.test(body) ? 'application/xml' : null,
    multipart: boundary === undefined ? null : `multipart/form-data; boundary=${boundary}`,
    form: /^[^\s=&<{]+=\S*\s*$/.test(body) ? 'application/x-www-form-urlencoded' : null,
  }
  const ownKind = contentKind(own)
  if (ownKind !== null && ownKind !== 'multipart' && types[ownKind] !== null) return own
  const fitting = source.accepts.map((kind) => types[kind]).find((type) => type !== null)
  if (fitting !== undefined) return fitting
  throw new Trouble(
    `--file: this is not what ${source.title} sends, which is ${own.split(';')[0]}.`,
  )
}

/** A warning for each name that neither the hook nor the sender's sample knows: it changes nothing that the hook reads. */
function misspelt(hook: Hook, own: unknown, given: readonly string[]): string[] {
  const { fields, consent } = hook
  const read = [
    ...(fields === undefined ? SPOKEN : leavesOf(fields, '').map(({ path }) => path)),
    ...(typeof consent === 'object' && 'field' in consent ? [consent.field] : []),
  ]
  const known = [...read, ...fieldList(own).map(({ path }) => path.join('.'))]
  const isKnown = (name: string) =>
    known.some((one) => one === name || one.startsWith(`${name}.`) || name.startsWith(`${one}.`))
  return given
    .filter((name) => !isKnown(name))
    .map((name) => `Warning: the hook reads no "${name}".${didYouMean(name, read)}`)
}

const USAGE =
  'npm run send -- <hook> [key=value …] [--as-sender | --file payload.json] [--url http://127.0.0.1:8787] [--duplicate] [--tamper]'

export interface SendArguments {
  readonly hook: string
  readonly given: Readonly<Record<string, string>>
  /** Send the body that the vendor documents, unchanged. */
  readonly asSender: boolean
  /** A captured body to send; null: a sample. */
  readonly file: string | null
  /** Without a slash at the end; null: this machine's `npm start`. */
  readonly url: string | null
  /** Post it twice at once. */
  readonly duplicate: boolean
  /** Flip a byte after signing. */
  readonly tamper: boolean
}

/** What was asked for; trouble with the usage where it makes no sense. */
export function readSendArguments(args: readonly string[]): SendArguments {
  const { values, positionals } = readCommandLine(USAGE, {
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      'as-sender': { type: 'boolean', default: false },
      file: { type: 'string' },
      duplicate: { type: 'boolean', default: false },
      tamper: { type: 'boolean', default: false },
    },
  })
  const [hook, ...pairs] = positionals
  if (hook === undefined || hook.includes('=')) throw new Trouble(`Which hook? ${USAGE}`)
  const given = pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=')
    if (at < 1) throw new Trouble(`"${pair}" is not key=value. ${USAGE}`)
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  const { url, duplicate, tamper, file = null, 'as-sender': asSender } = values
  if ((asSender || file !== null) && pairs.length > 0) {
    throw new Trouble(
      `--as-sender and --file change nothing, so "${pairs[0]}" has no place. ${USAGE}`,
    )
  }
  if (asSender && file !== null) throw new Trouble(`--as-sender or --file, not both. ${USAGE}`)
  if (url !== undefined && !/^https?:\/\/[^/?#]+\/?$/.test(url)) {
    throw new Trouble('--url is the address of a Worker, such as https://usher.example.workers.dev')
  }
  const trimmed = url?.replace(/\/$/, '') ?? null
  return {
    hook,
    given: Object.fromEntries(given),
    asSender,
    file,
    url: trimmed,
    duplicate,
    tamper,
  }
}
