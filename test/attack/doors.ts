/** Doors: every route without credentials, with wrong, expired and another's; forged requests, planted sessions, and addresses that lead elsewhere. */

import { newSession } from '../../src/operator/session.ts'
import type { Chance } from '../simulation/chance.ts'
import { attackHouse, lead, ORIGIN, ROUTES, SECRETS } from './house.ts'
import { type Attack, type Effort, isTried, Score } from './score.ts'

const HOUR_MS = 3_600_000
/** Routes that need no credential. */
const PUBLIC = /^\/(?:console\/(?:login|assets\/.*))?$|^\/(?:health|openapi\.json)$/
const PARAMETERS: Readonly<Record<string, string>> = { verb: 'pause', action: 'discard' }
/** Of a visitor who proved nothing, the outbox is told that secrets were guessed, and that webhooks were refused. */
const TOLD = ['guessed', 'refused']
const BODY = 'application/x-www-form-urlencoded'
const OWN = { 'sec-fetch-site': 'same-origin' }

type Headers = Readonly<Record<string, string>>

export async function doors(effort: Effort): Promise<Attack[]> {
  return [
    // First: those of the others would count as well.
    await guesses(),
    await closedDoors(effort),
    await hookDoors(effort),
    await forgedForms(effort),
    await fixedSessions(),
    await redirects(effort),
  ]
}

/** Each try comes from an address of its own, so that the limit on guesses hides nothing. */
function from(chance: Chance): Headers {
  const octet = () => Math.floor(chance() * 256)
  return { 'cf-connecting-ip': `10.${octet()}.${octet()}.${octet()}` }
}

