/** What `npm run secrets` and `npm run check -- --remote` ask, make, store and find. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { askDeployed, type Remote, remoteRows } from '../../../src/sandbox/checking/remote.ts'
import { reasonIn } from '../../../src/sandbox/checking/wrangler-cli.ts'
import { collectSecrets, neededSecrets, secretsSet } from '../../../src/sandbox/secrets.ts'
import { calendly, defineConfig, eventbrite, hook, json, phone } from '../../../src/usher.ts'

const mapped = {
  fields: v.object({ phone: phone() }),
  invite: (): { groupName: string; contacts: [] } => ({ groupName: 'A', contacts: [] }),
}
const config = defineConfig({
  hooks: {
    calls: hook({ source: calendly, ...mapped }),
    tickets: hook({ source: eventbrite, ...mapped }),
    leads: hook({ source: json }),
  },
})
const ALL = [
  'EAZYBE_TOKEN',
  'ADMIN_SECRET',
  'CALLS_SECRET',
  'TICKETS_SECRET',
  'LEADS_SECRET',
  'TICKETS_API_TOKEN',
  'ALERT_URL',
]
const LOCAL = { ADMIN_SECRET: 'the-admin-secret-of-this-machine' }

describe('the secrets of a config', () => {
  it('are those of accounts, console, hooks, look-ups and alerts', () => {
    expect(neededSecrets(config).map(({ name }) => name)).toEqual(ALL)
  })

  it('are made where they can be, without a person at the terminal', async () => {
    const { values, made, missing } = await collect([], null)
    expect(made).toEqual(['ADMIN_SECRET', 'CALLS_SECRET', 'TICKETS_SECRET', 'LEADS_SECRET'])
    expect(missing).toEqual(['EAZYBE_TOKEN', 'TICKETS_API_TOKEN'])
    expect(Object.keys(values)).toEqual(made)
    for (const { name, refuse } of neededSecrets(config)) {
      if (values[name] !== undefined) expect(refuse(values[name])).toBeNull()
    }
  })

  it('that are there are not asked for', async () => {
    const { values, made, missing, asked } = await collect(ALL, [])
    expect({ values, made, missing, asked }).toEqual({
      values: {},
      made: [],
      missing: [],
      asked: [],
    })
  })

  it.each([
    { name: 'EAZYBE_TOKEN', answer: 'sandbox_0123456789', says: 'EAZYBE_TOKEN is the sandbox’s.' },
    { name: 'EAZYBE_TOKEN', answer: 'Bearer abc', says: 'EAZYBE_TOKEN holds a blank' },
    { name: 'ADMIN_SECRET', answer: 'short', says: 'ADMIN_SECRET is shorter than 24' },
    { name: 'ADMIN_SECRET', answer: LOCAL.ADMIN_SECRET, says: 'is the one of this machine' },
    { name: 'LEADS_SECRET', answer: 'short', says: 'LEADS_SECRET is shorter than 16' },
    { name: 'ALERT_URL', answer: 'slack', says: 'ALERT_URL is not a URL.' },
  ])('$answer is refused for $name, and asked for again', async ({ name, answer, says }) => {
    const good = 'https://hooks.example.com/0123456789'
    const { values, told } = await collect(
      ALL.filter((one) => one !== name),
      [answer, good],
    )
    expect(told.join('\n')).toContain(says)
    expect(told.join('\n')).not.toContain(answer === 'short' ? 'short ' : answer)
    expect(values).toEqual({ [name]: good })
  })

  it('that are left out stay missing, unless they may', async () => {
    const { missing } = await collect(['ADMIN_SECRET', 'CALLS_SECRET'], ['', '', '', '', ''])
    expect(missing).toEqual(['EAZYBE_TOKEN', 'TICKETS_API_TOKEN'])
  })
})

describe('the list of a Worker’s secrets', () => {
  const answer = (ok: boolean, stdout: string) => () => ({ ok, stdout, because: 'no login' })
  it('is read by name, of the environment that was asked for', () => {
    const asked: (readonly string[])[] = []
    const names = secretsSet((args) => {
      asked.push(args)
      return { ok: true, stdout: '[{"name":"ADMIN_SECRET","type":"secret_text"}]', because: '' }
    }, 'staging')
    expect(names).toEqual(['ADMIN_SECRET'])
    expect(asked).toEqual([['secret', 'list', '--format', 'json', '--env', 'staging']])
  })
  it('says why it is not to be had', () => {
    expect(() => secretsSet(answer(false, ''), null)).toThrow(
      /no login\nLog in with npx wrangler login/,
    )
    expect(() => secretsSet(answer(true, 'a table'), null)).toThrow(/in a form that is not known/)
  })
  it('fails with wrangler’s own first sentence', () => {
    const esc = String.fromCharCode(27)
    const printed = `${esc}[31m✘ ${esc}[41;97m[ERROR]${esc}[0m You are not logged in. Do this. And that.\n`
    expect(reasonIn(`\n${printed}`)).toBe('You are not logged in.')
  })
})

describe('what is known of a deployed Worker', () => {
  const URL = 'https://usher.example.workers.dev'
  const well: Readonly<Record<string, () => Response>> = {
    'https://api.eazybe.com/v2/users/public/last-active': () => Response.json([]),
    [`${URL}/health`]: () => Response.json({ status: 'ok' }),
    [`${URL}/hooks/calls`]: () => new Response(null, { status: 401 }),
    [`${URL}/hooks/tickets`]: () => new Response(null, { status: 401 }),
    [`${URL}/hooks/leads`]: () => new Response(null, { status: 401 }),
  }
  const rows: readonly {
    title: string
    answers?: Record<string, () => Response>
    remote?: Partial<Remote>
    row: string
    found: RegExp
    toDo: RegExp
  }[] = [
    { title: 'a token', row: 'EAZYBE_TOKEN', found: /EazyBe takes it/, toDo: /^$/ },
    {
      title: 'a token of the sandbox',
      remote: { env: { EAZYBE_TOKEN: 'sandbox_1' } },
      row: 'EAZYBE_TOKEN',
      found: /not asked/,
      toDo: /EAZYBE_TOKEN=… npm run check -- --remote/,
    },
    {
      title: 'a refused token',
      answers: {
        'https://api.eazybe.com/v2/users/public/last-active': () =>
          new Response(null, { status: 401 }),
      },
      row: 'EAZYBE_TOKEN',
      found: /refuses it \(401\)/,
      toDo: /copy it again/,
    },
    {
      title: 'the version',
      row: 'version',
      found: /^Usher 0.1.0, commit abc, since 2026-11-28T00:00:00Z \(v-1\)$/,
      toDo: /^$/,
    },
    { title: 'all secrets', row: 'secrets', found: /all 7 are there/, toDo: /^$/ },
    {
      title: 'a missing secret',
      remote: { secretsSet: () => ALL.filter((name) => name !== 'CALLS_SECRET') },
      row: 'secrets',
      found: /missing: CALLS_SECRET/,
      toDo: /npm run secrets/,
    },
    {
      title: 'no login',
      remote: {
        secretsSet: () => {
          throw new Error('no login')
        },
      },
      row: 'secrets',
      found: /does not tell/,
      toDo: /npx wrangler login/,
    },
    {
      title: 'no address',
      remote: { url: null },
      row: 'the Worker',
      found: /not known/,
      toDo: /publicUrl/,
    },
    { title: 'health', row: `${URL}/health`, found: /answers/, toDo: /^$/ },
    {
      title: 'another site at that address',
      answers: { [`${URL}/health`]: () => new Response('<html>') },
      row: `${URL}/health`,
      found: /is not Usher/,
      toDo: /mend the address/,
    },
    {
      title: 'a hook that refuses',
      row: '/hooks/leads',
      found: /refuses what is not signed/,
      toDo: /^$/,
    },
    {
      title: 'a hook of a later config',
      answers: { [`${URL}/hooks/leads`]: () => new Response(null, { status: 404 }) },
      row: '/hooks/leads',
      found: /is not there/,
      toDo: /npm run deploy/,
    },
    {
      title: 'a hook without its secret',
      answers: { [`${URL}/hooks/leads`]: () => new Response(null, { status: 503 }) },
      row: '/hooks/leads',
      found: /is not ready/,
      toDo: /npm run secrets/,
    },
    {
      title: 'a version that Cloudflare does not tell',
      remote: {
        deployed: () => {
          throw new Error('not logged in')
        },
      },
      row: 'version',
      found: /does not tell it/,
      toDo: /wrangler login/,
    },
    {
      title: 'a hook that lets anything through',
      answers: { [`${URL}/hooks/leads`]: () => new Response('{}') },
      row: '/hooks/leads',
      found: /answers 200 to an unsigned post/,
      toDo: /wrangler tail/,
    },
  ]
  it.each(rows)('has a row for $title', async ({ answers = {}, remote = {}, row, found, toDo }) => {
    const all = { ...well, ...answers }
    const made = await remoteRows({
      config,
      url: URL,
      env: { EAZYBE_TOKEN: 'a-token' },
      fetch: async (url) => all[String(url)]?.() ?? Promise.reject(new TypeError('fetch failed')),
      secretsSet: () => ALL,
      deployed: () => ({ id: 'v-1', at: '2026-11-28T00:00:00Z', note: 'Usher 0.1.0, commit abc' }),
      ...remote,
    })
    const it = made.find(({ what }) => what === row)
    expect(it?.found).toMatch(found)
    expect(it?.toDo).toMatch(toDo)
    expect(it?.ok).toBe(toDo.source === '^$' || /not asked/.test(it?.found ?? ''))
  })
})

describe('the deployed version', () => {
  it('is what Cloudflare says of the last deployment', () => {
    const asked: string[] = []
    const answers = [
      { created_on: '2026-11-28', versions: [{ version_id: 'v-1', percentage: 100 }] },
      { annotations: { 'workers/message': 'Usher 0.1.0' } },
    ]
    const wrangler = (args: readonly string[]) => {
      asked.push(args.join(' '))
      return { ok: true, stdout: JSON.stringify(answers[asked.length - 1]), because: '' }
    }
    const told = askDeployed(wrangler, 'staging')
    expect(told).toEqual({ id: 'v-1', at: '2026-11-28', note: 'Usher 0.1.0' })
    expect(asked).toEqual([
      'deployments status --json --env staging',
      'versions view v-1 --json --env staging',
    ])
    expect(() => askDeployed(() => ({ ok: false, stdout: '', because: 'no' }), null)).toThrow()
  })
})

async function collect(set: readonly string[], answers: readonly string[] | null) {
  const left = [...(answers ?? [])]
  const asked: string[] = []
  const told: string[] = []
  const collected = await collectSecrets(neededSecrets(config), set, LOCAL, {
    ask: async (question) => {
      asked.push(question)
      return answers === null ? null : (left.shift() ?? '')
    },
    tell: (line) => told.push(line),
  })
  return { ...collected, asked, told }
}
