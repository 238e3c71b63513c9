/** The parts of `npm start`: its settings, its bindings, what it finds of earlier runs, and where requests go. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { hook } from '../../../src/mapping/hook.ts'
import { phone } from '../../../src/mapping/phone/index.ts'
import { readWranglerToml } from '../../../src/sandbox/checking/wrangler-cli.ts'
import { missingSecrets } from '../../../src/sandbox/dev-vars.ts'
import { DECLARED, outbound } from '../../../src/sandbox/runner/live-worker.ts'
import {
  holders,
  npmAbove,
  type Process,
  readListing,
} from '../../../src/sandbox/runner/processes.ts'
import { welcome } from '../../../src/sandbox/runner/welcome.ts'
import { ROOT, readSettings } from '../../../src/sandbox/settings.ts'
import { defineConfig } from '../../../src/setup/define-config.ts'
import { typeform } from '../../../src/sources/index.ts'

/** All of wrangler is loaded for its reader: seconds on a machine with other work. */
const WRANGLER_LOADS_WITHIN_MS = 60_000

const config = defineConfig({
  accounts: { default: {}, sales: {} },
  hooks: {
    vipList: hook({
      source: typeform,
      consent: 'none',
      fields: v.object({ phone: phone('IN') }),
      invite: ({ phone }) => ({ groupName: 'VIP', contacts: [phone] }),
    }),
  },
})

describe('readSettings', () => {
  const usual = {
    port: 8787,
    sandboxPort: 8788,
    stateDir: `${ROOT}/.usher`,
    configFile: `${ROOT}/src/config.ts`,
    devVarsFile: `${ROOT}/.dev.vars`,
    pace: 'instant',
  }
  it.each([
    { title: 'has a usual value for everything', env: {}, settings: usual },
    {
      title: 'takes free ports for both',
      env: { PORT: '0', SANDBOX_PORT: '0' },
      settings: { ...usual, port: 0, sandboxPort: 0 },
    },
    {
      title: 'takes an empty variable for none',
      env: { PORT: '', STATE_DIR: '' },
      settings: usual,
    },
    {
      title: 'reads each from its variable',
      env: {
        PORT: '1',
        SANDBOX_PORT: '0',
        STATE_DIR: '/tmp/state',
        USHER_CONFIG: '/tmp/config.ts',
        USHER_DEV_VARS: '/tmp/vars',
        USHER_PACE: 'config',
      },
      settings: {
        port: 1,
        sandboxPort: 0,
        stateDir: '/tmp/state',
        configFile: '/tmp/config.ts',
        devVarsFile: '/tmp/vars',
        pace: null,
      },
    },
  ])('$title', ({ env, settings }) => {
    expect(readSettings(env)).toEqual(settings)
  })

  it.each([
    { PORT: 'http' },
    { PORT: '65536' },
    { SANDBOX_PORT: '-1' },
    { PORT: '80.5' },
    { USHER_PACE: 'steady' },
    { PORT: '8788' },
    { SANDBOX_PORT: '8787' },
  ])('refuses %o by name', (env) => {
    expect(() => readSettings(env)).toThrow(Object.keys(env)[0])
  })
})

describe('the bindings', () => {
  it('are those of wrangler.toml', { timeout: WRANGLER_LOADS_WITHIN_MS }, async () => {
    expect(await readWranglerToml()).toEqual(DECLARED)
  })

  it('keep a domain of production from staging', {
    timeout: WRANGLER_LOADS_WITHIN_MS,
  }, async () => {
    const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
    const folder = mkdtempSync(join(tmpdir(), 'usher-toml-'))
    const config = join(folder, 'wrangler.toml')
    writeFileSync(config, toml.replace('# routes = ', 'routes = '))
    const { unstable_readConfig: read } = await import('wrangler')
    const [production, staging] = [read({ config }), read({ config, env: 'staging' })]
    rmSync(folder, { recursive: true })
    expect(production.routes).toMatchObject([{ pattern: 'hooks.example.com' }])
    expect(staging.routes).toEqual([])
  })
})

describe('missingSecrets', () => {
  it('makes up the admin’s, every account’s token and every hook’s, in the sender’s spelling', () => {
    const made = missingSecrets(config, {})
    expect(Object.keys(made)).toEqual([
      'ADMIN_SECRET',
      'EAZYBE_TOKEN',
      'EAZYBE_TOKEN_SALES',
      'VIP_LIST_SECRET',
    ])
    expect(made.ADMIN_SECRET?.length).toBeGreaterThanOrEqual(24)
    expect(made.EAZYBE_TOKEN).toMatch(/^sandbox_[0-9a-f]{32}$/)
    expect(made.EAZYBE_TOKEN).not.toBe(made.EAZYBE_TOKEN_SALES)
    expect(typeform.scheme.refuseSecret(made.VIP_LIST_SECRET ?? '')).toBeNull()
    expect(missingSecrets(config, {})).not.toEqual(made)
  })

  it('leaves alone what is set, and takes an empty value for missing', () => {
    const vars = { ADMIN_SECRET: 'x', EAZYBE_TOKEN: ' ', VIP_LIST_SECRET: 'a\nb' }
    expect(Object.keys(missingSecrets(config, vars))).toEqual([
      'EAZYBE_TOKEN',
      'EAZYBE_TOKEN_SALES',
    ])
  })
})

