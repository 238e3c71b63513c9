/** What an operator finds on the console's pages, and what its forms do. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { sources } from '../../../src/sources/index.ts'
import { answers, play } from '../drive.ts'
import { house, listen, post, VARS } from '../house.ts'
import { config } from '../worker.ts'

const ADMIN = { authorization: `Bearer ${VARS.ADMIN_SECRET}` }

beforeEach(() => {
  play(answers.ok)
  listen()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type House = ReturnType<typeof house>

async function page(at: House, path: string): Promise<string> {
  return (await at.ask(path, { headers: ADMIN })).text()
}

/** Sends a form of the console. Where it leads elsewhere, that page is given. */
async function send(at: House, path: string, form: Record<string, string> = {}) {
  const headers = { ...ADMIN, 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(form).toString()
  const answer = await at.ask(path, { method: 'POST', headers, body })
  const to = answer.headers.get('location')
  return { status: answer.status, to, text: to === null ? await answer.text() : await page(at, to) }
}

/** A form of the hook that asks for consent. */
async function signUp(at: House, event: Record<string, unknown>): Promise<string> {
  const body = utf8(JSON.stringify({ event: { id: crypto.randomUUID(), ...event } }))
  const outgoing = { method: 'POST', url: '', headers: new Headers(), body, id: '', now: 0 }
  const proof = await config.hooks.signed?.source.scheme.sign(outgoing, VARS.SIGNED_SECRET)
  const headers = { 'content-type': 'application/json', ...proof?.headers }
  const answer = await at.ask('/hooks/signed', { method: 'POST', headers, body })
  const { deliveries }: { deliveries: string[] } = await answer.json()
  return deliveries[0] ?? ''
}

/** A lead of the hook without consent. */
async function buy(at: House, lead: Record<string, unknown>): Promise<string> {
  const answer = await at.ask('/hooks/buyers', post(lead, VARS.BUYERS_SECRET))
  const { deliveries }: { deliveries: string[] } = await answer.json()
  return deliveries[0] ?? ''
}

const text = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' ,', ',')

describe('the reason why a lead is held', () => {
  it('stands in its row and in its headline, in full', async () => {
    const at = house()
    const id = await buy(at, { name: 'Asha Rao', phone: '98200', cohort: 'May' })
    const [row = ''] = (await page(at, '/console/deliveries')).match(/<tr><td.*?<\/tr>/s) ?? []
    expect(text(row)).toContain('Held phone: has too few digits')
    const story = await page(at, `/console/deliveries/${id}`)
    const [verdict = ''] = story.match(/id="verdict".*?<\/section>/s) ?? []
    expect(text(verdict)).toContain('Held phone: has too few digits')
    expect(text(story)).toContain('Waits for you since')
    const answer = await at.ask(`/api/deliveries/${id}`, { headers: ADMIN })
    expect(await answer.json()).toMatchObject({
      reason: 'mapping',
      wrong: 'phone: has too few digits for a phone number',
    })
  })

  it('is both where it said no and does not map, also after it was mapped again', async () => {
    const at = house()
    const id = await signUp(at, { agreed: 'no', phone: '98200', cohort: 'May' })
    const both =
      /event\.agreed: does not say that the person agreed.*; event\.phone: has too few digits/
    expect(text(await page(at, '/console/deliveries'))).toMatch(both)
    await send(at, `/console/deliveries/${id}/remap`)
    expect(text(await page(at, '/console/deliveries'))).toMatch(both)
  })
})

describe('a lead', () => {
  it('goes by its name first and its number second, in its row and in every title', async () => {
    const at = house()
    const id = await buy(at, { name: 'Asha Rao', phone: '9820012345', cohort: 'May' })
    const [row = ''] = (await page(at, '/console/deliveries')).match(/<tr><td.*?<\/tr>/s) ?? []
    expect(text(row)).toMatch(/^ Asha Rao \+91 ••••• •2345 · sales-1 /)
    const own = await page(at, `/console/deliveries/${id}`)
    expect(own).toContain('<title>Asha Rao · sales-1 · Usher</title>')
    expect(text(own)).toMatch(/Asha Rao \+91 ••••• •2345 · sales-1/)
    const nameless = await buy(at, { phone: '9820012346', cohort: 'May' })
    expect(await page(at, `/console/deliveries/${nameless}`)).toContain(
      '<title>+91 ••••• •2346 · sales-2 · Usher</title>',
    )
  })
})

