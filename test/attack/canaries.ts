/** Canaries: a phone, the token and every secret go through the Worker, and are looked for in every byte that it writes, says or asks. */

import { ALERTS, attackHouse, lead, ROUTES, SECRETS } from './house.ts'
import { type Attack, type Effort, isTried, Score } from './score.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const PHONES = ['919812345678', '919812349876']
const TYPED = ['+91 98123 45678', '098123-49876']
/** Parts of the address for alerts, which is a secret: anyone who has it can post there. */
const ADDRESS = new URL(ALERTS).pathname.slice(1)

/** In clear, in what a URL or a log makes of it, and in other spellings. */
function spellings(canary: string): string[] {
  const bytes = [...canary].map((character) => character.charCodeAt(0))
  return [
    canary,
    encodeURIComponent(canary),
    btoa(canary).replaceAll('=', ''),
    bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  ]
}

const WORDS = [...Object.values(SECRETS), ADDRESS].flatMap(spellings)
const NUMBERS = PHONES.flatMap((phone) => [phone, phone.slice(2)]).flatMap(spellings)

/** The canary in a text, or null. A number is one however its digits are parted. */
function found(text: string): string | null {
  const bare = text.replaceAll(/[\s().+-]|%20|\\u[0-9a-f]{4}/gi, '')
  return (
    WORDS.find((word) => text.includes(word)) ??
    NUMBERS.find((number) => text.includes(number) || bare.includes(number)) ??
    null
  )
}

export async function canaries(effort: Effort): Promise<Attack> {
  if (found(`a log of ${TYPED[0]}`) === null || found(SECRETS.ADMIN_SECRET) === null)
    throw new Error('No canary would be found')
  const score = new Score('canaries in logs, errors, URLs, KV, metrics, alerts and pages')
  const saw = (where: string, text: string) => {
    const canary = found(text)
    score.add(where, canary === null ? null : `${where}: ${text.slice(0, 200)}`)
  }
  const { log } = console
  console.log = (line: unknown) => saw('log', String(line))
  try {
    await live(saw, effort)
    await fail(saw, effort)
  } finally {
    console.log = log
  }
  return score.attack
}

type Saw = (where: string, text: string) => void

async function look(saw: Saw, at: ReturnType<typeof attackHouse>, effort: Effort): Promise<void> {
  const authorization = `Bearer ${SECRETS.ADMIN_SECRET}`
  for (const { method, path } of ROUTES) {
    if (method !== 'GET' || path.startsWith('/hooks/')) continue
    for (const id of ['default-1', 'default-2', 'plain', 'form']) {
      if (!isTried(effort)) continue
      const place = path.replaceAll(/:\w+\??/g, id)
      await sees(
        saw,
        place === '/metrics' ? 'metrics' : 'page',
        at.ask(place, { headers: { authorization } }),
      )
      if (place === path) break
    }
  }
}

async function sees(saw: Saw, where: string, asked: Promise<Response>): Promise<void> {
  const answer = await asked
  const kind = answer.status >= 400 ? 'error' : where
  saw(`${kind} header`, [...answer.headers].map((pair) => pair.join(': ')).join('\n'))
  saw(kind, await answer.text())
}

