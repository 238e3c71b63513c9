/** The test Worker's secrets: made up, and of the length that is asked of real ones. */

export const BINDINGS = {
  ADMIN_SECRET: 'an-admin-secret-of-some-length',
  EAZYBE_TOKEN: 'eazybe-token-for-tests',
  EAZYBE_TOKEN_SALES: 'eazybe-token-of-sales',
  PLAIN_SECRET: 'plain-secret-for-tests',
  BUYERS_SECRET: 'buyers-secret-for-tests',
  MONTHS_SECRET: 'months-secret-for-tests',
  SIGNED_SECRET: 'signed-secret-for-tests',
  ROTATED_SECRET: 'the-old-secret-of-this-hook\nthe-new-secret-of-this-hook',
  TERSE_SECRET: 'terse-secret-for-tests',
  TERSE_API_TOKEN: 'terse-api-token-for-tests',
  WEAK_SECRET: 'short',
}
