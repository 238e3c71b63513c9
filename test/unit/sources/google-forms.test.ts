/** The script that a Google form's author pastes, run as Google would run it, against the source that takes what it sends. */

import { createHmac } from 'node:crypto'
import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { googleForms, googleFormsScript } from '../../../src/sources/google-forms.ts'
import { fixture } from '../../fixtures/google-forms.ts'

const URL_OF_HOOK = 'https://usher.example/hooks/class'
const NOW = Date.parse('2026-11-20T09:15:04.321Z')
const HOUR_MS = 3_600_000
const CHECKBOX = 'an item of checkboxes'

const ASHA = response('2_ABaOnu171', '2026-11-20T09:15:00.000Z', {
  'Your name — नाम': 'Asha “Ash” Rao 🙂',
  'WhatsApp number': '98000 00171',
  'I agree': ['Add me to the group'],
  Days: ['Sunday'],
  'Or else': ['Add me to the group'],
  Times: [['Mon'], null],
})
const TARA = response('2_ABaOnu172', '2026-11-20T08:00:00.000Z', {
  'WhatsApp number': '98000 00172',
})
const OLD = response('2_ABaOnu099', '2026-11-18T08:00:00.000Z', {
  'WhatsApp number': '98000 00099',
})

describe('the script', () => {
  test('sends a response that the source verifies and reads, whatever letters are in it', async () => {
    const google = pretend([200])
    google.run('onResponse({ source: FormApp.getActiveForm(), response: responses[0] })')
    const [sent] = google.sent
    expect(google.sent).toHaveLength(1)
    expect(sent).toMatchObject({ url: URL_OF_HOOK, followRedirects: false, method: 'post' })
    expect(await verified(sent)).toEqual({ ok: true })
    const reading = googleForms.read(JSON.parse(sent?.payload ?? ''), new Headers())
    expect(reading).toEqual({
      ok: true,
      submissions: [
        {
          id: '2_ABaOnu171 2026-11-20T09:15:00.000Z',
          fields: {
            'Your name — नाम': 'Asha “Ash” Rao 🙂',
            'WhatsApp number': '98000 00171',
            // One box alone is a yes, whatever its text.
            'I agree': true,
            Days: ['Sunday'],
            'Or else': ['Add me to the group'],
            Times: ['Mon'],
          },
        },
      ],
    })
  })

  test.each([
    ['an answer of 503', 503],
    ['an answer of 429', 429],
    ['no answer', 'Address unavailable'],
  ])('tries again after %s, with the same body and a time of its own', async (_, trouble) => {
    const google = pretend([trouble, trouble, 200])
    google.run('onResponse({ source: FormApp.getActiveForm(), response: responses[0] })')
    expect(google.slept).toEqual([5000, 15_000])
    expect(new Set(google.sent.map(({ payload }) => payload)).size).toBe(1)
    expect(new Set(google.sent.map(({ signature }) => signature)).size).toBe(3)
    for (const sent of google.sent) expect(await verified(sent)).toEqual({ ok: true })
  })

  test('fails after four tries, so that Google writes to its owner', () => {
    const google = pretend([500, 'Timeout', 503, 502])
    const run = () =>
      google.run('onResponse({ source: FormApp.getActiveForm(), response: responses[0] })')
    expect(run).toThrow(/did not take a response \(502\).*resend/)
    expect(google.sent).toHaveLength(4)
    expect(google.slept).toEqual([5000, 15_000, 45_000])
  })

  test.each([401, 404, 302])('fails at once when the answer is %d', (status) => {
    const google = pretend([status])
    const run = () =>
      google.run('onResponse({ source: FormApp.getActiveForm(), response: responses[0] })')
    expect(run).toThrow(`(${status})`)
    expect(google.sent).toHaveLength(1)
  })

  test('sends the last day again when told to, under the ids of the first time', () => {
    const google = pretend([200, 200])
    google.run('resend()')
    const ids = google.sent.map(({ payload }) => JSON.parse(payload).responseId)
    expect(ids).toEqual(['2_ABaOnu171', '2_ABaOnu172'])
  })

  test('installs one trigger, however often it is told to, and leaves others alone', () => {
    const google = pretend([])
    google.run('install()')
    google.run('install()')
    expect(google.triggers).toEqual(['somebodyElse', 'onResponse'])
  })

  test('holds no secret and no address: both are properties', () => {
    expect(googleFormsScript).not.toMatch(/https?:|\{url\}|\{secret\}/)
  })
})

