/** A visitor of the console in a real browser, and the leads that arrive meanwhile. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { utf8 } from '../../src/lib/bytes.ts'
import { newSession } from '../../src/operator/session.ts'
import { readDevVars } from '../../src/sandbox/dev-vars.ts'
import { ROOT } from '../../src/sandbox/settings.ts'
import { typeform } from '../../src/sources/typeform.ts'

const PATIENCE_MS = 30_000
/** An open page asks for news every ten seconds. Here its time passes faster, and it notes how long it would wait. */
const FASTER = 20
const FAST_CLOCK = `
  const wait = window.setTimeout
  window.waits = []
  window.setTimeout = (run, ms = 0, ...more) => {
    window.waits.push(ms)
    return wait(run, ms / ${FASTER}, ...more)
  }`

export const usher = inject('usher')

export function secret(name: string): string {
  return readDevVars(usher.devVarsFile)[name] ?? ''
}

/** A page of its own, and what must never happen on it. */
export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page complained of: a script that failed, or something that the policy refused. */
  readonly complaints: string[]
}

export async function visitor(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: usher.url, ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  await context.addInitScript(FAST_CLOCK)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    // A form that was refused is answered 4xx, which the browser notes too.
    const refused = /status of 4\d\d/.test(message.text())
    if (message.type() === 'error' && !refused) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', async (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && origin !== usher.url) complaints.push(`asked ${origin}`)
  })
  return { page, context, complaints }
}

export async function logIn(page: Page, given = secret('ADMIN_SECRET')): Promise<void> {
  if ((await page.getByLabel('Admin secret').count()) === 0) await page.goto('/console/login')
  await page.getByLabel('Admin secret').fill(given)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** A visitor who has logged in before: a session as the login gives it, which has tests of its own. */
export async function operator(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const made = await visitor(browser, options)
  const value = await newSession(secret('ADMIN_SECRET'), Date.now())
  await made.context.addCookies([{ name: 'usher', value, url: usher.url }])
  await made.page.goto('/console')
  return made
}

/** Posts a form to a hook of Typeform's, signed. Gives its deliveries. */
export async function submit(
  fields: Readonly<Record<string, string>>,
  hook = 'webinar',
): Promise<string[]> {
  const id = crypto.randomUUID()
  const now = Date.now()
  const url = `${usher.url}/hooks/${hook}`
  const sample = typeform.sample({ fields, id, now })
  const headers = { 'content-type': sample.contentType }
  const body = utf8(sample.body)
  const outgoing = { method: 'POST', url, headers: new Headers(headers), body, id, now }
  const proof = await typeform.scheme.sign(outgoing, secret(`${hook.toUpperCase()}_SECRET`))
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, ...proof.headers },
    body,
  })
  expect(answer.status).toBe(200)
  const { deliveries }: { deliveries: string[] } = JSON.parse(await answer.text())
  return deliveries
}

let last = 9_820_000_000

/** The form of a new person who agrees. */
export function person(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  last += 137
  return { name: 'Asha Rao', phone: `+91${last}`, cohort: 'May', whatsapp_ok: 'yes', ...more }
}

/** The text of a file of `node_modules`. */
export function moduleText(path: string): string {
  return readFileSync(resolve(ROOT, 'node_modules', path), 'utf8')
}