async function keysOfStrangers(): Promise<[title: string, headers: Headers, query?: string][]> {
  const now = Date.now()
  const { ADMIN_SECRET, PLAIN_SECRET, EAZYBE_TOKEN } = SECRETS
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
  const cookie = (text: string) => ({ cookie: `__Host-usher=${text}` })
  const valid = await newSession(ADMIN_SECRET, now)
  return [
    ['nothing', {}],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['a wrong bearer', bearer('a-wrong-secret-of-good-length')],
    ['the secret of a hook', bearer(PLAIN_SECRET)],
    ['the token of EazyBe', bearer(EAZYBE_TOKEN)],
    ['the secret, cut', bearer(ADMIN_SECRET.slice(0, -1))],
    ['the secret, longer', bearer(`${ADMIN_SECRET}x`)],
    ['the secret in capitals', bearer(ADMIN_SECRET.toUpperCase())],
    ['two bearers', { authorization: `Bearer ${ADMIN_SECRET}, Bearer x` }],
    ['the secret as Basic', { authorization: `Basic ${btoa(`admin:${ADMIN_SECRET}`)}` }],
    ['the secret in a header of hooks', { 'x-usher-secret': ADMIN_SECRET }],
    ['the secret as a cookie', cookie(ADMIN_SECRET)],
    ['the secret in the query', {}, `secret=${ADMIN_SECRET}&token=${ADMIN_SECRET}`],
    ['an expired session', cookie(await newSession(ADMIN_SECRET, now - 13 * HOUR_MS))],
    ['a session from the future', cookie(await newSession(ADMIN_SECRET, now + HOUR_MS))],
    ['a session of another secret', cookie(await newSession('another-admin-secret-of-ours', now))],
    ['a session with another end', cookie(valid.replace(/^\d/, '9'))],
    [
      'a session with another seal',
      cookie(valid.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
    ],
    ['a session under another name', { cookie: `usher=${valid}; __Secure-usher=${valid}` }],
    ['a session in the query', {}, `__Host-usher=${valid}`],
    ['a made-up token of Access', { 'cf-access-jwt-assertion': 'eyJhbGciOiJub25lIn0.e30.' }],
    ['the name of an operator', { 'cf-access-authenticated-user-email': 'ops@example.com' }],
  ]
}

/** No stranger reaches an outbox, whatever key they try at whatever route. */
async function closedDoors(effort: Effort): Promise<Attack> {
  const score = new Score('closed doors: every route, every key of a stranger')
  const at = attackHouse()
  await at.ask('/hooks/plain', lead({ groupName: 'A', contacts: ['+919812345678'], create: true }))
  const keys = await keysOfStrangers()
  for (const { method, path } of ROUTES) {
    if (PUBLIC.test(path) || path.startsWith('/hooks/')) continue
    const place = path.replaceAll(
      /:(\w+)\??/g,
      (_, name) => PARAMETERS[String(name)] ?? 'default-1',
    )
    for (const [title, key, query = ''] of keys) {
      if (!isTried(effort)) continue
      at.calls.length = 0
      const isPost = method === 'POST'
      const sent = isPost ? { ...OWN, 'content-type': BODY } : {}
      const headers = { ...from(effort.chance), ...sent, ...key }
      const init = { method, headers, ...(isPost && { body: '' }) }
      const answer = await at.ask(`${place}?${query}`, init)
      const reached = at.calls.filter((call) => !TOLD.includes(call))
      const isOpen = reached.length > 0 || answer.status === 200
      score.add(String(answer.status), isOpen ? `${method} ${path}: ${title}` : null)
    }
  }
  return score.attack
}

/** No webhook without the hook's own secret is kept. */
async function hookDoors(effort: Effort): Promise<Attack> {
  const score = new Score('webhooks with the keys of others')
  const at = attackHouse()
  const body = { groupName: 'A', contacts: ['+919812345678'], create: true }
  const { ADMIN_SECRET, EAZYBE_TOKEN, PAID_SECRET, PLAIN_SECRET } = SECRETS
  const others = [
    ADMIN_SECRET,
    EAZYBE_TOKEN,
    PAID_SECRET,
    PLAIN_SECRET.slice(1),
    '',
    'x'.repeat(9_000),
  ]
  const paths = [
    'plain',
    'paid',
    'form',
    'constructor',
    '__proto__',
    'toString',
    'nowhere',
    'plain/',
  ]
  for (const name of paths) {
    for (const secret of others) {
      if ((name === 'paid' && secret === PAID_SECRET) || !isTried(effort)) continue
      for (const path of [
        `/hooks/${name}`,
        `/hooks/${name}/${secret}`,
        `/hooks/${name}?secret=${secret}`,
      ]) {
        const answer = await at.ask(path, lead(body, secret))
        const kept = at.calls.includes('accept')
        score.add(String(answer.status), kept ? `${path} took another's key` : null)
        at.calls.length = 0
      }
    }
  }
  return score.attack
}

/** A session changes nothing from a page that is not ours. */
async function forgedForms(effort: Effort): Promise<Attack> {
  const score = new Score('forged requests of other sites, with a session')
  const at = attackHouse()
  const cookie = `__Host-usher=${await newSession(SECRETS.ADMIN_SECRET, Date.now())}`
  const origins: Headers[] = [
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'Same-Origin' },
    { 'sec-fetch-site': 'same-origin, cross-site' },
    { origin: 'null' },
    { origin: 'https://elsewhere.example' },
    { origin: 'https://usher.example.elsewhere.example' },
    { origin: 'http://usher.example' },
    { origin: 'https://usher.example:8443' },
    { referer: 'https://usher.example/console' },
  ]
  for (const { method, path } of ROUTES) {
    if (method !== 'POST' || path.startsWith('/hooks/') || PUBLIC.test(path)) continue
    const place = path.replaceAll(
      /:(\w+)\??/g,
      (_, name) => PARAMETERS[String(name)] ?? 'default-1',
    )
    for (const origin of origins) {
      if (!isTried(effort)) continue
      at.calls.length = 0
      const headers = { cookie, 'content-type': BODY, ...origin }
      const answer = await at.ask(place, { method, headers, body: 'sure=yes&agreed=yes' })
      const through = at.calls.length > 0 || answer.status < 300
      score.add(String(answer.status), through ? `${path}: ${JSON.stringify(origin)}` : null)
    }
  }
  return score.attack
}

