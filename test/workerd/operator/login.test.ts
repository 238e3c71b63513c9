/** The door of the console on the real runtime: logging in, sessions, forged requests, guesses, and what every page says to browsers. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newSession } from '../../../src/operator/session.ts'
import { answers, play } from '../drive.ts'
import { expectDiscreet, house, listen, post, VARS } from '../house.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const OWN = { 'sec-fetch-site': 'same-origin' }

type House = ReturnType<typeof house>

let lines: string[]

beforeEach(() => {
  play(answers.ok)
  lines = listen()
})

afterEach(() => {
  expectDiscreet(lines)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function logIn(at: House, secret: string, headers: Record<string, string> = OWN, next = '') {
  const body = new URLSearchParams({ secret, next })
  return at.ask('/console/login', { method: 'POST', body, headers })
}

/** A visit with a cookie. */
function visit(at: House, path: string, cookie: string, init: RequestInit = {}) {
  return at.ask(path, { ...init, headers: { cookie: `__Host-usher=${cookie}`, ...init.headers } })
}

function session(secret = VARS.ADMIN_SECRET, age = 0): Promise<string> {
  return newSession(secret, Date.now() - age)
}

describe('logging in', () => {
  it('gives a cookie that no script reads, no other site sends and no other host gets', async () => {
    const answer = await logIn(house(), VARS.ADMIN_SECRET)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console'])
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^__Host-usher=\d{13}\.[0-9a-f]{32}\.[0-9a-f]{64};/)
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']) {
      expect(cookie.split('; ')).toContain(part)
    }
  })

  it.each([
    ['http://127.0.0.1:8787', 'usher', false],
    ['http://localhost:8787', 'usher', false],
    ['http://usher.example', '__Host-usher', true],
  ])('at %s names the cookie %s', async (origin, name, secure) => {
    const body = new URLSearchParams({ secret: VARS.ADMIN_SECRET })
    const init = { method: 'POST', body, headers: OWN }
    const cookie = (await house().ask(`${origin}/console/login`, init)).headers.get('set-cookie')
    expect(cookie?.startsWith(`${name}=`)).toBe(true)
    expect(cookie?.includes('Secure')).toBe(secure)
  })

  it('is written in the audit log', async () => {
    const at = house()
    await logIn(at, VARS.ADMIN_SECRET)
    const { entries } = await at.drive().stub.account().audit(null, 10)
    expect(entries).toMatchObject([{ actor: 'console', action: 'login' }])
  })

  it.each([
    ['a wrong secret', 'not-the-admin-secret-at-all', OWN, 400],
    ['nothing', '', OWN, 400],
    ['the secret of a hook', VARS.PLAIN_SECRET, OWN, 400],
    ['the right one from another site', VARS.ADMIN_SECRET, { 'sec-fetch-site': 'cross-site' }, 400],
    ['the right one from a neighbour', VARS.ADMIN_SECRET, { 'sec-fetch-site': 'same-site' }, 400],
    ['the right one from nowhere', VARS.ADMIN_SECRET, {}, 400],
  ])('refuses %s', async (_, secret, headers, status) => {
    const at = house()
    const answer = await logIn(at, secret, { ...headers })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([status, null])
    if (secret !== '') expect(await answer.text()).not.toContain(secret)
    expect(at.wakes).toEqual([])
  })

  it.each([
    ['/console/hooks', '/console/hooks'],
    ['/console?done=paused', '/console?done=paused'],
    ['https://elsewhere.example/console', '/console'],
    ['//elsewhere.example', '/console'],
    ['/console/../api', '/console'],
    ['/consolex', '/console'],
    ['/console/\\elsewhere.example', '/console'],
    ['/console/login', '/console'],
    ['/console/logout', '/console'],
    ['javascript:alert(1)', '/console'],
  ])('asked to lead to %s leads to %s', async (next, to) => {
    const answer = await logIn(house(), VARS.ADMIN_SECRET, OWN, next)
    expect(answer.headers.get('location')).toBe(to)
  })

  it('is shut while no secret is set', async () => {
    const at = house({ vars: { ADMIN_SECRET: 'short' } })
    const answer = await logIn(at, 'short')
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null])
    expect(await answer.text()).toContain('The console is shut')
  })
})

