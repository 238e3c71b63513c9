/** The short form of `npm run attack`: the same attacks, with a share of their tries. */

import { expect, it } from 'vitest'
import { ATTACKS } from '../../attack/attack.ts'
import { chanceOf } from '../../simulation/chance.ts'

const TRIES = 1_500
const SHARE = 0.08

it.each(Object.keys(ATTACKS))('lets nothing through: %s', async (name) => {
  const attacks = await ATTACKS[name]?.(TRIES, { chance: chanceOf(13), share: SHARE })
  for (const { name: title, tries, through } of attacks ?? []) {
    expect({ title, through }).toEqual({ title, through: [] })
    expect(tries).toBeGreaterThan(0)
  }
  expect(attacks?.length).toBeGreaterThan(0)
})
