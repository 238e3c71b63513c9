/** Makes up the secrets that a config needs and this machine does not have yet. */

import { secretName, secretValues, tokenName } from '../lib/names.ts'
import type { Config } from '../setup/define-config.ts'
import type { Vars } from './dev-vars.ts'

const ADMIN_SECRET_BYTES = 24
const TOKEN_BYTES = 16
/** Tells a token of the sandbox from an organization's, so that `npm run check` can. */
export const SANDBOX_TOKEN_PREFIX = 'sandbox_'

/** Fresh values for what is not set, by name; what is set is not among them. */
export function missingSecrets(config: Config, vars: Vars): Vars {
  const makers: [name: string, make: () => string][] = [
    ['ADMIN_SECRET', freshAdminSecret],
    ...Object.keys(config.accounts).map((account): [string, () => string] => [
      tokenName(account),
      () => SANDBOX_TOKEN_PREFIX + random(TOKEN_BYTES).toString('hex'),
    ]),
    ...Object.entries(config.hooks).map(([name, hook]): [string, () => string] => [
      secretName(name),
      () => hook.source.scheme.newSecret(),
    ]),
  ]
  return Object.fromEntries(
    makers
      .filter(([name]) => secretValues(vars, name).length === 0)
      .map(([name, make]) => [name, make()]),
  )
}

/** For the console and the API. */
export function freshAdminSecret(): string {
  return random(ADMIN_SECRET_BYTES).toString('base64url')
}

function random(bytes: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes)))
}
