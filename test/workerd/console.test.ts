/** What an operator finds on the console's pages, and what its forms do. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../../src/lib/bytes.ts'
import { answers, play } from './drive.ts'
import { house, listen, post, VARS } from './house.ts'
import { config } from './worker.ts'

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
    const [verdict = ''] =
      (await page(at, `/console/deliveries/${id}`)).match(/id="verdict".*?<\/section>/s) ?? []
    expect(text(verdict)).toContain('Held phone: has too few digits')
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
