/** Looks up at a fixture's stand-in for the vendor, and holds the source to how it may ask. */

import { expect } from 'vitest'
import type { Source } from '../src/sources/source.ts'
import type { Fixture } from './fixtures/fixture.ts'

/** The fields with what the fixture's stand-in for the vendor adds; null where it adds nothing. */
export async function wholeOf(
  { lookUp }: Source,
  { lookUp: vendor }: Fixture,
  fields: unknown,
): Promise<unknown> {
  if (lookUp === undefined) return fields
  if (vendor === undefined) throw new TypeError('The fixture has no stand-in for the vendor')
  const { token, host, answer, tokenInUrl = false } = vendor
  const fetch = async (url: string, init?: RequestInit) => {
    expect(new URL(url)).toMatchObject({ protocol: 'https:', host, username: '' })
    expect(url.includes(token)).toBe(tokenInUrl)
    return answer(new Request(url, init))
  }
  const found = await lookUp(fields, { token, fetch })
  if (!found.ok) {
    expect(found.message).toMatch(/\.$/)
    expect(found.message).not.toContain(token)
    return null
  }
  // Mapping again looks up again, with what was found.
  expect(await lookUp(found.fields, { token, fetch })).toEqual(found)
  return found.skip ? null : found.fields
}