/** A day with leads that go, are held, are refused, and are looked at. */
async function live(saw: Saw, effort: Effort): Promise<void> {
  const at = attackHouse({ saw })
  const secret = SECRETS.PAID_SECRET
  const bodies = [
    ...TYPED.map((phone) => lead({ phone, cohort: 'May' }, secret)),
    lead({ phone: '98123', cohort: 'May', note: TYPED[0] }, secret),
    lead({ phone: TYPED[0], cohort: 7, [PHONES[0] ?? '']: SECRETS.PAID_SECRET }, secret),
    lead(`{"phone":"${PHONES[0]}"`, secret),
    lead({ phone: TYPED[0], cohort: 'May' }, `${secret}x`),
  ]
  for (const init of bodies) {
    await sees(saw, 'answer', at.ask('/hooks/paid', init))
    await sees(saw, 'answer', at.ask('/hooks/paid', init))
  }
  const spoken = { groupName: 'A', contacts: [PHONES[0], '98'], create: true }
  await sees(
    saw,
    'answer',
    at.ask(`/hooks/plain/${SECRETS.PLAIN_SECRET}`, lead(spoken, 'x'.repeat(30))),
  )
  await sees(saw, 'answer', at.ask('/hooks/plain', lead(spoken)))
  for (let nth = 0; nth < 25; nth++) await at.ask('/hooks/form', lead({}, SECRETS.FORM_SECRET))
  await look(saw, at, effort)
  await at.outbox.pass(HOUR_MS)
  await look(saw, at, effort)
  const headers = { authorization: `Bearer ${SECRETS.ADMIN_SECRET}` }
  for (const what of ['pause', 'resume'])
    await sees(saw, 'answer', at.ask(`/api/hooks/paid/${what}`, { method: 'POST', headers }))
  const person = JSON.stringify({ phone: TYPED[0], country: 'IN' })
  for (const what of ['suppress', 'unsuppress', 'erase'])
    await sees(
      saw,
      'answer',
      at.ask(`/api/people/${what}`, { method: 'POST', headers, body: person }),
    )
  await at.ask('/api/people/erase', {
    method: 'POST',
    headers,
    body: '{"phone":"+91 98123 45678 x"}',
  })
  for (let nth = 0; nth < 12; nth++) {
    const authorization = `Bearer ${SECRETS.ADMIN_SECRET}${nth}`
    await sees(saw, 'answer', at.ask('/api/hooks', { headers: { authorization } }))
  }
  await at.outbox.pass(26 * HOUR_MS)
  await look(saw, at, effort)
  for (const text of at.outbox.told) saw('alert', text)
  const { entries } = await at.outbox.account.audit(null, 200)
  for (const entry of entries) saw('audit', JSON.stringify(entry))
  for (const [key, value] of at.kv) saw('kv', `${key} ${value}`)
}

/** Everything fails, and repeats in its error what it was given. */
async function fail(saw: Saw, effort: Effort): Promise<void> {
  const answers = [
    async (_: string, init: RequestInit) =>
      Promise.reject(new TypeError(`no: ${init.body} ${JSON.stringify(init.headers)}`)),
    async (_: string, init: RequestInit) =>
      Response.json(
        { status: false, message: `bad ${init.body} ${SECRETS.EAZYBE_TOKEN}` },
        { status: 400 },
      ),
    async (_: string, init: RequestInit) =>
      Response.json({ status: false, message: `failed ${init.body}` }, { status: 500 }),
    async () => new Response(`<h1>${PHONES[0]} ${SECRETS.EAZYBE_TOKEN}</h1>`, { status: 502 }),
  ]
  for (const eazybe of answers) {
    if (!isTried(effort)) continue
    const at = attackHouse({ saw, eazybe })
    for (const phone of TYPED)
      await at.ask('/hooks/paid', lead({ phone, cohort: 'May' }, SECRETS.PAID_SECRET))
    await at.outbox.pass(9 * HOUR_MS)
    await look(saw, at, effort)
    for (const text of at.outbox.told) saw('alert', text)
  }
  const kv = {
    get: async (key: string) => Promise.reject(new Error(`KV GET failed for ${key}`)),
    put: async (key: string, value: string) => Promise.reject(new Error(`KV PUT ${key} ${value}`)),
  }
  const down = attackHouse({ saw, kv })
  await sees(
    saw,
    'answer',
    down.ask('/hooks/paid', lead({ phone: TYPED[0], cohort: 'May' }, SECRETS.PAID_SECRET)),
  )
  let isFull = false
  const full = attackHouse({
    saw,
    step: () => {
      if (isFull) throw new Error('database or disk is full: SQLITE_FULL')
    },
  })
  isFull = true
  await sees(
    saw,
    'answer',
    full.ask('/hooks/paid', lead({ phone: TYPED[0], cohort: 'May' }, SECRETS.PAID_SECRET)),
  )
  await look(saw, full, effort)
}
