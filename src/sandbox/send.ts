/** `npm run send`: a signed sample webhook of a hook's sender, and its story until it settles. */

import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { secretName, secretValues } from '../lib/names.ts'
import {
  type SignedSample,
  signedSample,
  type Target,
  tamperedSample,
} from '../operator/sample/signed-sample.ts'
import { isLocal } from '../operator/session.ts'
import { answerSchema } from '../operator/test-send.ts'
import type { Config } from '../setup/define-config.ts'
import { run, Trouble } from './command-line.ts'
import { readDevVars, type Vars } from './dev-vars.ts'
import { hookNamed, loadConfig } from './load-config.ts'
import { readAddress } from './runner/address.ts'
import { compose, readSendArguments, type SendArguments } from './sample/compose.ts'
import { type FollowedLead, follow, storySchema } from './sample/story.ts'
import { readSettings } from './settings.ts'

const UNAUTHORIZED = 401
const UNAVAILABLE = 503

const listSchema = v.object({ deliveries: v.array(v.object({ id: v.string() })) })

await run(send)

async function send(): Promise<number> {
  const settings = readSettings(process.env)
  const asked = readSendArguments(process.argv.slice(2))
  const config = await loadConfig(settings.configFile)
  const vars = readDevVars(settings.devVarsFile)
  // A PORT that is said counts; else it is where `npm start` says that it is.
  const isSaid = Boolean(process.env.PORT) && settings.port !== 0
  const running = isSaid ? null : readAddress(settings.stateDir)
  const here = running?.url ?? `http://127.0.0.1:${settings.port}`
  const target = targetOf(asked, config, vars, here)
  const occasion = { id: crypto.randomUUID(), now: Date.now() }
  console.log(`${target.hook.source.title}’s webhook to ${target.baseUrl}/hooks/${asked.hook}`)
  const isHere = isLocal(new URL(target.baseUrl))
  const { sample, lines } = await compose({
    hook: target.hook,
    asked,
    ...occasion,
    elsewhere: isHere ? null : target.baseUrl,
    random: Math.random,
  })
  for (const line of lines) console.log(line)

  const sign = asked.tamper ? tamperedSample : signedSample
  const request = await sign(target, sample, occasion).catch((error: Error) => {
    throw new Trouble(`${secretName(asked.hook)} does not sign: ${error.message}`)
  })
  if (asked.tamper) return showTampered(request)
  const posts = asked.duplicate ? [post(request), post(request)] : [post(request)]
  const answers = await Promise.all(posts)
  for (const { status, text } of answers) console.log(`${status} ${text}`)
  const own = target.hook.source.acknowledge !== undefined && answers.some(({ ok }) => ok)
  const ids = new Set(
    own
      ? await findHere(target, occasion.now, vars)
      : answers.flatMap(({ deliveries }) => deliveries),
  )
  const well = await Promise.all([...ids].map((id) => followHere(target.baseUrl, id, vars)))
  if (ids.size > 0 && asked.url === null) {
    console.log(
      `The groups as WhatsApp would show them: ${running?.sandboxUrl ?? `http://127.0.0.1:${settings.sandboxPort}`}`,
    )
  }
  const stuck = [...ids].filter((_, index) => well[index] === false)
  for (const id of stuck) {
    console.log(`What to do about it: ${target.baseUrl}/console/deliveries/${id}`)
  }
  const refused = answers.find(({ ok }) => !ok)
  if (refused !== undefined) console.log(adviceOn(refused.status, asked.hook))
  return answers.every(({ ok }) => ok) && well.every(Boolean) ? 0 : 1
}

/** What to look at where a sample was refused. */
function adviceOn(status: number, hook: string): string {
  if (status === UNAUTHORIZED) return `Is ${secretName(hook)} in .dev.vars the Worker’s own?`
  if (status === UNAVAILABLE) return 'npm run check says what is missing.'
  return 'Its answer says what is wrong.'
}

function targetOf(asked: SendArguments, config: Config, vars: Vars, here: string): Target {
  const hook = hookNamed(config, asked.hook)
  const name = secretName(asked.hook)
  const [secret] = secretValues(vars, name)
  if (secret === undefined) throw new Trouble(`${name} is not in .dev.vars: npm start makes one.`)
  const { publicUrl } = config
  const baseUrl = asked.url ?? here
  return { hookName: asked.hook, hook, secret, baseUrl, publicUrl }
}

interface SendAnswer {
  readonly ok: boolean
  readonly status: number
  readonly text: string
  readonly deliveries: readonly string[]
}

async function post({ url, headers, body }: SignedSample): Promise<SendAnswer> {
  const response = await reach(url, { method: 'POST', headers, body, redirect: 'manual' })
  const text = await response.text()
  const { deliveries } = v.parse(answerSchema, text)
  return { ok: response.ok, status: response.status, text, deliveries }
}

async function showTampered(request: SignedSample): Promise<number> {
  const { status, text } = await post(request)
  console.log(`${status} ${text}`)
  if (status !== UNAUTHORIZED) {
    console.error('One byte was flipped after signing, and it was let through.')
    return 1
  }
  console.log('Refused as it should be: one byte was flipped after signing.')
  return 0
}

/** What the webhook became, where its sender wants an answer of its own. */
async function findHere(
  { baseUrl, hookName }: Target,
  since: number,
  vars: Vars,
): Promise<string[]> {
  const query = new URLSearchParams({ hook: hookName, from: new Date(since).toISOString() })
  const list = await askApi(`${baseUrl}/api/deliveries?${query}`, vars)
  return v.parse(listSchema, list).deliveries.map(({ id }) => id)
}

async function followHere(baseUrl: string, id: string, vars: Vars): Promise<boolean> {
  const ask = async (): Promise<FollowedLead> =>
    v.parse(storySchema, await askApi(`${baseUrl}/api/deliveries/${id}`, vars))
  return follow({ ask, tell: (line) => console.log(line), now: Date.now, sleep })
}

async function askApi(url: string, vars: Vars): Promise<unknown> {
  const [secret] = secretValues(vars, 'ADMIN_SECRET')
  if (secret === undefined)
    throw new Trouble('ADMIN_SECRET is not in .dev.vars: npm start makes one.')
  const response = await reach(url, { headers: { authorization: `Bearer ${secret}` } })
  if (!response.ok) throw new Trouble(`GET ${url} answers ${response.status}.`)
  return response.json()
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch {
    throw new Trouble(`Nothing answers at ${new URL(url).origin}. In another terminal: npm start`)
  }
}
