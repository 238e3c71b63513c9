/** `npm run screenshots`: the README's pictures, of a sandbox in which an ordinary day has happened. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { shownPath } from '../../src/sandbox/settings.ts'
import { launchChromium } from '../browser/chromium.ts'
import { configText } from '../browser/config-text.ts'
import { startUsher, type Usher } from '../journeys/server.ts'

const FOLDER = import.meta.dirname
const SETTLE_MS = 3_000
const WIDE = { width: 1120, height: 980 }
const PHONE = { width: 390, height: 760 }

const NAMES = ['Asha Rao', 'Vikram Iyer', 'Meera Nair', 'Rohan Das', 'Leila Khan']
const COHORTS = ['May', 'June']

const folder = mkdtempSync(join(tmpdir(), 'usher-screenshots-'))
const config = resolve(folder, 'config.ts')
writeFileSync(config, configText())
const usher = await startUsher({ stateDir: join(folder, 'state'), env: { USHER_CONFIG: config } })
const browser = await launchChromium()
try {
  const held = await ordinaryDay(usher)
  for (const colorScheme of ['light', 'dark'] as const) {
    const wide = await browser.newContext({ baseURL: usher.url, viewport: WIDE, colorScheme })
    const page = await wide.newPage()
    await logIn(page)
    await picture(page, '/console', `overview-${colorScheme}`)
    if (colorScheme === 'dark') continue
    await picture(page, `/console/deliveries/${held}`, 'delivery')
    await page.goto('/console/hooks/webinar')
    await page.getByRole('button', { name: 'Take what came last' }).click()
    await page.locator('#preview').scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(FOLDER, 'preview.png') })
  }
  const small = await browser.newContext({ baseURL: usher.url, viewport: PHONE })
  const page = await small.newPage()
  await logIn(page)
  await picture(page, '/console/deliveries', 'phone')
} finally {
  await browser.close()
  await usher.end()
  rmSync(folder, { recursive: true, force: true })
}

/** Leads that went through, two that wait for the operator, and one of them to look at. */
async function ordinaryDay(at: Usher): Promise<string> {
  const lead = (nth: number, more: Record<string, string> = {}) =>
    at.webhook('webinar', {
      name: NAMES[nth % NAMES.length] ?? '',
      phone: `+91982004${String(1_000 + nth * 37)}`,
      cohort: COHORTS[nth % COHORTS.length] ?? '',
      whatsapp_ok: 'yes',
      ...more,
    })
  for (let nth = 0; nth < 24; nth++) await lead(nth)
  await lead(30, { phone: '98200' })
  const answer = await lead(31, { whatsapp_ok: 'no' })
  const { deliveries }: { deliveries: string[] } = JSON.parse(await answer.text())
  await lead(32)
  await sleep(SETTLE_MS)
  return deliveries[0] ?? ''
}

async function logIn(page: Page): Promise<void> {
  await page.goto('/console/login')
  await page.getByLabel('Admin secret').fill(usher.vars().ADMIN_SECRET ?? '')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL('**/console')
}

async function picture(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path)
  await page.screenshot({ path: join(FOLDER, `${name}.png`) })
  console.log(shownPath(join(FOLDER, `${name}.png`)))
}