describe('guessing', () => {
  it('ends after ten wrong secrets from an address, for a quarter of an hour and nobody else', async () => {
    const at = house()
    const from = (address: string) => ({ ...OWN, 'cf-connecting-ip': address })
    const attacker = from(crypto.randomUUID())
    for (let nth = 0; nth < 10; nth++) {
      expect((await logIn(at, `wrong-secret-number-${nth}-xxxxxx`, attacker)).status).toBe(400)
    }
    expect((await logIn(at, VARS.ADMIN_SECRET, attacker)).status).toBe(429)
    expect((await logIn(at, VARS.ADMIN_SECRET, from(crypto.randomUUID()))).status).toBe(303)
    // More guesses do not make it longer.
    vi.setSystemTime(Date.now() + 14 * MINUTE)
    expect((await logIn(at, 'wrong-secret-once-more-xxxx', attacker)).status).toBe(429)
    vi.setSystemTime(Date.now() + 2 * MINUTE)
    expect((await logIn(at, VARS.ADMIN_SECRET, attacker)).status).toBe(303)
  })
})

describe('a session', () => {
  it.each<[string, () => Promise<string>, number]>([
    ['that is new', () => session(), 200],
    ['of almost twelve hours', () => session(VARS.ADMIN_SECRET, 12 * HOUR - MINUTE), 200],
    ['of twelve hours', () => session(VARS.ADMIN_SECRET, 12 * HOUR), 303],
    ['from the future', () => session(VARS.ADMIN_SECRET, -MINUTE), 303],
    ['under another secret', () => session('another-admin-secret-of-length'), 303],
    ['with another end', async () => (await session()).replace(/^\d/, '9'), 303],
    ['with another signature', async () => (await session()).replace(/.$/, 'g'), 303],
    ['that is the secret', async () => VARS.ADMIN_SECRET, 303],
    ['that is nothing', async () => '', 303],
  ])('%s', async (_, make, status) => {
    const at = house()
    const answer = await visit(at, '/console/settings', await make())
    expect(answer.status).toBe(status)
    expect((await visit(at, '/api/hooks', await make())).status).toBe(status === 200 ? 200 : 401)
  })

  it('ends everywhere when the secret changes, and lasts while it is rotated', async () => {
    const cookie = await session()
    const fresh = 'another-admin-secret-of-length'
    const rotating = house({ vars: { ADMIN_SECRET: `${fresh}\n${VARS.ADMIN_SECRET}` } })
    expect((await visit(rotating, '/console/settings', cookie)).status).toBe(200)
    const changed = house({ vars: { ADMIN_SECRET: fresh } })
    expect((await visit(changed, '/console/settings', cookie)).status).toBe(303)
  })

  it('changes things only from pages of its own', async () => {
    const at = house()
    const cookie = await session()
    const status = async (path: string, headers: Record<string, string>) =>
      (await visit(at, path, cookie, { method: 'POST', headers, body: '{}' })).status
    for (const path of ['/api/accounts/default/pause', '/console/accounts/default/pause']) {
      const good = path.startsWith('/api') ? 200 : 303
      expect([
        await status(path, {}),
        await status(path, { 'sec-fetch-site': 'cross-site' }),
        await status(path, { 'sec-fetch-site': 'same-site' }),
        await status(path, { origin: 'https://elsewhere.example' }),
        await status(path, { origin: 'null' }),
      ]).toEqual([403, 403, 403, 403, 403])
      expect(at.wakes).not.toContain('pause')
      expect(await status(path, OWN)).toBe(good)
      expect(await status(path, { origin: 'https://usher.example' })).toBe(good)
      at.wakes.length = 0
    }
    const bearer = post({}, VARS.ADMIN_SECRET)
    expect((await at.ask('/api/accounts/default/resume', bearer)).status).toBe(200)
  })

  it('is found again by a link from elsewhere, which brings no cookie the first time', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const answer = await house().ask('/console/deliveries', { headers })
    expect([answer.status, answer.headers.get('refresh')]).toEqual([200, '0'])
    const again = await house().ask('/console/deliveries', { headers: OWN })
    expect(again.status).toBe(303)
  })

  it('that is gone is told to the script, not answered with a page', async () => {
    const headers = { 'x-usher-part': 'main', ...OWN }
    expect((await house().ask('/console', { headers })).status).toBe(401)
  })
})

