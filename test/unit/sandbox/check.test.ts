/** What `npm run check` and `npm run build` find. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { hook } from '../../../src/mapping/hook.ts'
import { phone } from '../../../src/mapping/phone/index.ts'
import { checkReport, type Report } from '../../../src/sandbox/checking/check-report.ts'
import { askEazybe } from '../../../src/sandbox/checking/remote.ts'
import { table } from '../../../src/sandbox/command-line.ts'
import { strangers } from '../../../src/sandbox/runner/esbuild.ts'
import { DECLARED } from '../../../src/sandbox/runner/live-worker.ts'
import { type Config, type ConfigInput, defineConfig } from '../../../src/setup/define-config.ts'
import { json, razorpay, typeform } from '../../../src/sources/index.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const WELL = {
  WEBINAR_SECRET: SECRET,
  EAZYBE_TOKEN: 'a-token-of-an-organization',
  ADMIN_SECRET: 'an-admin-secret-of-some-length',
  ALERT_URL: 'https://hooks.example.com/alert',
}

const fields = v.object({ phone: phone('IN') })
const invite = (): { groupName: string; contacts: [] } => ({ groupName: 'A', contacts: [] })
const webinar = hook({ source: typeform, consent: { field: 'ok' }, fields, invite })
const NOBODY = {}
const india = { default: { timeZone: 'Asia/Kolkata' } }

describe('checkReport', () => {
  const rows: readonly {
    title: string
    config?: Partial<ConfigInput>
    env?: Record<string, string>
    row?: readonly string[]
    account?: readonly string[]
    wrong?: readonly RegExp[]
    doubtful?: readonly RegExp[]
  }[] = [
    {
      title: 'finds nothing wrong where everything is there',
      row: ['webinar', '/hooks/webinar', 'Typeform', 'present', 'answer to ok', 'default'],
      account: ['default', 'present', 'steady', '21:00 to 08:00 Asia/Kolkata'],
    },
    {
      title: 'shows the address that senders were given',
      config: { publicUrl: 'https://hooks.example.com/' },
      row: [
        'webinar',
        'https://hooks.example.com/hooks/webinar',
        'Typeform',
        'present',
        'answer to ok',
        'default',
      ],
    },
    {
      title: 'misses a secret',
      env: { WEBINAR_SECRET: '' },
      row: ['webinar', '/hooks/webinar', 'Typeform', 'missing', 'answer to ok', 'default'],
      wrong: [/webinar: the secret WEBINAR_SECRET is not set/],
    },
    {
      title: 'refuses a short secret without repeating it',
      env: { WEBINAR_SECRET: 'abc-short' },
      row: ['webinar', '/hooks/webinar', 'Typeform', 'unusable', 'answer to ok', 'default'],
      wrong: [/WEBINAR_SECRET is shorter than 16 characters/],
    },
    {
      title: 'counts the values of a secret that is being rotated',
      env: { WEBINAR_SECRET: `${SECRET}\n${SECRET}2` },
      row: ['webinar', '/hooks/webinar', 'Typeform', '2 values', 'answer to ok', 'default'],
    },
    {
      title: 'refuses one short value among several',
      env: { WEBINAR_SECRET: `${SECRET}\nshort` },
      row: ['webinar', '/hooks/webinar', 'Typeform', 'unusable', 'answer to ok', 'default'],
      wrong: [/is shorter than/],
    },
    {
      title: 'misses the token of a look-up',
      config: {
        hooks: {
          webinar: hook({
            source: {
              ...typeform,
              lookUp: async (found: typeof NOBODY) => ({ ok: true, fields: found }),
            },
            consent: { field: 'ok' },
            fields,
            invite,
          }),
        },
      },
      wrong: [/Hook webinar: Typeform sends ids only, and the secret WEBINAR_API_TOKEN is not set/],
    },
    {
      title: 'misses the token of the account by its name',
      config: { accounts: { ...india, sales: { timeZone: 'Asia/Kolkata' } } },
      wrong: [/Account sales: the secret EAZYBE_TOKEN_SALES is not set/],
    },
    {
      title: 'knows the sandbox’s token',
      env: { EAZYBE_TOKEN: 'sandbox_0123456789' },
      account: ['default', 'of the sandbox', 'steady', '21:00 to 08:00 Asia/Kolkata'],
      doubtful: [/EAZYBE_TOKEN is the sandbox/],
    },
    {
      title: 'doubts an account that knows no night',
      config: { accounts: { default: {} } },
      account: ['default', 'present', 'steady', 'none'],
      doubtful: [/without a timeZone/],
    },
    {
      title: 'takes quiet hours that were turned off on purpose',
      config: { accounts: { default: { timeZone: 'Asia/Kolkata', quietHours: false } } },
      account: ['default', 'present', 'steady', 'none'],
    },
    {
      title: 'doubts the pace of the sandbox',
      config: { accounts: { default: { pace: 'instant', timeZone: 'Asia/Kolkata' } } },
      doubtful: [/instant is for the sandbox/],
    },
    {
      title: 'doubts a hook that does not ask people',
      config: { hooks: { webinar: hook({ ...webinar, consent: 'none' }) } },
      row: ['webinar', '/hooks/webinar', 'Typeform', 'present', 'none', 'default'],
      doubtful: [/are not asked/],
    },
    {
      title: 'doubts a form that only attests',
      config: { hooks: { webinar: hook({ ...webinar, consent: { attested: 'Terms' } }) } },
      row: ['webinar', '/hooks/webinar', 'Typeform', 'present', 'attested', 'default'],
      doubtful: [/a form can ask for consent itself/],
    },
    {
      title: 'takes an attestation where there is no form',
      config: {
        hooks: { webinar: hook({ source: razorpay, consent: { attested: 'x' }, fields, invite }) },
      },
      row: ['webinar', '/hooks/webinar', 'Razorpay', 'present', 'attested', 'default'],
    },
    {
      title: 'doubts a hook that says nothing of consent',
      config: { hooks: { webinar: hook({ source: json }) } },
      row: ['webinar', '/hooks/webinar', 'JSON', 'present', 'not said', 'default'],
      doubtful: [/does not say where people agreed/],
    },
    {
      title: 'misses the admin secret',
      env: { ADMIN_SECRET: '' },
      wrong: [/ADMIN_SECRET is not set/],
    },
    {
      title: 'refuses a short admin secret',
      env: { ADMIN_SECRET: 'short' },
      wrong: [/ADMIN_SECRET is shorter than 24/],
    },
    {
      title: 'refuses an admin secret of documentation',
      env: { ADMIN_SECRET: 'changeme-changeme-changeme-changeme' },
      wrong: [/ADMIN_SECRET is a placeholder/],
    },
    {
      title: 'misses the other half of Access',
      env: { ACCESS_AUD: 'the-audience-of-the-application' },
      wrong: [/ACCESS_TEAM_DOMAIN is not set/],
    },
    {
      title: 'doubts a life without alerts',
      env: { ALERT_URL: '' },
      doubtful: [/ALERT_URL is not set/],
    },
    {
      title: 'refuses an alert address that is none',
      env: { ALERT_URL: 'slack' },
      wrong: [/ALERT_URL/],
    },
  ]

  it.each(rows)('$title', ({ config, env, row, account, wrong = [], doubtful = [] }) => {
    const report = reportOf(config, env)
    if (row !== undefined) expect(report.hooks[1]).toEqual(row)
    if (account !== undefined) expect(report.accounts[1]).toEqual(account)
    expectLines(report.wrong, wrong)
    expectLines(report.doubtful, doubtful)
    expect(JSON.stringify(report)).not.toContain(SECRET)
    expect(JSON.stringify(report)).not.toContain('abc-short')
  })

  it('misses bindings that wrangler.toml no longer declares', () => {
    const declared = { ...DECLARED, kv: [], objects: { OUTBOX: 'Mailbox' } }
    const { wrong } = checkReport({ config: configOf({}), env: WELL, declared, needed: DECLARED })
    expectLines(wrong, [/KV binding SEEN/, /OUTBOX of the class Outbox/])
  })
})

describe('askEazybe', () => {
  const rows: readonly { title: string; answer: () => Response; taken: boolean; says: RegExp }[] = [
    { title: 'takes 200 for yes', answer: () => Response.json([]), taken: true, says: /takes it/ },
    {
      title: 'takes 401 for no',
      answer: () => new Response(null, { status: 401 }),
      taken: false,
      says: /refuses it \(401\)/,
    },
    {
      title: 'does not follow a redirect',
      answer: () => new Response(null, { status: 302, headers: { location: 'https://a.example' } }),
      taken: false,
      says: /answers 302/,
    },
    {
      title: 'tells trouble of EazyBe’s from a refusal',
      answer: () => new Response('<html>', { status: 502 }),
      taken: false,
      says: /answers 502/,
    },
    {
      title: 'says when it cannot be reached',
      answer: () => {
        throw new TypeError('fetch failed')
      },
      taken: false,
      says: /cannot be reached/,
    },
  ]
  it.each(rows)('$title', async ({ answer, taken, says }) => {
    const asked: [url: string, init: RequestInit | undefined][] = []
    const opinion = await askEazybe('the-token', async (url, init) => {
      asked.push([String(url), init])
      return answer()
    })
    expect(opinion.taken).toBe(taken)
    expect(opinion.because).toMatch(says)
    expect(opinion.because).not.toContain('the-token')
    const [[url, init] = []] = asked
    expect(url).toBe('https://api.eazybe.com/v2/users/public/last-active')
    expect(init).toMatchObject({
      headers: { authorization: 'Bearer the-token' },
      redirect: 'manual',
    })
  })
})

describe('strangers', () => {
  it('finds the sandbox, tests and modules of Node in a bundle, and nothing else', () => {
    const modules = [
      'src/index.ts',
      'src/sandbox/start.ts',
      'src/receive/receive.ts',
      'test/unit/sandbox/check.test.ts',
      'node_modules/hono/dist/index.js',
      'node_modules/x/test/y.js',
      'cloudflare:workers',
      'node:fs',
    ]
    expect(strangers(modules)).toEqual([
      'src/sandbox/start.ts',
      'test/unit/sandbox/check.test.ts',
      'node:fs',
    ])
  })
})

describe('table', () => {
  it('lines up columns and leaves no blanks at the end', () => {
    expect(table([['hook', 'URL'], ['a-long-name', '/'], ['b']])).toEqual([
      'hook         URL',
      'a-long-name  /',
      'b',
    ])
  })
})

function reportOf(config: Partial<ConfigInput> = {}, env: Record<string, string> = {}): Report {
  return checkReport({
    config: configOf(config),
    env: { ...WELL, ...env },
    declared: DECLARED,
    needed: DECLARED,
  })
}

function configOf(config: Partial<ConfigInput>): Config {
  return defineConfig({ accounts: india, hooks: { webinar }, ...config })
}

function expectLines(lines: readonly string[], expected: readonly RegExp[]): void {
  expect(lines).toHaveLength(expected.length)
  for (const [index, line] of expected.entries()) expect(lines[index]).toMatch(line)
}
