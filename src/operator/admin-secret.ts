/** The admin secret: whether there is a usable one. */

import { secretValues } from '../lib/names.ts'
import { refuseSecret } from '../schemes/secret.ts'

/** Its holder may see and do everything. */
const MIN_LENGTH = 24

type AdminSecrets =
  | { readonly ok: true; readonly values: readonly string[] }
  | { readonly ok: false; readonly because: string }

/** Its values, several while it is being rotated. One that could be guessed shuts the console and the API. */
export function adminSecrets(env: object): AdminSecrets {
  const values = secretValues(env, 'ADMIN_SECRET')
  if (values.length === 0) return { ok: false, because: 'ADMIN_SECRET is missing' }
  const flaw = values.map(adminSecretFlaw).find((one) => one !== null)
  return flaw == null ? { ok: true, values } : { ok: false, because: `ADMIN_SECRET ${flaw}` }
}

/** Why a value could be guessed, as half a sentence; null: it will do. */
export function adminSecretFlaw(value: string): string | null {
  return refuseSecret(value, 'text', MIN_LENGTH)
}