/** 1,000 wrong bearers from one address: ten are looked at, and the operator knows. */
async function guesses(): Promise<Attack> {
  const score = new Score('1,000 wrong bearers from one subscriber')
  const at = attackHouse()
  for (let nth = 0; nth < 1_000; nth++) {
    const authorization = `Bearer guess-${nth}-of-the-admin-secret`
    const address = `2001:db8:aa:1:${nth.toString(16)}::1`
    const answer = await at.ask('/api/hooks', {
      headers: { authorization, 'cf-connecting-ip': address },
    })
    const isLate = nth >= 10 && answer.status !== 429
    score.add(String(answer.status), isLate ? `guess ${nth} was looked at` : null)
  }
  await at.outbox.pass(60_000)
  const told = at.outbox.told.some((text) => text.includes('wrong admin secrets'))
  const { entries } = await at.outbox.account.audit(null, 5)
  const noted = entries.some(({ action }) => action === 'wrong admin secret')
  score.add('told within a minute', told && noted ? null : 'no one was told')
  return score.attack
}

/** A session that a stranger planted before the login is none after it. */
async function fixedSessions(): Promise<Attack> {
  const score = new Score('sessions planted before the login')
  const at = attackHouse()
  const old = await newSession(SECRETS.ADMIN_SECRET, Date.now() - 13 * HOUR_MS)
  for (const planted of [
    'chosen-by-a-stranger',
    old,
    '',
    '9'.repeat(13),
    old.replace(/^\d+/, '9999999999999'),
  ]) {
    const body = new URLSearchParams({ secret: SECRETS.ADMIN_SECRET })
    const cookie = `__Host-usher=${planted}; __Host-usher-unsent=${planted}`
    const headers = { ...OWN, cookie, 'cf-connecting-ip': '192.0.2.7' }
    const login = await at.ask('/console/login', { method: 'POST', headers, body })
    const made = login.headers.get('set-cookie') ?? ''
    at.calls.length = 0
    await at.ask('/console/settings', { headers: { cookie } })
    const isFixed = (planted !== '' && made.includes(planted)) || at.calls.length > 0
    score.add(String(login.status), isFixed ? `${planted} became a session` : null)
  }
  return score.attack
}

const ELSEWHERE = [
  'https://elsewhere.example',
  '//elsewhere.example',
  '/\\elsewhere.example',
  '\\\\elsewhere.example',
  '/console/..//elsewhere.example',
  '/console/%2e%2e//elsewhere.example',
  '/console//elsewhere.example',
  '/console/\\elsewhere.example',
  '/console@elsewhere.example',
  '/console.elsewhere.example',
  'console',
  'javascript:alert(1)',
  'data:text/html,x',
  ' //elsewhere.example',
  '\t//elsewhere.example',
  '/console?a\r\nlocation: //elsewhere.example',
  '/console\u0000//elsewhere.example',
  '/console/\u2028',
  '/CONSOLE',
  '',
]

/** What a login, or a form that is loaded again, leads to is a page of ours. */
async function redirects(effort: Effort): Promise<Attack> {
  const score = new Score('addresses that lead elsewhere')
  const at = attackHouse()
  const session = await newSession(SECRETS.ADMIN_SECRET, Date.now())
  const look = (what: string, answer: Response) => {
    const to = answer.headers.get('location')
    const target = to === null ? null : new URL(to, ORIGIN)
    const isOurs =
      target === null || (target.origin === ORIGIN && /^\/console(?:\/|$)/.test(target.pathname))
    score.add(
      `${answer.status}${to === null ? '' : ' to ours'}`,
      isOurs && answer.status < 500 ? null : `${what}: ${answer.status} ${to}`,
    )
  }
  for (const next of ELSEWHERE) {
    const body = new URLSearchParams({ secret: SECRETS.ADMIN_SECRET, next })
    const headers = { ...OWN, 'cf-connecting-ip': '192.0.2.8' }
    look(next, await at.ask('/console/login', { method: 'POST', headers, body }))
    look(next, await at.ask(`/console/login?${new URLSearchParams({ next, done: next })}`))
    const cookie = `__Host-usher=${session}`
    const id = encodeURIComponent(next)
    for (const path of [
      `/console/hooks/${id}/preview`,
      `/console/deliveries/${id}/reveal`,
      `/console/accounts/${id}/pause`,
      `/console/bulk?state=${id}`,
      `/console/${id}`,
    ])
      for (const sent of [{ cookie }, {}].filter(() => isTried(effort)))
        look(path, await at.ask(path, { headers: sent }))
  }
  return score.attack
}