interface Sent {
  readonly url: string
  readonly method: string
  readonly contentType: string
  readonly signature: string
  readonly payload: string
  readonly followRedirects: boolean
}

interface Options extends Omit<Sent, 'url' | 'signature'> {
  readonly headers: Readonly<Record<string, string>>
  readonly muteHttpExceptions: boolean
}

/** Google's side: what the script may call, with these outcomes of fetching in turn; a text is an error. */
function pretend(outcomes: (number | string)[]) {
  const sent: Sent[] = []
  const slept: number[] = []
  const triggers = ['somebodyElse']
  let now = NOW
  const form = {
    getId: () => '1FAIpQLJoin',
    getResponses: (since: Date) =>
      [ASHA, TARA, OLD].filter((one) => one.getTimestamp().getTime() > since.getTime()),
  }
  const context = createContext({
    responses: [ASHA, TARA],
    Date: class extends Date {
      static override now = () => now
    },
    FormApp: { getActiveForm: () => form, ItemType: { CHECKBOX } },
    ScriptApp: {
      getProjectTriggers: () =>
        triggers.map((handler) => ({ getHandlerFunction: () => handler, handler })),
      deleteTrigger: ({ handler }: { handler: string }) =>
        triggers.splice(triggers.indexOf(handler), 1),
      newTrigger: (handler: string) => ({
        forForm: () => ({ onFormSubmit: () => ({ create: () => triggers.push(handler) }) }),
      }),
    },
    PropertiesService: {
      getScriptProperties: () => ({
        getProperty: (name: string) =>
          new Map([
            ['USHER_URL', URL_OF_HOOK],
            ['USHER_SECRET', fixture.secret],
          ]).get(name) ?? null,
      }),
    },
    Utilities: {
      Charset: { UTF_8: 'UTF-8' },
      sleep: (ms: number) => {
        slept.push(ms)
        now += ms
      },
      // Java's bytes: -128 to 127.
      computeHmacSha256Signature: (value: string, key: string, charset: string) => {
        expect(charset).toBe('UTF-8')
        return [...new Int8Array(createHmac('sha256', key).update(value, 'utf8').digest())]
      },
    },
    UrlFetchApp: {
      fetch: (url: string, { headers, muteHttpExceptions, ...options }: Options) => {
        expect(muteHttpExceptions).toBe(true)
        sent.push({ ...options, url, signature: headers['X-Webhook-Signature'] ?? '' })
        const outcome = outcomes.shift()
        if (typeof outcome === 'string') throw new Error(outcome)
        return { getResponseCode: () => outcome }
      },
    },
  })
  runInContext(googleFormsScript, context)
  return { sent, slept, triggers, run: (call: string) => runInContext(call, context) }
}

/** A question: of several boxes, of one box, of one with “Other”, or of another kind. */
function item(title: string) {
  const boxes = { Days: 3, 'I agree': 1, 'Or else': 1 }[title]
  return {
    getTitle: () => title,
    getType: () => (boxes === undefined ? 'another item' : CHECKBOX),
    asCheckboxItem: () => ({
      getChoices: () => Array.from({ length: boxes ?? 0 }),
      hasOtherOption: () => title === 'Or else',
    }),
  }
}

/** A form's response, as the script is given it. */
function response(id: string, time: string, answers: Readonly<Record<string, unknown>>) {
  return {
    getId: () => id,
    getTimestamp: () => new Date(time),
    getItemResponses: () =>
      Object.entries(answers).map(([title, value]) => ({
        getItem: () => item(title),
        getResponse: () => value,
      })),
  }
}

function verified(sent: Sent | undefined) {
  const { payload = '', signature = '', contentType = '' } = sent ?? {}
  const headers = { 'X-Webhook-Signature': signature, 'content-type': contentType }
  const incoming = {
    method: 'POST',
    url: URL_OF_HOOK,
    headers: new Headers(headers),
    body: utf8(payload),
    urlSecret: null,
    now: NOW + HOUR_MS / 60,
  }
  return googleForms.scheme.verify(incoming, [fixture.secret])
}
