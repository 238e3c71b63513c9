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
    ['/console?a=\r\nset-cookie: a=b', '/console'],
    ['/console/\u0000', '/console'],
    ['/console/\u2028é', '/console'],
    ['/console/%2e%2e//elsewhere.example', '/console'],
    ['/consolex', '/console'],
    ['/console/\\elsewhere.example', '/console'],
    ['/console/login', '/console'],
    ['/console/logout', '/console'],
    ['javascript:alert(1)', '/console'],
  ])('asked to lead to %s leads to %s', async (next, to) => {
    const answer = await logIn(house(), VARS.ADMIN_SECRET, OWN, next)
    expect(answer.headers.get('location')).toBe(to)
  })

  it.each([
    ['short', 'is shorter than 24'],
    ['a'.repeat(40), 'is one piece repeated'],
    ['changeme'.repeat(4), 'is one piece repeated'],
    ['changeme-as-soon-as-you-can', 'is a placeholder'],
    ['your-admin-secret-goes-here', 'is a placeholder'],
  ])('is shut under a secret that can be guessed: %s', async (secret, because) => {
    const at = house({ vars: { ADMIN_SECRET: secret } })
    const answer = await logIn(at, secret)
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null])
    const page = await answer.text()
    expect(page).toContain('The console is shut')
    expect(page).toContain(because)
    const headers = { authorization: `Bearer ${secret}` }
    expect((await at.ask('/api/hooks', { headers })).status).toBe(503)
  })

  it('says of what it did only what it knows', async () => {
    const at = house()
    const page = await (await at.ask('/console/login?done=constructor')).text()
    expect(page).not.toContain('function')
    expect(page).not.toContain('class="notice"')
    const inside = await visit(at, '/console/settings?done=toString', await session())
    expect(inside.status).toBe(200)
    expect(await inside.text()).not.toContain('class="notice"')
  })
})

