/** The Chromium that `npm ci` brought, for the browser tests and for the README's pictures. */

import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/** No sandbox of its own, since tests run as root in containers; and nothing asked of the network but what a page asks. */
const FLAGS = ['--no-sandbox', '--disable-background-networking', '--disable-quic', '--disable-gpu']

export async function launchChromium(): Promise<Browser> {
  return playwright.launch({ executablePath: await chromium.executablePath(), args: FLAGS })
}

let launched: Promise<Browser> | null = null

/** One browser for all tests of a run. */
export function browser(): Promise<Browser> {
  launched ??= launchChromium()
  return launched
}

export async function closeBrowser(): Promise<void> {
  await (await launched)?.close()
}