describe('a form whose session has ended', () => {
  const form = (fields: Record<string, string>): RequestInit => ({
    method: 'POST',
    headers: OWN,
    body: new URLSearchParams(fields),
  })
  const typed = { groupName: 'Zinnia "Club"', contacts: '+91 98200 12345' }
  const path = '/console/deliveries/default-1/edit'

  it('travels through the login, also a wrong one, and is sent by nobody but its author', async () => {
    const at = house()
    const asked = await at.ask(path, form(typed))
    expect(asked.status).toBe(401)
    const kept = inputsOf(await asked.text())
    expect(kept).toMatchObject({ unsent: path, 'unsent:groupName': 'Zinnia "Club"' })
    const wrong = await at.ask(
      '/console/login',
      form({ ...kept, secret: 'a-wrong-secret-of-length' }),
    )
    expect(inputsOf(await wrong.text())).toEqual(kept)
    const right = await at.ask('/console/login', form({ ...kept, secret: VARS.ADMIN_SECRET }))
    expect([right.status, right.headers.get('set-cookie')]).toEqual([200, expect.any(String)])
    const page = await right.text()
    expect(page).toContain(`action="${path}"`)
    expect(inputsOf(page)).toEqual(typed)
    expect(at.wakes).not.toContain('act')
  })

  it('is not kept where another site sent it', async () => {
    const init = { ...form(typed), headers: { 'sec-fetch-site': 'cross-site' } }
    const answer = await house().ask(path, init)
    expect([answer.status, await answer.text()]).toEqual([303, ''])
  })

  it.each(['https://elsewhere.example/', '//elsewhere.example', '/hooks/plain', '/console/\\x'])(
    'leads to no address but the console’s: %s',
    async (unsent) => {
      const init = form({ unsent, 'unsent:a': 'b', secret: VARS.ADMIN_SECRET })
      expect((await house().ask('/console/login', init)).status).toBe(303)
    },
  )
})

/** The hidden fields of a page. */
function inputsOf(page: string): Record<string, string> {
  const found = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return Object.fromEntries(
    found.flatMap(([, name = '', value = '']) =>
      name === 'next' ? [] : [[name, value.replaceAll('&quot;', '"')]],
    ),
  )
}

describe('the address of a form’s answer', () => {
  it.each([
    ['/console/deliveries/default-1/reveal', '/console/deliveries/default-1'],
    ['/console/hooks/plain/preview', '/console/hooks/plain'],
    ['/console/accounts/default/pause', '/console'],
    ['/console/bulk?state=held', '/console/deliveries?state=held'],
  ])('%s leads to its page when it is loaded again', async (path, to) => {
    const answer = await visit(house(), path, await session())
    expect([answer.status, answer.headers.get('location')]).toEqual([303, to])
  })
})

describe('every page', () => {
  it('has a policy without anything inline or foreign, and is kept by nobody', async () => {
    const at = house()
    const cookie = await session()
    const paths = [
      '/console',
      '/console/login',
      '/console/deliveries',
      '/console/api',
      '/console/x',
    ]
    for (const path of paths) {
      const { headers } = await visit(at, path, cookie)
      const policy = headers.get('content-security-policy') ?? ''
      expect([path, policy.includes("default-src 'none'"), policy.includes('unsafe')]).toEqual([
        path,
        true,
        false,
      ])
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
    }
  })

  it('names a stylesheet and a script that never change under their names', async () => {
    const at = house()
    const page = await (await at.ask('/console/login')).text()
    const assets = [...page.matchAll(/(?:href|src)="(\/console\/assets\/[^"]+)"/g)]
    expect(assets.length).toBe(2)
    for (const [, path = ''] of assets) {
      const answer = await at.ask(path)
      expect(answer.headers.get('cache-control')).toContain('immutable')
      expect(answer.headers.get('content-type')).toMatch(/^text\/(?:css|javascript)/)
    }
  })

  it('asks no more of a page that has not changed', async () => {
    const at = house()
    const cookie = await session()
    const headers = { 'x-usher-part': 'main' }
    const first = await visit(at, '/console/groups', cookie, { headers })
    const etag = first.headers.get('etag') ?? ''
    expect(await first.text()).toMatch(/^<main/)
    const again = await visit(at, '/console/groups', cookie, {
      headers: { ...headers, 'if-none-match': etag },
    })
    expect(again.status).toBe(304)
  })
})
