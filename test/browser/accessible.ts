/** The console for everybody: axe on every page in light and dark, and every page on a phone. */

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { browser } from './chromium.ts'
import { pagesOf } from './pages.ts'
import { moduleText, operator, person, submit, visitor } from './visitor.ts'

const PHONE = { width: 390, height: 844 }

export function accessible(): void {
  let pages: string[]

  beforeAll(async () => {
    await submit(person())
    const [held = ''] = await submit(person({ whatsapp_ok: 'no' }))
    pages = pagesOf(held)
  })

  // The other rules do not look at colours.
  describe.concurrent.each([
    ['light', {}],
    ['dark', { runOnly: ['color-contrast'] }],
  ] as const)('in %s', (colorScheme, rules) => {
    it('axe finds nothing serious or critical on any page', async () => {
      const axe = moduleText('axe-core/axe.min.js')
      const { page, context } = await operator(await browser(), { colorScheme })
      const outside = await visitor(await browser(), { colorScheme })
      const found: string[] = []
      const look = async (at: Page, what: string): Promise<void> => {
        await at.evaluate(axe)
        const { violations, passes }: Findings = await at.evaluate(
          `axe.run(document, ${JSON.stringify({ ...rules, resultTypes: ['violations'] })})`,
        )
        expect([what, passes.length > 0]).toEqual([what, true])
        const grave = violations.filter(
          ({ impact }) => impact === 'serious' || impact === 'critical',
        )
        found.push(...grave.map(({ id, nodes }) => `${what} ${id}: ${nodes[0]?.html}`))
      }
      for (const path of pages) {
        await page.goto(path)
        await look(page, path)
      }
      // What forms answer.
      await page.goto('/console/hooks/webinar')
      await page.getByRole('button', { name: 'Take the sender’s sample' }).click()
      await page.locator('#preview').getByRole('status').waitFor()
      await look(page, 'a preview')
      await page.goto(pages.find((path) => path.includes('deliveries/')) ?? '')
      await page.getByRole('button', { name: 'Reveal numbers' }).click()
      await page.getByText('They are shown because you revealed them.').waitFor()
      await look(page, 'revealed numbers')
      await outside.page.goto('/console/login')
      await look(outside.page, 'the login')
      await Promise.all([context.close(), outside.context.close()])
      expect(found).toEqual([])
    })
  })

  describe('on a phone', () => {
    it('no page is wider than the screen, and no field is so small that the phone zooms in', async () => {
      const { page, context } = await operator(await browser(), { viewport: PHONE, hasTouch: true })
      const wrong: string[] = []
      for (const path of pages) {
        await page.goto(path)
        const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
        const small: number = await page.evaluate(
          `[...document.querySelectorAll('input:not([type=hidden], [type=checkbox], [type=radio]), select')]
          .filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16).length`,
        )
        if (wide === true) wrong.push(`${path} is too wide`)
        if (small > 0) wrong.push(`${path} has small fields`)
      }
      await context.close()
      expect(wrong).toEqual([])
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

interface Findings {
  readonly passes: readonly unknown[]
  readonly violations: readonly Finding[]
}

interface Finding {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly html: string }[]
}
