/** The admin secret: whether there is a usable one. */

import { secretValues } from '../lib/names.ts'

/** Its holder may see and do everything. */
export const MIN_ADMIN_SECRET_LENGTH = 24

export type AdminSecrets =
  | { readonly ok: true; readonly values: readonly string[] }
  | { readonly ok: false; readonly because: string }

/** Its values, several while it is being rotated. A short one could be guessed, so it shuts the console and the API. */
export function adminSecrets(env: object): AdminSecrets {
  const values = secretValues(env, 'ADMIN_SECRET')
  if (values.length > 0 && values.every((value) => value.length >= MIN_ADMIN_SECRET_LENGTH)) {
    return { ok: true, values }
  }
  const because = `ADMIN_SECRET is missing or shorter than ${MIN_ADMIN_SECRET_LENGTH} characters`
  return { ok: false, because }
}
