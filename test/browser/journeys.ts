/** What the people who keep Usher running do in the console. */

import { writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { newSession } from '../../src/operator/session.ts'
import { browser } from './chromium.ts'
import { configText } from './config-text.ts'
import { logIn, operator, person, secret, submit, usher, type Visitor, visitor } from './visitor.ts'

const HOUR = 3_600_000

const open: Visitor[] = []

/** Tests in the order in which they must run: the first visit is to a house in which nothing has happened. */
export function journeys(): void {
  afterEach(async () => {
    for (const { context, complaints } of open.splice(0)) {
      await context.close()
      expect(complaints).toEqual([])
    }
  })

  describe('a first visit', () => {
    it('asks for the secret, refuses a wrong one, and shows where to begin', async () => {
      const made = await visitor(await browser())
      const { page } = made
      open.push({ ...made, complaints: [] })
      await page.goto('/console/hooks')
      expect(page.url()).toContain('/console/login')
      await logIn(page, 'not-the-admin-secret-at-all')
      await page.getByRole('alert').getByText('That is not the admin secret.').waitFor()
      await logIn(page)
      await page.waitForURL('**/console/hooks')
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('heading', { name: 'Ready for the first lead' }).waitFor()
      const watching = await made.context.newPage()
      await watching.goto('/console')
      await page.getByRole('link', { name: 'send a test' }).click()
      await page.getByRole('button', { name: 'Send a test' }).click()
      await page.getByRole('link', { name: 'Follow default-1' }).click()
      await page.locator('#verdict').getByText('Accepted', { exact: true }).waitFor()
      await watching.getByRole('heading', { name: 'All is well' }).waitFor()
      await row(watching, 'default-1').waitFor()
      expect(await watching.getByText('Three steps').isVisible()).toBe(false)
      expect(await watching.evaluate('Math.min(...window.waits)')).toBe(10_000)
    })
  })

  describe('a lead', () => {
    it('is seen live from its arrival until EazyBe has accepted it', async () => {
      const page = await enter()
      await page.goto('/console/deliveries')
      const [id = ''] = await submit(person())
      await row(page, id).getByText('Accepted').waitFor()
      await row(page, id).getByRole('link').click()
      await page.locator('#timeline').getByText('accepted by EazyBe').waitFor()
      expect(await page.locator('main').innerText()).not.toMatch(/\badded\b/)
    })

    it('that is held is edited and sent', async () => {
      const page = await enter()
      const [id = ''] = await submit(person({ phone: '98200' }))
      await page.goto(`/console/deliveries/${id}`)
      await page.getByText('The hook’s mapping does not fit').waitFor()
      await page.getByLabel('Group', { exact: true }).fill('Mended by hand')
      await page.getByLabel('It may create the group').check()
      await page.getByLabel('Numbers, one a line').fill('77777')
      await page.getByRole('button', { name: 'Save and send' }).click()
      await page.getByRole('alert').getByText('has too few digits').waitFor()
      // Only what is wrong is written anew.
      expect(await page.getByLabel('Group', { exact: true }).inputValue()).toBe('Mended by hand')
      await page.getByLabel('Numbers, one a line').fill('+91 98200 77777')
      await page.getByRole('button', { name: 'Save and send' }).click()
      await page.getByText('It is queued').waitFor()
      await page.locator('#verdict').getByText('Accepted', { exact: true }).waitFor()
      const groups = await (await fetch(`${usher.sandboxUrl}/groups`)).json()
      expect(groups).toContainEqual(
        expect.objectContaining({ name: 'Mended by hand', members: ['919820077777'] }),
      )
    })

    it('shows its numbers only when asked, and the audit log says so', async () => {
      const page = await enter()
      const [id = ''] = await submit(person({ phone: '+919820066666' }))
      await page.goto(`/console/deliveries/${id}`)
      expect(await page.content()).not.toContain('9820066666')
      await page.getByRole('button', { name: 'Reveal numbers' }).click()
      await page.getByRole('heading', { name: 'Asha Rao' }).waitFor()
      await page.getByText('+919820066666 ·').waitFor()
      await page.goto('/console/audit')
      expect(await row(page, id).first().innerText()).toContain('reveal')
    })

    it('is erased with everything that was kept of its person', async () => {
      const page = await enter()
      const [id = ''] = await submit(person({ name: 'Erika Weg', phone: '+919820055555' }))
      await page.goto(`/console/deliveries/${id}`)
      await page.locator('#verdict').getByText('Accepted', { exact: true }).waitFor()
      await page.goto('/console/people')
      await page.getByLabel('Phone number').fill('+91 98200 55555')
      await page.getByLabel('Erase everywhere').check()
      await page.getByRole('button', { name: 'Do it' }).click()
      await page.getByText('Tick the box to erase').waitFor()
      await page.getByLabel('Yes, erase').check()
      await page.getByRole('button', { name: 'Do it' }).click()
      await page.getByText('Everything that was kept of them is deleted').waitFor()
      await page.goto(`/console/deliveries/${id}`)
      const text = await page.locator('main').innerText()
      expect(text).toContain('erased')
      expect(text).not.toMatch(/5555|Erika/)
    })
  })

  describe('a lead that said no and does not map', () => {
    it('shows both reasons, is edited, refused without the statement, and sent with it', async () => {
      const page = await enter()
      const [id = ''] = await submit(person({ phone: '98201', whatsapp_ok: 'no' }))
      await page.goto('/console/deliveries')
      const both = /whatsapp_ok: does not say that the person agreed.*phone: has too few digits/
      expect(await row(page, id).innerText()).toMatch(both)
      await row(page, id).getByRole('link').click()
      expect(await page.locator('#verdict').innerText()).toMatch(both)
      const form = page.locator('form', {
        has: page.getByRole('button', { name: 'Save and send' }),
      })
      await form.getByLabel('Group', { exact: true }).fill('Both reasons')
      await form.getByLabel('Numbers, one a line').fill('+91 98200 88888')
      await form.getByLabel('It may create the group').check()
      await form.getByRole('button', { name: 'Save and send' }).click()
      await page.getByText('Nothing is kept that shows that the person agreed').waitFor()
      await form.getByLabel('I know that this person agreed to join').check()
      await form.getByRole('button', { name: 'Save and send' }).click()
      await page.getByText('It is queued').waitFor()
      await page.locator('#verdict').getByText('Accepted', { exact: true }).waitFor()
      await page.goto('/console/audit')
      expect(await row(page, id).first().innerText()).toContain(
        'the operator states that they agreed',
      )
    })
  })

  describe('a wrong secret', () => {
    it('is seen on the overview within a minute, with what to check', async () => {
      const page = await enter()
      const answer = await fetch(`${usher.url}/hooks/signup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'typeform-signature': 'sha256=AAAA' },
        body: '{}',
      })
      expect(answer.status).toBe(401)
      await page
        .locator('#tasks')
        .getByText('The hook “signup” refused')
        .waitFor({ timeout: 60_000 })
    })
  })

  describe('a pasted number', () => {
    it('finds its lead, and the address holds its end alone', async () => {
      const page = await enter()
      const [id = ''] = await submit(person({ name: 'Meera Nair', phone: '+919820031313' }))
      await page.goto('/console/deliveries')
      await page.getByLabel('Name, group or answer').fill('(+91) 98200-31313')
      await page.getByRole('button', { name: 'Search' }).click()
      await row(page, id).getByText('Meera Nair').waitFor()
      expect(page.url()).toMatch(/\?phoneEnd=031313$/)
    })
  })

  describe('many leads at once', () => {
    it('are counted first and then released, step by step', async () => {
      const page = await enter()
      const group = { cohort: 'Bulk', whatsapp_ok: 'no' }
      for (let nth = 0; nth < 25; nth++) await submit(person(group))
      await page.goto('/console/deliveries?state=held&text=Bulk')
      await page.getByRole('link', { name: 'Release the held ones' }).click()
      await page.getByRole('button', { name: 'Release 25 leads' }).click()
      await page.getByText('25 left as they are: nothing shows that they agreed').waitFor()
      await page.goto('/console/deliveries?state=held&reason=consent&text=Bulk')
      await page.getByRole('link', { name: 'Release the held ones' }).click()
      await page.getByRole('heading', { name: 'Release: 25 leads' }).waitFor()
      await page.getByLabel('All these people agreed to join').check()
      await page.getByRole('button', { name: 'Release 25 leads' }).click()
      await page.getByRole('heading', { name: 'Release: done' }).waitFor()
      await page.getByText('25 queued').waitFor()
      // A search is not live, a page holds twenty, and EazyBe may take the others a moment later.
      const rows = page.locator('tbody tr')
      const found = async () => {
        await page.goto('/console/deliveries?state=accepted&group=Webinar+Bulk')
        const first = await rows.count()
        if (first < 20) return [first, 0]
        await page.getByRole('link', { name: 'Older' }).click()
        await page.getByRole('link', { name: 'Newest' }).waitFor()
        return [first, await rows.count()]
      }
      await expect.poll(found, { timeout: 30_000 }).toEqual([20, 5])
    })
  })

  describe('an account', () => {
    it('is paused and resumed', async () => {
      const page = await enter()
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.getByText('The account makes no calls until you resume it.').waitFor()
      await page.getByRole('heading', { name: /needs? your attention/ }).waitFor()
      const [id = ''] = await submit(person())
      await page.goto(`/console/deliveries/${id}`)
      await page.locator('#verdict').getByText('paused by the operator').waitFor()
      await page.goto('/console')
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.goto(`/console/deliveries/${id}`)
      await page.locator('#verdict').getByText('Accepted', { exact: true }).waitFor()
    })
  })

  describe('a hook', () => {
    it('is tried, written from the fields clicked, and works once that is in the config', async () => {
      const page = await enter()
      const lead = person({ town: 'Pune', agreed: 'yes' })
      const [id = ''] = await submit(lead, 'signup')
      await page.goto('/console/hooks/signup')
      await page.getByRole('button', { name: 'Take what came last' }).click()
      await page.locator('#preview').getByText('Held', { exact: true }).waitFor()
      await page.getByLabel('phone is the number').check()
      await page.getByLabel('town names the group').check()
      await page.getByLabel('agreed is the consent').check()
      await page.getByLabel('The group’s name begins with').fill('Meet-up')
      await page.getByLabel('Country of numbers').selectOption('India')
      await page.getByRole('button', { name: 'Write the hook' }).click()
      const snippet = await page.locator('#snippet-text').innerText()
      writeFileSync(usher.configFile, configText(snippet))
      await expect
        .poll(
          async () => {
            await page.goto('/console/hooks/signup')
            await page.getByRole('button', { name: 'Take what came last' }).click()
            // While the config is loaded again the answer may be an error: then the next look tells.
            return page.locator('#preview').innerText({ timeout: 1_000 })
          },
          { timeout: 30_000, interval: 500 },
        )
        .toContain('"groupName": "Meet-up Pune"')
      await page.goto(`/console/deliveries/${id}`)
      await page.getByRole('button', { name: 'Map again with today’s config' }).click()
      await page.locator('#verdict').getByText('Accepted', { exact: true }).waitFor()
      await page.locator('#facts').getByText('Meet-up Pune').waitFor()
    })
  })

  describe('a session', () => {
    it('that has expired leads to the login and back', async () => {
      const made = await visitor(await browser())
      open.push(made)
      const { page, context } = made
      const value = await newSession(secret('ADMIN_SECRET'), Date.now() - 13 * HOUR)
      await context.addCookies([{ name: 'usher', value, url: usher.url }])
      await page.goto('/console/settings')
      await page.getByText('Your session has ended').waitFor()
      await logIn(page)
      await page.waitForURL('**/console/settings')
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.getByText('You are logged out.').waitFor()
      await page.goto('/console/settings')
      expect(page.url()).toContain('/console/login')
    })
  })

  describe('a form', () => {
    it('whose session has ended is kept through the login, and sent when that is meant', async () => {
      const page = await enter()
      const [id = ''] = await submit(person({ phone: '98200' }))
      await page.goto(`/console/deliveries/${id}`)
      await page.getByLabel('Group', { exact: true }).fill('Written at length')
      await page.getByLabel('Numbers, one a line').fill('+91 98200 44444')
      await page.getByLabel('It may create the group').check()
      await page.context().clearCookies()
      await page.getByRole('button', { name: 'Save and send' }).click()
      await page.getByText('What you had filled in is kept').waitFor()
      await logIn(page, 'not-the-admin-secret-at-all')
      await page.getByRole('alert').waitFor()
      await logIn(page)
      await page.getByText('Written at length').waitFor()
      await page.getByRole('button', { name: 'Send it now' }).click()
      await page.locator('#verdict').getByText('Accepted', { exact: true }).waitFor()
      await page.locator('#facts').getByText('Written at length').waitFor()
    })

    it('is sent once however often it is clicked, and not again by loading the page again', async () => {
      const page = await enter()
      await page.goto('/console/hooks/webinar')
      const sent: string[] = []
      page.on('request', (request) => {
        if (request.method() === 'POST') sent.push(request.url())
      })
      await page.getByRole('button', { name: 'Send a test' }).dblclick()
      await page.getByRole('link', { name: 'Follow default-' }).waitFor()
      await page.reload()
      await page.getByRole('heading', { name: 'webinar', exact: true }).waitFor()
      expect(sent).toHaveLength(1)
    })
  })

  describe('without JavaScript', () => {
    it('everything can be read, and acted on', async () => {
      const page = await enter({ javaScriptEnabled: false })
      const [id = ''] = await submit(person({ whatsapp_ok: 'no' }))
      await page.goto('/console/deliveries')
      await row(page, id).getByRole('link').click()
      const release = page.getByRole('button', { name: 'Release: send it as it is' })
      await release.click()
      await page.getByText('Nothing is kept that shows that the person agreed').waitFor()
      const form = page.locator('form', { has: release })
      await form.getByLabel('I know that this person agreed to join').check()
      await release.click()
      await page.getByText('It is queued').waitFor()
      await expect
        .poll(
          async () => {
            await page.reload()
            return page.locator('#verdict').innerText()
          },
          { timeout: 30_000 },
        )
        .toContain('Accepted')
    })
  })
}

async function enter(options = {}): Promise<Page> {
  const made = await operator(await browser(), options)
  open.push(made)
  return made.page
}

/** The row of a delivery in a list. */
function row(page: Page, id: string) {
  return page.locator('tr', { has: page.getByText(id, { exact: true }) })
}