const WORKERD = '/home/asha/usher/.usher/workerd'
const starter = { pid: 10, parent: 9, command: 'node src/sandbox/start.ts' }

describe('holders', () => {
  const rows: readonly {
    title: string
    list: readonly Process[]
    orphans: readonly number[]
    runner: number | null
  }[] = [
    { title: 'are none on a fresh machine', list: [], orphans: [], runner: null },
    {
      title: 'are the run that started workerd',
      list: [starter, { pid: 11, parent: 10, command: `${WORKERD} serve --binary` }],
      orphans: [],
      runner: 10,
    },
    {
      title: 'are a workerd whose starter was killed',
      list: [
        { pid: 1, parent: 0, command: '/sbin/init' },
        { pid: 11, parent: 1, command: `${WORKERD} serve --binary` },
      ],
      orphans: [11],
      runner: null,
    },
    {
      title: 'are not the workerd of another folder, nor a program that mentions ours',
      list: [
        { pid: 11, parent: 1, command: '/home/asha/other/.usher/workerd serve --binary' },
        { pid: 12, parent: 1, command: `grep ${WORKERD} serve` },
        { pid: 13, parent: 1, command: `${WORKERD}-old serve` },
      ],
      orphans: [],
      runner: null,
    },
  ]
  it.each(rows)('$title', ({ list, orphans, runner }) => {
    expect(holders(list, WORKERD)).toEqual({ orphans, runner })
  })
})

describe('readListing', () => {
  it('reads what ps prints, blanks in commands included', () => {
    expect(readListing('    1     0 /sbin/init\n 4967  4960 node a b.ts\n\nnonsense\n')).toEqual([
      { pid: 1, parent: 0, command: '/sbin/init' },
      { pid: 4967, parent: 4960, command: 'node a b.ts' },
    ])
  })
})

describe('npmAbove', () => {
  const npm = { pid: 2, parent: 1, command: 'npm start' }
  const shell = { pid: 3, parent: 2, command: 'sh -c node src/sandbox/start.ts' }
  const bash = { pid: 1, parent: 0, command: '-bash' }
  it.each([
    {
      title: 'is above the shell that npm has started',
      list: [bash, npm, shell],
      pid: 3,
      above: 2,
    },
    {
      title: 'is the parent itself where the shell stepped aside',
      list: [bash, npm],
      pid: 2,
      above: 2,
    },
    { title: 'is the parent where no npm is above it', list: [bash], pid: 1, above: 1 },
    { title: 'is the parent where nothing can be listed', list: [], pid: 7, above: 7 },
  ])('$title', ({ list, pid, above }) => {
    expect(npmAbove(list, pid)).toBe(above)
  })
})

describe('outbound', () => {
  const sandbox = async () => new Response('sandbox')
  const world = async (request: Request) => {
    if (request.url.includes('nowhere')) throw new TypeError('fetch failed')
    return new Response('world')
  }
  it.each([
    { url: 'https://api.eazybe.com/v2/cloud/group', answer: 'sandbox' },
    { url: 'http://api.eazybe.com:8080/', answer: 'sandbox' },
    { url: 'https://hooks.example.com/alert', answer: 'world' },
    { url: 'https://api.eazybe.com.example.com/', answer: 'world' },
    { url: 'https://nowhere.example/', answer: 'unreachable' },
  ])('takes $url to the $answer', async ({ url, answer }) => {
    const response = await outbound(sandbox, world)(new Request(url))
    expect(await response.text()).toBe(answer)
  })
})

describe('welcome', () => {
  const parts = {
    config,
    url: 'http://127.0.0.1:8787',
    sandboxUrl: 'http://127.0.0.1:8788',
    vars: {
      ADMIN_SECRET: 'the-admin-secret-of-24-characters',
      VIP_LIST_SECRET: '0123456789abcdef0123456789abcdef',
    },
    made: ['VIP_LIST_SECRET'],
    devVars: '.dev.vars',
    seconds: 1.234,
  }
  it.each([
    'http://127.0.0.1:8787 after 1.2 s',
    'http://127.0.0.1:8787/console',
    'http://127.0.0.1:8788',
    'the-admin-secret-of-24-characters (ADMIN_SECRET in .dev.vars)',
    'http://127.0.0.1:8787/hooks/vipList for Typeform',
    'Made up VIP_LIST_SECRET in .dev.vars.',
    'npm run send -- vipList',
  ])('says %s', (line) => {
    expect(welcome(parts)).toContain(line)
  })

  it('says which hook lets nothing through, and that the console is shut', () => {
    const text = welcome({ ...parts, vars: { ADMIN_SECRET: 'short', VIP_LIST_SECRET: 'short' } })
    expect(text).toContain('the secret VIP_LIST_SECRET is shorter than 16 characters')
    expect(text).toContain('shut: ADMIN_SECRET is shorter than 24 characters')
    expect(welcome(parts)).not.toMatch(/nothing through|shut/)
  })

  it('says what to do where there is no hook yet', () => {
    const text = welcome({ ...parts, config: { ...config, hooks: {} }, made: [] })
    expect(text).toContain('add one to src/config.ts')
    expect(text).not.toMatch(/Made up|npm run send/)
  })
})