describe('a person', () => {
  const ASHA = '+91 98200 12345'

  it.each([
    ['as people write it', '+91 98200 12345'],
    ['with dashes, and without its country', '098200-12345'],
    ['in brackets', '(+91) 98200.12345'],
    ['in digits of Hindi', '९८२०० १२३४५'],
    ['with what was pasted around it', 'WhatsApp: 0091 98200 12345'],
    ['with marks that cannot be seen', '\u202a+91 98200 12345\u202c'],
    ['as its end', '12345'],
  ])('is found by their number %s, in the box for names as well', async (_, written) => {
    const at = house()
    await buy(at, { name: 'Asha', phone: ASHA, cohort: 'May' })
    await buy(at, { name: 'Bina', phone: '+91 98200 99999', cohort: 'May' })
    for (const field of ['phoneEnd', 'text']) {
      const { to, text: found } = await send(at, '/console/deliveries', { [field]: written })
      // The address is logged on its way: it holds the last digits alone.
      expect(to).toMatch(/^\/console\/deliveries\?phoneEnd=\d{4,6}$/)
      expect(found).toContain('Asha')
      expect(found).not.toContain('Bina')
    }
  })

  it('is found by their number where it stands in a lead that was never mapped, in another spelling', async () => {
    const at = house()
    await signUp(at, { name: 'Asha', agreed: 'no', phone: '98200 (123) 45', cohort: 'May' })
    await signUp(at, { name: 'Bina', agreed: 'no', phone: '98200 99999', cohort: 'May' })
    const { text: found } = await send(at, '/console/deliveries', { text: ASHA })
    expect(found).toContain('Asha')
    expect(found).not.toContain('Bina')
  })

  it('is found by the end of their number when the number itself was deleted', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: ASHA, cohort: 'May' })
    await at
      .drive('sales')
      .sql(`UPDATE memberships SET digits = NULL, status = 'accepted', accepted_at = 1`)
    expect((await send(at, '/console/deliveries', { phoneEnd: ASHA })).text).toContain('Asha')
  })

  it('is looked for by digits as words where that is meant', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: ASHA, cohort: 'Batch 2026' })
    const { text: found } = await send(at, '/console/deliveries', { text: '2026' })
    expect(found).not.toContain('Asha')
    const [, link = ''] = /href="([^"]*as=words[^"]*)"/.exec(found) ?? []
    expect(await page(at, link.replaceAll('&amp;', '&'))).toContain('Asha')
  })

  it('is searched for once, by a press: such a page is not live', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: ASHA, cohort: 'May' })
    const { text: found } = await send(at, '/console/deliveries', { text: 'asha' })
    expect(found).toContain('Asha')
    expect(found).not.toContain('data-live')
    expect(await page(at, '/console/deliveries')).toContain('data-live')
  })
})

describe('while an account is paused', () => {
  const GOES_ON = /by itself|goes on\b|when its turn comes/

  it('every page says that nothing is sent, and none that all goes on by itself', async () => {
    const at = house()
    const id = await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    for (const account of ['default', 'sales', 'rushed'])
      await send(at, `/console/accounts/${account}/pause`)
    for (const path of [
      '/console',
      '/console/deliveries',
      '/console/deliveries?state=queued',
      `/console/deliveries/${id}`,
      `/console/deliveries/${id}?done=queued`,
      '/console/groups',
      '/console/groups/sales-1',
      '/console/people',
      '/console/hooks',
      '/console/hooks/buyers',
    ]) {
      const said = text(await page(at, path))
      expect(said, path).toContain('Nothing is sent until you resume the account.')
      expect(said, path).not.toMatch(GOES_ON)
    }
    await send(at, '/console/accounts/sales/resume')
    const said = text(await page(at, `/console/deliveries/${id}`))
    expect(said).toContain('It is sent when its turn comes.')
  })
})

describe('words of programs', () => {
  it('are said plainly', async () => {
    const at = house()
    const lead = { groupName: 'Zinnia', contacts: ['98'], create: true }
    await at.ask('/hooks/plain', post(lead, VARS.PLAIN_SECRET))
    expect(text(await page(at, '/console/deliveries/default-1'))).toContain(
      'contact 1: has too few digits',
    )
    const first = await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    await send(at, '/console/people', { phone: '+919820012345', action: 'suppress' })
    expect(text(await page(at, `/console/deliveries/${first}`))).toContain(
      'asked never to be invited',
    )
    expect(await page(at, '/console/groups/sales-1')).not.toContain('called so')
  })
})

