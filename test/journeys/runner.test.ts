/** `npm start` itself: it survives being killed, sees edits, and knows when another run is there. */

import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../src/sandbox/settings.ts'
import { eventually, startUsher, type Usher, type Victim } from './server.ts'

const WITHIN_MS = 15_000
/** Not src/config.ts: it is the user's. */
const CONFIG = 'test/journeys/config.ts'

let usher: Usher
beforeAll(async () => {
  usher = await startUsher({ config: CONFIG })
})
afterAll(() => usher.end())

describe('npm start', () => {
  const victims: readonly Victim[] = ['everything', 'runner']
  it.each(victims)('keeps its deliveries when kill -9 hits %s', async (victim) => {
    const phone = victim === 'runner' ? '+918123450617' : '+918123450618'
    const answer = await usher.webhook('webinar', { phone, cohort: 'May', whatsapp_ok: 'yes' })
    expect(answer.status).toBe(200)
    await usher.kill9(victim)
    await usher.restart()
    await eventually('the person is in the group', WITHIN_MS, async () => {
      const groups = await usher.sandbox.groups()
      return groups.some(({ members }) => members.includes(phone.slice(1)))
    })
  })

  it('goes on by itself when kill -9 hits workerd', async () => {
    await usher.kill9('workerd')
    await eventually('GET /health answers 200', WITHIN_MS, async () => {
      const response = await fetch(`${usher.url}/health`).catch(() => null)
      return response?.status === 200
    })
  })

  it('refuses to run twice on one state, and says which process holds it', () => {
    const { status, stderr } = start({ PORT: '0', SANDBOX_PORT: '0', STATE_DIR: usher.stateDir })
    expect(status).toBe(1)
    expect(stderr).toMatch(/already running on .* \(process \d+\)/)
  })

  it('says which port is in use', () => {
    const { status, stderr } = start({
      PORT: new URL(usher.url).port,
      STATE_DIR: join(usher.stateDir, 'other'),
    })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^Port \d+ is in use/)
    expect(stderr.trim()).not.toContain('\n')
  })

  it('makes secrets that only their owner can read, once', async () => {
    const before = usher.vars()
    expect(Object.keys(before)).toContain('WEBINAR_SECRET')
    expect(await usher.stop()).toBe(0)
    await usher.restart()
    expect(usher.vars()).toEqual(before)
  })
})

describe('a copy of the outbox', () => {
  it('is exported, and put into the outbox of another Usher', async () => {
    const lead = { phone: '+918123450619', cohort: 'May', whatsapp_ok: 'yes' }
    expect((await usher.webhook('webinar', lead)).status).toBe(200)
    await eventually('it is accepted', WITHIN_MS, async () =>
      (await (await usher.api('/api/deliveries?state=accepted')).text()).includes('0619'),
    )
    const other = await startUsher({ config: CONFIG })
    const file = join(other.stateDir, 'copy.ndjson')
    const backup = (at: Usher, ...more: readonly string[]) =>
      spawnSync(
        process.execPath,
        [resolve(ROOT, 'src/sandbox/backup.ts'), ...more, '--url', at.url],
        { encoding: 'utf8', env: { ...process.env, ADMIN_SECRET: at.vars().ADMIN_SECRET } },
      )
    try {
      expect(backup(usher, 'export', file)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^\d+ rows of the account default are in /),
      })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(backup(usher, 'export', file).stderr).toMatch(/is there already/)
      expect(backup(usher, 'import', file).stderr).toMatch(/409: This outbox has leads/)
      expect(backup(other, 'import', file)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/rows are back in the account default/),
      })
      const leads = async (at: Usher) => (await at.api('/api/deliveries')).text()
      expect(await leads(usher)).toContain('0619')
      expect(await leads(other)).toBe(await leads(usher))
      expect(await other.sandbox.calls()).toEqual([])
    } finally {
      await other.end()
    }
  })
})

describe('an edit of the config', () => {
  it('is taken within seconds, and a mistake leaves the Worker as it was', async () => {
    const config = join(usher.stateDir, 'config.ts')
    const own = readFileSync(resolve(ROOT, CONFIG), 'utf8')
    const text = own.replace("'../../src/usher.ts'", `'${resolve(ROOT, 'src/usher.ts')}'`)
    writeFileSync(config, text)
    const edited = await startUsher({ config })
    const status = async (hook: string) => {
      const url = `${edited.url}/hooks/${hook}`
      return (await fetch(url, { method: 'POST' }).catch(() => null))?.status
    }
    try {
      expect(await status('seminar')).toBe(404)
      writeFileSync(config, text.replace('webinar: hook', 'seminar: hook'))
      await eventually(
        'the new hook is there',
        WITHIN_MS,
        async () => (await status('seminar')) !== 404,
      )
      expect(edited.vars()).toHaveProperty('SEMINAR_SECRET')

      writeFileSync(config, text.replace("'instant'", "'hasty'"))
      for (const said of ['"hasty"', 'the Worker from before keeps running']) {
        await eventually(`it says ${said}`, WITHIN_MS, () => edited.output().includes(said))
      }
      expect(await status('seminar')).not.toBe(404)
    } finally {
      await edited.end()
    }
  })
})

describe('npm run send', () => {
  it('tells the story of a webhook whose sender wants an answer of its own', async () => {
    const config = join(usher.stateDir, 'own-answer.ts')
    writeFileSync(
      config,
      `import * as v from 'valibot'
      import { defineConfig, hook, leadSquared, phone } from '${resolve(ROOT, 'src/usher.ts')}'
      export default defineConfig({
        accounts: { default: { pace: 'instant' } },
        hooks: {
          leads: hook({
            source: leadSquared,
            fields: v.object({ Phone: phone('IN') }),
            invite: ({ Phone }) => ({ groupName: 'Leads', contacts: [Phone], create: true }),
          }),
        },
      })`,
    )
    const own = await startUsher({ config })
    try {
      const { status, stdout } = runScript('src/sandbox/send.ts', ['leads'], {
        PORT: new URL(own.url).port,
        USHER_CONFIG: config,
        USHER_DEV_VARS: join(own.stateDir, 'dev.vars'),
      })
      expect(stdout).toContain('200 {"Status":"Success","StatusReason":""}')
      expect(stdout).toContain('EazyBe accepted the call for "Leads"')
      expect(status).toBe(0)
    } finally {
      await own.end()
    }
  })
})

function start(env: Readonly<Record<string, string>>) {
  return runScript('src/sandbox/start.ts', [], env)
}

function runScript(script: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawnSync(process.execPath, [resolve(ROOT, script), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: WITHIN_MS,
  })
}
