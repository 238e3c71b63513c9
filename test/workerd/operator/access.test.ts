/** Cloudflare Access in front of the console, with keys of the tests' own. */

import { sign } from 'hono/jwt'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newSession } from '../../../src/operator/session.ts'
import { house, listen, VARS } from '../house.ts'

const AUDIENCE = 'the-audience-of-the-application'
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
}

interface Key {
  readonly secret: JsonWebKey & { readonly kid: string; readonly alg: string }
  readonly open: JsonWebKey
}

let ours: Key
let others: Key
let team: string
let asked: number

async function key(kid: string): Promise<Key> {
  const made = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  if (!('privateKey' in made)) throw new TypeError('There is no pair of keys')
  const secret = await crypto.subtle.exportKey('jwk', made.privateKey)
  const open = await crypto.subtle.exportKey('jwk', made.publicKey)
  if (secret instanceof ArrayBuffer || open instanceof ArrayBuffer) throw new TypeError('No JWK')
  return { secret: { ...secret, kid, alg: 'RS256' }, open: Object.assign(open, { kid }) }
}

beforeAll(async () => {
  ours = await key('ours')
  others = await key('ours')
})

beforeEach(() => {
  // A team of its own: keys are remembered by team.
  team = `${crypto.randomUUID()}.cloudflareaccess.com`
  asked = 0
  listen()
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    asked += 1
    expect(String(input)).toBe(`https://${team}/cdn-cgi/access/certs`)
    return Response.json({ keys: [ours.open] })
  })
})

afterEach(() => vi.restoreAllMocks())

function at() {
  return house({ vars: { ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: AUDIENCE } })
}

function claims(more: object = {}) {
  const now = Math.floor(Date.now() / 1_000)
  const base = { iss: `https://${team}`, aud: [AUDIENCE], email: 'ops@example.com' }
  return { ...base, iat: now, exp: now + 600, ...more }
}

async function visit(token: string | null, path = '/console/settings') {
  const headers: Record<string, string> = token === null ? {} : { 'cf-access-jwt-assertion': token }
  return at().ask(path, { headers })
}

describe('a token of Access', () => {
  it('lets in the person that its token names', async () => {
    expect((await visit(await sign(claims(), ours.secret, 'RS256'))).status).toBe(200)
  })

  it.each<[string, () => Promise<string>]>([
    ['of another application', () => sign(claims({ aud: ['another'] }), ours.secret, 'RS256')],
    ['of another team', () => sign(claims({ iss: 'https://x.example' }), ours.secret, 'RS256')],
    ['that has expired', () => sign(claims({ exp: 1 }), ours.secret, 'RS256')],
    ['that never expires', () => sign(claims({ exp: undefined }), ours.secret, 'RS256')],
    ['of another key', () => sign(claims(), others.secret, 'RS256')],
    ['signed with a text', () => sign(claims(), AUDIENCE, 'HS256')],
    ['that is none', async () => 'a.b.c'],
  ])('%s lets in nobody', async (_, make) => {
    expect((await visit(await make())).status).toBe(303)
  })

  it('changes things only from a page of our own', async () => {
    const token = await sign(claims(), ours.secret, 'RS256')
    const house = at()
    const pause = (more: Record<string, string>) =>
      house.ask('/api/accounts/default/pause', {
        method: 'POST',
        headers: { 'cf-access-jwt-assertion': token, ...more },
      })
    expect((await pause({})).status).toBe(403)
    expect((await pause({ 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    const { entries } = await house.drive().stub.account().audit(null, 10)
    expect(entries).toMatchObject([{ actor: 'ops@example.com', action: 'pause' }])
  })

  it('has its keys asked for once, and for an unknown one no oftener than each minute', async () => {
    const token = await sign(claims(), ours.secret, 'RS256')
    await visit(token)
    await visit(token)
    const stranger = { ...others.secret, kid: 'unknown' }
    await visit(await sign(claims(), stranger, 'RS256'))
    await visit(await sign(claims(), stranger, 'RS256'))
    expect(asked).toBe(1)
  })
})

describe('with one half of Access set up', () => {
  it.each([
    ['ACCESS_AUD', { ACCESS_TEAM_DOMAIN: 'team.cloudflareaccess.com' }],
    ['ACCESS_TEAM_DOMAIN', { ACCESS_AUD: AUDIENCE }],
    ['ACCESS_AUD', { ACCESS_TEAM_DOMAIN: 'team.cloudflareaccess.com', ACCESS_AUD: ' ' }],
  ])('the console is shut, and says that %s is missing', async (missing, vars) => {
    const half = house({ vars })
    const body = new URLSearchParams({ secret: VARS.ADMIN_SECRET })
    const headers = { 'sec-fetch-site': 'same-origin' }
    const answer = await half.ask('/console/login', { method: 'POST', body, headers })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(await answer.text()).toContain(`${missing} is missing`)
    const cookie = `__Host-usher=${await newSession(VARS.ADMIN_SECRET, Date.now())}`
    expect((await half.ask('/console/settings', { headers: { cookie } })).status).toBe(303)
    const token = await sign(claims(), ours.secret, 'RS256')
    const shown = { 'cf-access-jwt-assertion': token }
    expect((await half.ask('/console/settings', { headers: shown })).status).toBe(303)
  })
})

describe('with Access in front', () => {
  it('the secret opens no session, and an old session nothing', async () => {
    const body = new URLSearchParams({ secret: VARS.ADMIN_SECRET })
    const headers = { 'sec-fetch-site': 'same-origin' }
    const answer = await at().ask('/console/login', { method: 'POST', body, headers })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(await answer.text()).toContain('Come in through Cloudflare Access')
    const cookie = `__Host-usher=${await newSession(VARS.ADMIN_SECRET, Date.now())}`
    expect((await at().ask('/console/settings', { headers: { cookie } })).status).toBe(303)
  })

  it('programs still send the secret', async () => {
    const headers = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }
    expect((await at().ask('/api/hooks', { headers })).status).toBe(200)
  })
})