describe('a bulk action', () => {
  it('that maps again tries the newest, and says how many', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    const { sql } = at.drive('sales')
    await sql(
      `WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 701)
       INSERT INTO deliveries (seq, key, fingerprint, hook, source, state, reason, held, creates, received_at, settled_at, fields, timeline)
       SELECT n, 'k' || n, '', 'buyers', 'json', 'held', 'mapping', 'mapping', 1, 1, 1, '{"phone":"98","cohort":"May"}', '[]' FROM n`,
    )
    const html = await page(at, '/console/bulk?state=held&action=remap')
    expect(text(html)).toContain('Map again: 700 leads')
    expect(text(html)).toContain(
      'The newest 500 leads were tried. Of these: 500 stay held : 500 for mapping',
    )
    const body = JSON.stringify({ filter: { state: 'held' }, action: 'remap', dryRun: true })
    const told = await at.ask('/api/bulk', { method: 'POST', headers: ADMIN, body })
    expect(await told.json()).toEqual({
      count: 700,
      more: false,
      tried: 500,
      outcomes: { held: 500 },
      held: { mapping: 500 },
    })
  })

  it('says before its button what will happen to how many', async () => {
    const at = house()
    await signUp(at, { agreed: 'no', phone: '9820000001', cohort: 'May' })
    await signUp(at, { agreed: 'no', phone: '98', cohort: 'May' })
    await signUp(at, { agreed: 'yes', phone: '98', cohort: 'May' })
    await buy(at, { phone: '9820000002', cohort: 'May' })
    const foreseen = async (query: string) => {
      const html = await page(at, `/console/bulk?${query}`)
      return text(/id="will-happen".*?<\/ul>/s.exec(html)?.[0] ?? '')
    }
    const held = await foreseen('action=release&state=held')
    expect(held).toContain('1 will be sent only if you state below that they agreed')
    expect(held).toContain('2 are left as they are: no group and number have been read')
    const again = await foreseen('action=remap&state=held')
    expect(again).toContain('1 will be sent only if')
    expect(again).toContain('2 stay held : 1 for mapping, 1 for consent, mapping')
    expect(await foreseen('action=exact&hook=buyers')).toContain('1 will be queued and sent')
    expect(await foreseen('action=discard&state=held')).toContain('3 will be discarded')
  })

  it('without any filter asks for the count to be typed', async () => {
    const at = house()
    const id = await signUp(at, { agreed: 'no', phone: '98', cohort: 'May' })
    expect(await page(at, '/console/bulk?action=discard')).toContain('Type 1 to go on')
    const refused = await send(at, '/console/bulk', { action: 'discard', total: '1' })
    expect(refused.status).toBe(409)
    expect(await page(at, `/console/deliveries/${id}`)).not.toContain('discarded')
    await send(at, '/console/bulk', { action: 'discard', total: '1', typed: '1' })
    expect(await page(at, `/console/deliveries/${id}`)).toContain('discarded')
  })
})

describe('the people page', () => {
  it('shows what is known of a number, in any spelling, and says so in the audit log', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    await signUp(at, { name: 'Asha R', agreed: 'no', phone: '98200-12345', cohort: 'May' })
    const known = await send(at, '/console/people', { phone: '098200 12345', action: 'show' })
    const said = text(known.text.slice(known.text.indexOf('id="known"')))
    expect(said).toContain('Asha')
    expect(said).toContain('Cohort May')
    expect(said).toContain('Asha R')
    expect(text(await page(at, '/console/audit'))).toContain('look up')
    const other = await send(at, '/console/people', { phone: '+919820099999', action: 'show' })
    expect(other.text).toContain('Nothing is known of this number')
  })

  it('says how many leads “never invite” and “erase” touched, and where none was found', async () => {
    const at = house()
    const id = await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    const say = async (action: string, phone = '+919820012345') =>
      text((await send(at, '/console/people', { phone, action, sure: 'yes' })).text)
    expect(await say('suppress', '+919820099999')).toContain('No lead of theirs was waiting.')
    expect(await say('suppress')).toContain('1 lead that waited is left out.')
    expect(await say('erase', '+919820099999')).toContain('No lead of this number was found.')
    expect(await say('erase')).toContain('1 lead was wiped.')
    const erased = await page(at, `/console/deliveries/${id}`)
    expect(text(erased)).toContain('Its person was erased: there is nothing left')
    expect(erased).not.toMatch(/formaction="[^"]*\/(exact|remap|release)"|action="[^"]*\/edit"/)
  })
})

