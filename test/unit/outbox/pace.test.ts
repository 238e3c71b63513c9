/** Which pace is in force: the sandbox's own only where `npm start` says so. */

import { describe, expect, it } from 'vitest'
import type { AccountOptions, PaceName } from '../../../src/outbox/dispatch/pace.ts'
import { presetIn } from '../../../src/outbox/dispatch/pace.ts'

const SANDBOX = { USHER_SANDBOX: '1' }

describe('presetIn', () => {
  const rows: readonly { title: string; env: object; options: AccountOptions; preset: PaceName }[] =
    [
      { title: 'is steady where nothing is said', env: {}, options: {}, preset: 'steady' },
      {
        title: 'is the account’s own',
        env: {},
        options: { pace: 'newNumber' },
        preset: 'newNumber',
      },
      {
        title: 'is instant for every account where npm start says so',
        env: { ...SANDBOX, USHER_PACE: 'instant' },
        options: { pace: 'newNumber' },
        preset: 'instant',
      },
      {
        title: 'is the account’s own under USHER_PACE=config',
        env: SANDBOX,
        options: { pace: 'newNumber' },
        preset: 'newNumber',
      },
      {
        title: 'may be instant in the sandbox',
        env: SANDBOX,
        options: { pace: 'instant' },
        preset: 'instant',
      },
      {
        title: 'is never instant where real numbers are',
        env: { USHER_PACE: 'instant' },
        options: { pace: 'instant' },
        preset: 'steady',
      },
    ]
  it.each(rows)('$title', ({ env, options, preset }) => {
    expect(presetIn(env, options)).toBe(preset)
  })
})
