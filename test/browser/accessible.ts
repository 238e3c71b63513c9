/** The console for all people: axe on every page in light and dark, and every page on a phone. */

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { browser } from './chromium.ts'
import { pagesOf } from './pages.ts'
import { moduleText, operator, person, submit, visitor } from './visitor.ts'

const DESK = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }
/** Two cores carry as many browsers' processes: each visitor has one of its own. */
const VISITORS = 2

/** Handed to each document as it begins: the browser compiles it once, and not for every page. */
const AXE = { content: moduleText('axe-core/axe.min.js') }

/** A page to look at, and the way to it. */
interface Sight {
  readonly what: string
  go(page: Page): Promise<unknown>
}

/** What is wrong with them: each page is opened once, and looked at in light, in dark and on a phone. */
const wrong = { light: [] as string[], dark: [] as string[], phone: [] as string[] }

export function accessible(): void {
  beforeAll(async () => {
    await submit(person())
    const [held = ''] = await submit(person({ whatsapp_ok: 'no' }))
    const sights = sightsOf(held)
    const lookAround = async (): Promise<void> => {
      const { context, page } = await operator(await browser(), { viewport: DESK })
      await context.addInitScript(AXE)
      for (let sight = sights.shift(); sight !== undefined; sight = sights.shift()) {
        await sight.go(page)
        await look(page, sight.what)
      }
      await context.close()
    }
    await Promise.all(Array.from({ length: VISITORS }, lookAround))
    const outside = await visitor(await browser(), { viewport: DESK })
    await outside.context.addInitScript(AXE)
    await outside.page.goto('/console/login')
    await look(outside.page, 'the login')
    await outside.context.close()
  })

  describe('axe finds nothing serious or critical on any page', () => {
    it('in light', () => expect(wrong.light).toEqual([]))
    it('in dark', () => expect(wrong.dark).toEqual([]))
  })

  describe('on a phone', () => {
    it('no page is wider than the screen, and no field is so small that the phone zooms in', () => {
      expect(wrong.phone).toEqual([])
    })
  })

  describe('with a keyboard', () => {
    it('the first key leads past the navigation, and every link shows where one is', async () => {
      const { page, context } = await operator(await browser())
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      expect(await page.evaluate('document.activeElement.id')).toBe('main')
      await page.keyboard.press('Tab')
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
      expect(outline).toBe('solid')
      await context.close()
    })
  })
}

/** Every page, and what forms answer. */
function sightsOf(held: string): Sight[] {
  return [
    ...pagesOf(held).map((path) => ({ what: path, go: (page: Page) => page.goto(path) })),
    {
      what: 'a preview',
      async go(page) {
        await page.goto('/console/hooks/webinar')
        await page.getByRole('button', { name: 'Take the sender’s sample' }).click()
        await page.locator('#preview').getByRole('status').waitFor()
      },
    },
    {
      what: 'revealed numbers',
      async go(page) {
        await page.goto(`/console/deliveries/${held}`)
        await page.getByRole('button', { name: 'Reveal numbers' }).click()
        await page.getByText('because you revealed it').waitFor()
      },
    },
  ]
}

async function look(page: Page, what: string): Promise<void> {
  wrong.light.push(...(await graveOf(page, what, {})))
  const ground = await groundOf(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  expect([what, await groundOf(page)]).not.toEqual([what, ground])
  // The other rules do not look at colours.
  wrong.dark.push(...(await graveOf(page, what, { runOnly: ['color-contrast'] })))
  await page.setViewportSize(PHONE)
  wrong.phone.push(...(await misfitsOf(page, what)))
  await page.setViewportSize(DESK)
  await page.emulateMedia({ colorScheme: 'light' })
}

async function graveOf(page: Page, what: string, rules: object): Promise<string[]> {
  const options = JSON.stringify({ ...rules, resultTypes: ['violations'] })
  const { violations, passes }: Findings = await page.evaluate(`axe.run(document, ${options})`)
  expect([what, passes.length > 0]).toEqual([what, true])
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return grave.map(({ id, nodes }) => `${what} ${id}: ${nodes[0]?.html}`)
}

function groundOf(page: Page): Promise<string> {
  return page.evaluate('getComputedStyle(document.body).backgroundColor')
}

async function misfitsOf(page: Page, what: string): Promise<string[]> {
  const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
  const small: number = await page.evaluate(
    `[...document.querySelectorAll('input:not([type=hidden], [type=checkbox], [type=radio]), select')]
    .filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16).length`,
  )
  return [
    ...(wide === true ? [`${what} is too wide`] : []),
    ...(small > 0 ? [`${what} has small fields`] : []),
  ]
}

interface Findings {
  readonly passes: readonly unknown[]
  readonly violations: readonly Finding[]
}

interface Finding {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly html: string }[]
}