describe('a wrong answer', () => {
  const audit = async (at: House) => text(await page(at, '/console/audit'))

  it('is changed and mapped again by today’s config, and the audit log says which', async () => {
    const at = house()
    const id = await buy(at, { name: 'Asha', phone: '9820012345' })
    expect(await page(at, `/console/deliveries/${id}`)).toContain('Answer to cohort')
    const { text: mended } = await send(at, `/console/deliveries/${id}/remap`, {
      'answer:cohort': 'June',
    })
    expect(text(mended)).toContain('Cohort June')
    expect(await audit(at)).toContain('queued; answers changed: cohort')
  })

  it('is chosen from those that the mapping takes', async () => {
    const at = house()
    const lead = { phone: '9820012345', cohort: 'Mai' }
    const answer = await at.ask('/hooks/months', post(lead, VARS.MONTHS_SECRET))
    const { deliveries }: { deliveries: string[] } = await answer.json()
    const [id] = deliveries
    const html = await page(at, `/console/deliveries/${id}`)
    expect(html).toContain('<select name="answer:cohort">')
    expect(html).toContain('as it came: Mai')
    expect(html).toMatch(/<option value="May">May<\/option><option value="June">June<\/option>/)
    const wrong = await send(at, `/console/deliveries/${id}/remap`, { 'answer:cohort': 'July' })
    expect(text(wrong.text)).toContain('It is still held.')
    const right = await send(at, `/console/deliveries/${id}/remap`, { 'answer:cohort': 'June' })
    expect(text(right.text)).toContain('Month June')
    expect(text(right.text)).toContain('It is queued.')
  })

  it('is changed over the API by the same rules of consent', async () => {
    const at = house()
    const id = await signUp(at, { agreed: 'no', phone: '98', cohort: 'May' })
    const retry = (body: object) =>
      at.ask(`/api/deliveries/${id}/retry`, {
        method: 'POST',
        headers: ADMIN,
        body: JSON.stringify({ mode: 'remap', ...body }),
      })
    const fields = { 'event.phone': '9820012345', 'event.cohort': 'June' }
    expect((await retry({ fields })).status).toBe(409)
    // The answer about consent is no answer to be corrected.
    expect((await retry({ fields: { ...fields, 'event.agreed': 'yes' } })).status).toBe(409)
    expect((await retry({ mode: 'exact', fields })).status).toBe(400)
    const sent = await retry({ fields, agreed: true })
    expect(await sent.json()).toMatchObject({ state: 'queued', groupName: 'Cohort June' })
  })
})

describe('the field picker', () => {
  const pasted = JSON.stringify({ tel: '98200 12345', town: 'Pune', ok: 'yes' })
  const value = (path: string) => JSON.stringify([path])

  it('lists the fields of a payload that was pasted, and writes the hook from them', async () => {
    const at = house()
    const tried = await send(at, '/console/hooks/plain/preview', { payload: pasted })
    expect(text(tried.text)).toMatch(/Fields of this payload .* From the payload above/)
    expect(tried.text).toContain('town names the group')
    const { text: written } = await send(at, '/console/hooks/plain/snippet', {
      payload: pasted,
      phone: value('tel'),
      named: value('town'),
      consent: value('ok'),
      prefix: 'Meet-up',
      country: 'IN',
    })
    const snippet = text(written.slice(written.indexOf('id="snippet-text"'))).replaceAll(
      '&#39;',
      "'",
    )
    expect(snippet).toContain("consent: { field: 'ok' }")
    expect(snippet).toContain("tel: phone('IN')")
    expect(snippet).toMatch(/Meet-up \$\{lead\.town\}/)
    // What was picked, and the payload, are still there.
    expect(written).toContain('<option value="IN" selected="">India</option>')
    expect(text(written)).toContain('From the payload above')
  })

  it('lists those of the last lead where none was pasted, or it cannot be read', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    for (const html of [
      await page(at, '/console/hooks/buyers'),
      (await send(at, '/console/hooks/buyers/preview', { payload: '{' })).text,
    ]) {
      expect(text(html)).toContain('Fields of the last payload')
      expect(html).toContain('cohort names the group')
    }
  })

  it('names every country', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    const html = await page(at, '/console/hooks/buyers')
    const names = [...html.matchAll(/<option value="([A-Z]{2})">([^<]+)</g)]
    expect(names.length).toBeGreaterThan(230)
    expect(names.filter(([, code, name]) => code === name)).toEqual([])
    expect(html).toContain('<option value="BR">Brazil</option>')
  })
})

