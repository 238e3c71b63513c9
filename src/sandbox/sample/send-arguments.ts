/** Reads the command line of `npm run send`. */

import { readCommandLine, Trouble } from '../command-line.ts'

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
