/** `npm run chaos`: thousands of leads, an EazyBe that fails a third of the calls, and `kill -9` again and again. Exit code 1: a promise broke. */

import { run } from '../../src/sandbox/command-line.ts'
import { readChaosArguments } from './chaos-arguments.ts'
import { report } from './report.ts'
import { runChaos } from './run-chaos.ts'
import { judge } from './verdict.ts'

await run(async () => {
  const { seed, leads, kills } = readChaosArguments(process.argv.slice(2), Math.random)
  console.log(`Again: npm run chaos -- --seed ${seed} --leads ${leads} --kills ${kills}\n`)
  const evidence = await runChaos({ seed, leads, kills, patience: true, say: console.log })
  const verdict = judge(evidence)
  console.log(`\n${report(evidence, verdict).join('\n')}`)
  return verdict.promises.every(({ broken }) => broken.length === 0) ? 0 : 1
})
process.exit()