describe('the CSV', () => {
  it('has names, and full numbers by an action of its own in the audit log', async () => {
    const at = house()
    await buy(at, { name: 'Asha Rao', phone: '9820012345', cohort: 'May' })
    const masked = await page(at, '/console/deliveries.csv')
    expect(masked).toContain('"Asha Rao"')
    expect(masked).not.toContain('9820012345')
    const full = await send(at, '/console/deliveries.csv')
    expect(full.text).toContain(`"'+919820012345"`)
    expect(text(await page(at, '/console/audit'))).toContain('csv with full numbers')
  })
})

describe('a hook', () => {
  it('is paused by a button and by the API, which every page that names it says', async () => {
    const at = house()
    await buy(at, { name: 'Asha', phone: '9820012345', cohort: 'May' })
    const paused = await send(at, '/console/hooks/buyers/pause')
    expect(paused.to).toBe('/console/hooks/buyers?done=hook_paused&n=1')
    expect(text(paused.text)).toContain('1 lead that waited is held.')
    expect(paused.text).toContain('action="/console/hooks/buyers/resume"')
    await buy(at, { name: 'Bina', phone: '9820012346', cohort: 'May' })
    expect(text(await page(at, '/console/deliveries'))).toContain('Held hook paused')
    expect(text(await page(at, '/console'))).toContain('The hook “buyers” is paused')
    expect(text(await page(at, '/console/hooks'))).toContain('Ready Paused')
    const resumed = await at.ask('/api/hooks/buyers/resume', { method: 'POST', headers: ADMIN })
    expect(await resumed.json()).toMatchObject({ name: 'buyers', paused: false })
    const again = await at.ask('/api/hooks/buyers/pause', { method: 'POST', headers: ADMIN })
    expect(await again.json()).toMatchObject({ paused: true })
    for (const path of ['/api/hooks/nowhere/pause', '/console/hooks/constructor/pause'])
      expect((await at.ask(path, { method: 'POST', headers: ADMIN })).status).toBe(404)
  })
})

describe('the overview', () => {
  it('says how many wait, since when, and for how many days', async () => {
    const at = house()
    const lead = { groupName: 'Batch', create: true }
    const come = async (first: number) => {
      const contacts = Array.from({ length: 50 }, (_, n) => `+9198200${10_000 + first + n}`)
      await at.ask('/hooks/plain', post({ ...lead, contacts }, VARS.PLAIN_SECRET))
    }
    await come(0)
    expect(text(await page(at, '/console'))).toMatch(
      /50 leads wait for a call; the oldest came (?:just now|now)/,
    )
    await come(50)
    await come(100)
    const said = text(await page(at, '/console'))
    expect(said).not.toContain('All is well')
    // A page that is left open counts no further.
    expect(said).toContain('More than 100 leads wait')
    expect(said).toContain('The last goes out in 1 day or more, at 100 a day.')
  })
})

