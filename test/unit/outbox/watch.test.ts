/** Alerts: where they may go, and that no address can do harm by what it answers. */

import { describe, expect, it } from 'vitest'
import { sendAlert } from '../../../src/outbox/jobs/watch.ts'

async function sendTo(url: string, answer: () => Response | Promise<Response>) {
  const asked: Request[] = []
  const told = await sendAlert(url, 'Usher: a text', async (address, init) => {
    asked.push(new Request(String(address), init))
    return answer()
  })
  return { told, asked }
}

describe('sendAlert', () => {
  it('posts the JSON that chats take, and follows no redirect', async () => {
    const { told, asked } = await sendTo('https://hooks.example.com/x', () => new Response('ok'))
    expect(told).toBe(true)
    expect(asked).toHaveLength(1)
    expect([asked[0]?.method, asked[0]?.redirect]).toEqual(['POST', 'manual'])
    expect(await asked[0]?.json()).toEqual({ text: 'Usher: a text' })
  })

  it.each(['http://127.0.0.1:9000/x', 'http://localhost/x'])('goes to %s', async (url) => {
    expect((await sendTo(url, () => new Response(''))).asked).toHaveLength(1)
  })

  it.each([
    'http://hooks.example.com/x',
    'http://127.0.0.1.example.com/',
    'ftp://a.example/',
    'x',
    '',
  ])('never goes to "%s"', async (url) => {
    expect(await sendTo(url, () => new Response(''))).toEqual({ told: false, asked: [] })
  })

  it.each([
    { title: 'a redirect', answer: () => Response.redirect('https://elsewhere.example/', 302) },
    { title: 'an error', answer: () => new Response('no', { status: 500 }) },
    { title: 'no connection', answer: () => Promise.reject(new TypeError('refused')) },
  ])('has not arrived at $title', async ({ answer }) => {
    expect((await sendTo('https://hooks.example.com/x', answer)).told).toBe(false)
  })
})