describe('guessing', () => {
  it('ends after ten wrong secrets from an address, for a quarter of an hour and for that address alone', async () => {
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

describe('guesses from many addresses of one subscriber', () => {
  const from = (address: string) => ({ ...OWN, 'cf-connecting-ip': address })

  it('count as one: the last 64 bits of an IPv6 address are his to choose', async () => {
    const at = house()
    for (let nth = 0; nth < 10; nth++) {
      const answer = await logIn(
        at,
        `wrong-secret-of-v6-${nth}-xxxx`,
        from(`2001:db8:7:1:${nth}::9`),
      )
      expect(answer.status).toBe(400)
    }
    expect((await logIn(at, VARS.ADMIN_SECRET, from('2001:db8:7:1::1'))).status).toBe(429)
    expect((await logIn(at, VARS.ADMIN_SECRET, from('2001:0db8:0007:0001::'))).status).toBe(429)
    expect((await logIn(at, VARS.ADMIN_SECRET, from('2001:db8:7:2::1'))).status).toBe(303)
  })
})

describe('wrong secrets at the API', () => {
  const ask = (at: House, secret: string, address: string, path = '/api/hooks') =>
    at.ask(path, { headers: { authorization: `Bearer ${secret}`, 'cf-connecting-ip': address } })

  it('end after ten from an address, are noted, and open no other door', async () => {
    // What other tests guessed is over.
    vi.setSystemTime(Date.now() + 24 * HOUR)
    const at = house()
    const address = crypto.randomUUID()
    const statuses: Record<number, number> = {}
    for (let nth = 0; nth < 1_000; nth++) {
      const { status } = await ask(at, `guess-number-${nth}-of-the-secret`, address)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
    expect(statuses).toEqual({ 401: 10, 429: 990 })
    const right = await ask(at, VARS.ADMIN_SECRET, address, '/metrics')
    expect([right.status, Number(right.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect(
      (await logIn(at, VARS.ADMIN_SECRET, { ...OWN, 'cf-connecting-ip': address })).status,
    ).toBe(429)
    const { entries } = await at.drive().stub.account().audit(null, 10)
    expect(entries).toMatchObject([{ actor: 'unknown', action: 'wrong admin secret' }])
  })

  it('shut no one out where a program repeats an old one', async () => {
    const at = house()
    const address = crypto.randomUUID()
    for (let nth = 0; nth < 30; nth++) {
      expect((await ask(at, 'the-secret-of-last-year-xx', address)).status).toBe(401)
    }
    expect((await ask(at, VARS.ADMIN_SECRET, address)).status).toBe(200)
  })
})

describe('plain http', () => {
  it.each(['/console', '/console/login?next=/console/hooks', '/api/hooks', '/metrics', '/'])(
    'of a public host leads to https: %s',
    async (path) => {
      const answer = await house().ask(`http://usher.example${path}`)
      expect([answer.status, answer.headers.get('location')]).toEqual([
        308,
        `https://usher.example${path}`,
      ])
    },
  )

  it('takes no secret and no action', async () => {
    const at = house()
    const body = new URLSearchParams({ secret: VARS.ADMIN_SECRET })
    const login = await at.ask('http://usher.example/console/login', {
      method: 'POST',
      body,
      headers: { origin: 'http://usher.example' },
    })
    expect([login.status, login.headers.get('set-cookie')]).toEqual([403, null])
    const pause = post({}, VARS.ADMIN_SECRET)
    expect((await at.ask('http://usher.example/api/accounts/default/pause', pause)).status).toBe(
      403,
    )
    expect(at.wakes).toEqual([])
  })

  it('is taken from senders, who follow no redirect', async () => {
    const lead = { groupName: 'Zinnia', contacts: ['+919800000001'], create: true }
    const init = post(lead, VARS.PLAIN_SECRET)
    expect((await house().ask('http://usher.example/hooks/plain', init)).status).toBe(200)
  })

  it('is what one’s own machine speaks, and a sandbox', async () => {
    const at = house()
    for (const host of ['127.0.0.1:8787', 'localhost:8787', '[::1]:8787']) {
      const answer = await at.ask(`http://${host}/console/login`)
      expect([answer.status, answer.headers.get('strict-transport-security')]).toEqual([200, null])
    }
    const sandbox = house({ vars: { USHER_SANDBOX: '1' } })
    expect((await sandbox.ask('http://usher.example/console/login')).status).toBe(200)
  })

  it('is not asked again by a browser that came over https', async () => {
    const answer = await house().ask('/console/login')
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000')
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
  const typed = { groupName: 'Zinnia "Club"', contacts: '+91 98200 12345' }
  const path = '/console/deliveries/default-1/edit'
  const form = (fields: Record<string, string>, headers: Record<string, string> = OWN) => ({
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
  })

  /** Sends the form without a session. Gives what the login carries, and the browser's cookie. */
  async function sendWithout(at: House, to = path) {
    const asked = await at.ask(to, form(typed))
    const cookie = asked.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    return { status: asked.status, kept: inputsOf(await asked.text()), cookie }
  }

  it('travels through the login, also a wrong one, and is sent by its author alone', async () => {
    const at = house()
    const { status, kept, cookie } = await sendWithout(at)
    expect(status).toBe(401)
    expect(Object.keys(kept)).toEqual(['unsent', 'seal'])
    const headers = { ...OWN, cookie }
    const wrong = await at.ask(
      '/console/login',
      form({ ...kept, secret: 'a-wrong-secret-of-length' }, headers),
    )
    expect(inputsOf(await wrong.text())).toEqual(kept)
    const right = await at.ask(
      '/console/login',
      form({ ...kept, secret: VARS.ADMIN_SECRET }, headers),
    )
    expect([right.status, right.headers.get('set-cookie')]).toEqual([200, expect.any(String)])
    const page = await right.text()
    expect(page).toContain(`action="${path}"`)
    expect(page).toContain('Change the lead default-1 and send it')
    expect(inputsOf(page)).toEqual(typed)
    expect(at.wakes).not.toContain('act')
  })

  it.each([
    ['/console/hooks/plain/invite', 'Invite the people of a file through the hook plain'],
    ['/console/hooks/plain/pause', 'Pause the hook plain'],
    ['/console/accounts/default/pause', 'Pause the account default'],
    ['/console/people', 'Look up or change one person'],
  ])('is named in words: %s', async (to, words) => {
    const page = await (await house().ask(to, form(typed))).text()
    expect(page).toContain(words)
  })

  it('is not kept where another site sent it', async () => {
    const init = form(typed, { 'sec-fetch-site': 'cross-site' })
    const answer = await house().ask(path, init)
    expect([answer.status, await answer.text()]).toEqual([303, ''])
  })

  it('is not carried where another site sends the login', async () => {
    const at = house()
    const { kept, cookie } = await sendWithout(at)
    const secret = 'a-wrong-secret-of-length'
    for (const site of ['cross-site', 'same-site']) {
      const init = form({ ...kept, secret }, { cookie, 'sec-fetch-site': site })
      const answer = await at.ask('/console/login', init)
      expect(answer.status).toBe(400)
      expect(inputsOf(await answer.text())).toEqual({})
    }
  })

  it.each<[string, (kept: Record<string, string>) => Record<string, string>]>([
    ['was changed', (kept) => ({ ...kept, unsent: (kept.unsent ?? '').replace('edit', 'erase') })],
    ['has another seal', (kept) => ({ ...kept, seal: '00'.repeat(32) })],
    ['has none', ({ unsent = '' }) => ({ unsent })],
    ['is of the kind that was carried once', () => ({ unsent: path, 'unsent:a': 'b' })],
  ])('is dropped where what is carried %s', async (_, change) => {
    const at = house()
    const { kept, cookie } = await sendWithout(at)
    const init = form({ ...change(kept), secret: VARS.ADMIN_SECRET }, { ...OWN, cookie })
    expect((await at.ask('/console/login', init)).status).toBe(303)
  })

  it('is dropped where a stranger had it sealed for a browser of his own', async () => {
    const at = house()
    const { kept } = await sendWithout(at)
    const { cookie } = await sendWithout(house())
    for (const other of [cookie, '__Host-usher-unsent=0', '']) {
      const init = form({ ...kept, secret: VARS.ADMIN_SECRET }, { ...OWN, cookie: other })
      expect((await at.ask('/console/login', init)).status).toBe(303)
    }
  })

  it.each(['/console/nowhere', '/console/accounts/default/erase', '/console/logout', '/console/x'])(
    'is none where no form of the console posts: %s',
    async (to) => {
      const { kept } = await sendWithout(house(), to)
      expect(kept).toEqual({})
    },
  )
})

/** The hidden fields of a page. */
function inputsOf(page: string): Record<string, string> {
  const found = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return Object.fromEntries(
    found.flatMap(([, name = '', value = '']) =>
      name === 'next' ? [] : [[name, value.replaceAll('&quot;', '"').replaceAll('&amp;', '&')]],
    ),
  )
}

describe('the address of a form’s answer', () => {
  it.each([
    ['/console/deliveries/default-1/reveal', '/console/deliveries/default-1'],
    ['/console/hooks/plain/preview', '/console/hooks/plain'],
    ['/console/accounts/default/pause', '/console'],
    ['/console/bulk?state=held', '/console/deliveries?state=held'],
    ['/console/hooks/a%0d%0ab%00/preview', '/console/hooks/a%0d%0ab%00'],
  ])('%s leads to its page when it is loaded again', async (path, to) => {
    const answer = await visit(house(), path, await session())
    expect([answer.status, answer.headers.get('location')]).toEqual([303, to])
  })
})

describe('every page', () => {
  it('has a policy without anything inline or foreign, and is not cached', async () => {
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
