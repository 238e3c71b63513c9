/** The short form of `npm run attack`. */

import { expect, it } from 'vitest'
import { attack } from '../../attack/attack.ts'

it('lets nothing of any attack through', async () => {
  const attacks = await attack(13, 1_500)
  expect(attacks.flatMap(({ name, through }) => through.map((one) => `${name}: ${one}`))).toEqual(
    [],
  )
  for (const { tries } of attacks) expect(tries).toBeGreaterThan(1_000)
})