describe('a file of people', () => {
  const HEAD = 'phone,cohort'
  const row = (n: number) => `98000 ${String(10_000 + n)},May`
  const path = '/console/hooks/buyers/invite'

  it('is told row by row first, and nothing of it is stored', async () => {
    const at = house()
    expect(await page(at, '/console/hooks/buyers')).toContain(path)
    const csv = [HEAD, row(1), '12,May', row(1)].join('\n')
    const { status, text: html } = await send(at, path, { text: csv })
    expect(status).toBe(200)
    expect(text(html)).toMatch(
      /1 of 3 rows would go 1 person in 1 group, which takes 1 day .* 1 \+91 ••••• •0001 joins Cohort May 2 would be held: phone has too few digits for a phone number 3 is an earlier row once more/,
    )
    expect(await (await at.ask('/api/deliveries', { headers: ADMIN })).json()).toMatchObject({
      deliveries: [],
    })
  })

  it('is posted step by step by the hook’s own path, and again it changes nothing', async () => {
    const at = house()
    const csv = [HEAD, ...Array.from({ length: 24 }, (_, n) => row(n)), '12,May'].join('\n')
    const post = async () => {
      let steps = 0
      let form: Record<string, string> = { go: 'yes', from: '0', posted: '0', left: '0' }
      for (;;) {
        const { text: html } = await send(at, path, { ...form, text: csv })
        steps++
        if (!html.includes('data-go-on')) return { steps, said: text(html) }
        const hidden = [...html.matchAll(/<input type="hidden" name="(\w+)" value="(\w+)"/g)]
        form = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]))
      }
    }
    const first = await post()
    expect(first).toMatchObject({
      steps: 3,
      said: expect.stringMatching(/24 posted, 1 left out, of 25 rows/),
    })
    const list = async () =>
      (await at.ask('/api/deliveries?limit=50', { headers: ADMIN })).json<{
        deliveries: unknown[]
      }>()
    const { deliveries } = await list()
    expect(deliveries).toHaveLength(24)
    expect(deliveries[0]).toMatchObject({ hook: 'buyers', groupName: 'Cohort May' })
    await post()
    expect((await list()).deliveries).toHaveLength(24)
    const audit = await (await at.ask('/api/audit', { headers: ADMIN })).json()
    expect(audit).toMatchObject({
      entries: [{}, { action: 'invite', target: 'buyers', detail: '25 rows' }],
    })
  })

  it('adds no person who did not agree', async () => {
    const at = house()
    const head = 'event.phone,event.cohort,event.agreed'
    const csv = `${head}\n9800010001,May,yes\n9800010002,May,no`
    const { text: told } = await send(at, '/console/hooks/signed/invite', { text: csv })
    expect(text(told)).toMatch(/2 would be held: event.agreed does not say that the person agreed/)
    await send(at, '/console/hooks/signed/invite', { text: csv, go: 'yes' })
    const { deliveries } = await (await at.ask('/api/deliveries', { headers: ADMIN })).json<{
      deliveries: unknown[]
    }>()
    expect(deliveries).toHaveLength(1)
  })

  it.each([
    ['no text', '', /Choose a file, or paste its text/],
    [
      'a column that is missing',
      'phone\n98000 10001',
      /reads cohort, and the file has no such column/,
    ],
    [
      'too many rows',
      [HEAD, ...Array.from({ length: 501 }, (_, n) => row(n))].join('\n'),
      /has 501 rows, and a page takes 500/,
    ],
  ])('is refused with %s', async (_, csv, says) => {
    const at = house()
    for (const go of [{}, { go: 'yes' }]) {
      const { status, text: html } = await send(at, path, { text: csv, ...go })
      expect([status, text(html)]).toEqual([409, expect.stringMatching(says)])
    }
  })

  it('stops at a row that is not taken, and goes on from there', async () => {
    let down = true
    const at = house({
      between: (method, go) => {
        if (method === 'accept' && down) throw new Error('The object is gone')
        return go()
      },
    })
    const csv = [HEAD, row(1), row(2)].join('\n')
    const { text: html } = await send(at, path, { text: csv, go: 'yes' })
    expect(text(html)).toMatch(/0 posted, 0 left out, of 2 rows Row 1 is answered 503/)
    expect(html).not.toContain('data-go-on')
    down = false
    const { text: done } = await send(at, path, { text: csv, go: 'yes', from: '0' })
    expect(text(done)).toMatch(/All rows are posted 2 posted/)
  })

  it('is taken from a page of the console only', async () => {
    const at = house()
    const login = await at.ask('/console/login', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://usher.example',
      },
      body: new URLSearchParams({ secret: VARS.ADMIN_SECRET }).toString(),
    })
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const post = (origin: string) =>
      at.ask(path, {
        method: 'POST',
        headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ text: `${HEAD}\n${row(1)}`, go: 'yes' }).toString(),
      })
    expect((await post('https://elsewhere.example')).status).toBe(403)
    expect((await post('https://usher.example')).status).toBe(200)
  })
})

describe('a sender’s page', () => {
  it('is there without a hook, linked from the hooks: steps, fields, example and what to paste', async () => {
    const at = house()
    expect(await page(at, '/console/hooks')).toContain('/console/senders')
    const list = await page(at, '/console/senders')
    for (const { name, title } of sources) {
      expect(list).toContain(`/console/senders/${name}`)
      const html = await page(at, `/console/senders/${name}`)
      for (const part of [title, 'Step by step', 'What its sample holds', 'A hook to begin with']) {
        expect(text(html), name).toContain(part.replaceAll('&', '&amp;'))
      }
      expect(html).toContain('https://usher.example/hooks/webinar')
    }
    expect((await at.ask('/console/senders/nothing', { headers: ADMIN })).status).toBe(404)
  })
})
