/** `npm run new`: writes a hook into the config from its sender's example, and makes its secret. */

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { secretName } from '../lib/names.ts'
import * as usher from '../usher.ts'
import { readCommandLine, run, Trouble, table } from './command-line.ts'
import { addToDevVars, missingSecrets, readDevVars } from './dev-vars.ts'
import { addHook, hookLines, type NewHook, namesIn } from './hooks/add-hook.ts'
import { sourceOf } from './hooks/sender-page.ts'
import { loadConfig } from './load-config.ts'
import { readSettings, shownPath } from './settings.ts'

const USAGE = 'npm run new -- <hook> <sender>, such as npm run new -- webinar tally'
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,40}$/

await run(newHook)

async function newHook(): Promise<number> {
  const { positionals } = readCommandLine(USAGE, { allowPositionals: true })
  const [name, sender, extra] = positionals
  if (name === undefined || sender === undefined || extra !== undefined) {
    throw new Trouble(`Which hook, and which sender? ${USAGE}`)
  }
  if (!NAME.test(name)) {
    throw new Trouble(`"${name}" cannot be a hook's name: use letters, digits and dashes.`)
  }
  const source = sourceOf(sender)
  const { configFile, devVarsFile } = readSettings(process.env)
  const config = await loadConfig(configFile)
  if (Object.hasOwn(config.hooks, name)) {
    throw new Trouble(`There is a hook "${name}" in ${shownPath(configFile)} already.`)
  }
  const helpers = namesIn(source.example, Object.keys(usher))
  const hook = { name, code: source.example, imports: ['hook', ...helpers] }
  await write(configFile, hook)
  const secrets = missingSecrets(await loadConfig(configFile), readDevVars(devVarsFile))
  addToDevVars(devVarsFile, secrets)

  console.log(`${shownPath(configFile)} has a new hook:\n`)
  for (const line of hookLines(hook)) console.log(`    ${line}`)
  console.log(
    `\n${secretName(name)} is in ${shownPath(devVarsFile)}, for this machine only.\n\nNext`,
  )
  const next = [
    [
      '  edit src/config.ts',
      'the questions or members that it reads, the group’s name, the country',
    ],
    [`  npm run sources -- ${sender}`, `what ${source.title} sends, and where to click there`],
    ['  npm start', 'the Worker and a stand-in for EazyBe, on this machine'],
    [`  npm run send -- ${name}`, 'a signed sample, and what becomes of it'],
    ['  npm run check', 'whether everything fits together'],
  ]
  for (const line of table(next)) console.log(line)
  return 0
}

/** Replaces the config's file once the new text is known to be a config. */
async function write(file: string, hook: NewHook): Promise<void> {
  const text = addHook(readFileSync(file, 'utf8'), hook)
  const draft = `${file}.new.ts`
  const paste = `Paste this among its hooks, and import ${hook.imports.join(', ')} from ./usher.ts:\n\n${hookLines(hook).join('\n')}`
  if (text === null) {
    throw new Trouble(`${shownPath(file)} has no \`hooks: { … }\` to write into. ${paste}`)
  }
  try {
    writeFileSync(draft, text)
    const { hooks } = await loadConfig(draft)
    if (!Object.hasOwn(hooks, hook.name)) {
      throw new Trouble(`${shownPath(file)} takes its hooks from elsewhere. ${paste}`)
    }
    renameSync(draft, file)
  } finally {
    if (existsSync(draft)) rmSync(draft)
  }
}
