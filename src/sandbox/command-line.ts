/** Reads a command line; what is wrong with it is said in one sentence, with how the command is used. */

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { Trouble } from './trouble.ts'

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
