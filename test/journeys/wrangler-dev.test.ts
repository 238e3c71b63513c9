/** `wrangler dev` with what may be a real token in `.dev.vars`: EazyBe is not called. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../src/sandbox/runner/address.ts'
import { ROOT } from '../../src/sandbox/settings.ts'
import { eventually } from './server.ts'

const WITHIN_MS = 60_000
const SECRET = 'a-secret-of-some-length-for-both'
const WRANGLER = resolve(ROOT, 'node_modules/wrangler/bin/wrangler.js')

const folder = mkdtempSync(join(tmpdir(), 'usher-wrangler-dev-'))
let wrangler: ChildProcess
let url: string

beforeAll(async () => {
  // The project with a config of its own, whose first call does not wait for the pace.
  const entry = readFileSync(resolve(ROOT, 'src/index.ts'), 'utf8')
  writeFileSync(
    join(folder, 'index.ts'),
    entry.replaceAll(/'\.\/(?!config)/g, `'${resolve(ROOT, 'src')}/`),
  )
  writeFileSync(
    join(folder, 'config.ts'),
    `import { defineConfig, hook, json } from '${resolve(ROOT, 'src/usher.ts')}'
    export default defineConfig({
      accounts: { default: { pace: 'steady', coalesceMs: 0, quietHours: false } },
      hooks: { automation: hook({ source: json, country: 'IN' }) },
    })`,
  )
  const toml = readFileSync(resolve(ROOT, 'wrangler.toml'), 'utf8')
  writeFileSync(join(folder, 'wrangler.toml'), toml.replace('src/index.ts', 'index.ts'))
  const vars = ['EAZYBE_TOKEN', 'ADMIN_SECRET', 'AUTOMATION_SECRET']
  writeFileSync(join(folder, '.dev.vars'), vars.map((name) => `${name}=${SECRET}\n`).join(''))

  const port = await freePort(0, 'PORT')
  url = `http://127.0.0.1:${port}`
  wrangler = spawn(
    process.execPath,
    [WRANGLER, 'dev', '--port', String(port), '--inspector-port', '0'],
    {
      cwd: folder,
      detached: true,
      stdio: 'ignore',
      env: {
        ...process.env,
        // As in the shell of one who wants production's behaviour: wrangler writes it into the bundle.
        NODE_ENV: 'production',
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      },
    },
  )
  await eventually('GET /health answers 200', WITHIN_MS, async () => {
    const response = await fetch(`${url}/health`).catch(() => null)
    return response?.status === 200
  })
})
afterAll(() => {
  if (wrangler.pid !== undefined) process.kill(-wrangler.pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

it('keeps a lead whose turn it is, and its timeline says why it is not sent', async () => {
  const authorization = `Bearer ${SECRET}`
  const answer = await fetch(`${url}/hooks/automation`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: '{"groupName":"Real","contacts":["919800000001"],"create":true}',
  })
  expect(await answer.json()).toMatchObject({ status: 'queued' })
  const lead = async () => {
    const response = await fetch(`${url}/api/deliveries/default-1`, { headers: { authorization } })
    return response.text()
  }
  await eventually('a call was due', WITHIN_MS, async () => (await lead()).includes('Not called'))
  expect(await lead()).toContain('this Worker runs on a developer’s machine')
})
