/** `npm run attack -- --seed 7 --tries 100000`: attacks the way in, and prints what was tried, what came through, and the answers. */

import { readCommandLine, table } from '../../src/sandbox/command-line.ts'
import { run } from '../../src/sandbox/trouble.ts'
import { attack } from './attack.ts'

const USAGE = 'npm run attack -- [--seed 7] [--tries 100000]'

await run(async () => {
  const { values } = readCommandLine(USAGE, {
    options: {
      /** The same seed makes the same attacks. */
      seed: { type: 'string', default: '7' },
      tries: { type: 'string', default: '100000' },
    },
  })
  const attacks = await attack(Number(values.seed), Number(values.tries))
  const rows = attacks.map(({ name, tries, through, answers }) => [
    name,
    String(tries),
    String(through.length),
    Object.entries(answers)
      .toSorted(([, one], [, other]) => other - one)
      .map(([answer, count]) => `${answer} ${count}`)
      .join(', '),
  ])
  for (const line of table([['attack', 'tries', 'let through', 'answers'], ...rows]))
    console.log(line)
  for (const { through } of attacks) for (const one of through) console.log(`Through: ${one}`)
  return attacks.every(({ through }) => through.length === 0) ? 0 : 1
})
