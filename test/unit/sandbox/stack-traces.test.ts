/** Stack traces of the Worker under `npm start`: they name the files that were written, and their lines. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { bundleWorker } from '../../../src/sandbox/runner/esbuild.ts'
import { startWorker } from '../../../src/sandbox/runner/live-worker.ts'
import { ROOT } from '../../../src/sandbox/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'usher-traces-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

/** A config of which the last line but two is these words. */
const configWith = (words: string) => `
// Types and comments are gone in the bundle, so its lines are others.
import { defineConfig, hook, json } from '${ROOT}/src/usher.ts'
type Never = never
function fail(what: string): Never {
  throw new Error(what)
}
export default defineConfig({ hooks: { plain: hook({ source: json, consent: 'none', when() {
  ${words}
  return true
} }) } })
`
const FAIL_LINE = 6
const WORDS_LINE = 9

async function start(config: string) {
  const file = join(folder, 'config.ts')
  writeFileSync(file, config)
  const { code, map } = await bundleWorker(file)
  const vars = { PLAIN_SECRET: 'a-secret-of-sixteen', USHER_SANDBOX: '1' }
  const outbound = async () => new Response('')
  return startWorker({ code, map, port: 0, stateDir: join(folder, 'state'), vars, outbound })
}

describe('a stack trace of the Worker', () => {
  it('names the file and line where it threw, and who called it', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.spyOn(console, 'log').mockImplementation(() => {})
    const worker = await start(
      configWith(`try { fail('here') } catch (error) { console.error(Object(error).stack) }`),
    )
    await fetch(`${worker.url}/hooks/plain`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-secret-of-sixteen', 'content-type': 'application/json' },
      body: '{"groupName":"A","contacts":["+919876543210"]}',
    })
    const trace = () =>
      printed.mock.calls.flat().find((text) => String(text).includes('Error: here'))
    await expect.poll(trace, { timeout: 10_000 }).toBeDefined()
    await worker.close()
    expect(trace()).toMatch(new RegExp(`at fail \\(\\S*config\\.ts:${FAIL_LINE}:\\d+\\)`))
    expect(trace()).toMatch(new RegExp(`config\\.ts:${WORDS_LINE}:\\d+`))
    expect(trace()).toMatch(/ \(src\/mapping\/map\.ts:\d+:\d+\)/)
    expect(trace()).not.toContain('usher.js')
  })

  it('says where a config throws that is loaded', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = configWith('').replace('export default', "fail('at load')\nexport default")
    await expect(start(broken)).rejects.toThrow(
      new RegExp(
        `The Worker does not start: Error: at load \\(\\S*config\\.ts:${FAIL_LINE}:\\d+\\)`,
      ),
    )
  })
})
