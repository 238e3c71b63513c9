/** What `npm run send` makes up, signs, spoils and tells. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { textOf, utf8 } from '../../../src/lib/bytes.ts'
import { contentKind, decodeBody } from '../../../src/lib/decode.ts'
import { type Consent, consentIn } from '../../../src/mapping/consent.ts'
import type { Hook } from '../../../src/mapping/hook.ts'
import { phone, readPhone } from '../../../src/mapping/phone/index.ts'
import type { SampleFields } from '../../../src/operator/sample/sample-fields.ts'
import { sampleFields, samplePhone } from '../../../src/operator/sample/sample-fields.ts'
import {
  type SignedSample,
  signedSample,
  type Target,
  tamperedSample,
} from '../../../src/operator/sample/signed-sample.ts'
import { forgetAddress, readAddress, writeAddress } from '../../../src/sandbox/runner/address.ts'
import {
  compose,
  contentTypeOf,
  readSendArguments,
  type SendArguments,
} from '../../../src/sandbox/sample/compose.ts'
import {
  ending,
  type FollowedLead,
  follow,
  newLines,
  PATIENCE_MS,
} from '../../../src/sandbox/sample/story.ts'
import { json, sources, typeform } from '../../../src/sources/index.ts'
import type { Source } from '../../../src/sources/source.ts'

const PHONE = '+918123450617'
const NOW = Date.UTC(2026, 10, 23, 9, 0, 0)

describe('sampleFields', () => {
  const rows: readonly {
    title: string
    schema?: v.GenericSchema
    consent?: Consent
    given?: Record<string, string>
    own?: unknown
    made: Partial<SampleFields>
  }[] = [
    {
      title: 'gives a new number, a name and the first choice',
      schema: v.object({
        phone: phone('IN'),
        name: v.string(),
        cohort: v.picklist(['May', 'June']),
      }),
      made: {
        fields: { phone: PHONE, name: 'Asha Rao', cohort: 'May' },
        madeUpPhones: ['phone'],
        unfit: [],
      },
    },
    {
      title: 'knows literals, booleans, numbers and their least value',
      schema: v.object({
        kind: v.literal('paid'),
        vip: v.boolean(),
        seats: v.pipe(v.number(), v.minValue(3)),
        age: v.number(),
      }),
      made: { fields: { kind: 'paid', vip: 'true', seats: '3', age: '1' } },
    },
    {
      title: 'looks into pipes, optional fields, choices of schemas and lists',
      schema: v.pipe(
        v.object({
          email: v.pipe(v.string(), v.trim(), v.email()),
          note: v.optional(v.string()),
          level: v.nullish(v.picklist(['A', 'B'])),
          size: v.union([v.picklist(['S', 'M']), v.number()]),
          days: v.array(v.picklist(['Mon', 'Tue'])),
        }),
        v.transform((all) => all),
      ),
      made: {
        fields: { email: 'asha@example.com', note: 'Sample', level: 'A', size: 'S', days: 'Mon' },
      },
    },
    {
      title: 'joins the parts of an intersection',
      schema: v.intersect([v.object({ a: v.literal('1') }), v.object({ b: v.literal('2') })]),
      made: { fields: { a: '1', b: '2' } },
    },
    {
      title: 'answers each place of a tuple, as of a list of numbers of which the first is read',
      schema: v.object({
        phones: v.looseTuple([v.object({ phone: phone('IN') })]),
        pair: v.tuple([v.literal('a'), v.literal('b')]),
      }),
      own: { phones: [{ phone: '+919800000001' }, { phone: '+919800000002' }] },
      made: { fields: { 'phones.0.phone': PHONE, 'pair.0': 'a', 'pair.1': 'b' } },
    },
    {
      title: 'spells nested fields as paths, and keeps what the sender’s own sample answers well',
      schema: v.object({
        customer: v.object({ phone: phone('IN'), tags: v.string() }),
        line_items: v.array(v.object({ title: v.string() })),
        total: v.number(),
      }),
      own: {
        customer: { phone: '+919800000001', tags: 'gold' },
        line_items: [{ title: 'Pune Batch 7' }],
        total: 170,
      },
      made: {
        fields: {
          'customer.phone': PHONE,
          'customer.tags': 'gold',
          'line_items.0.title': 'Pune Batch 7',
          total: '170',
        },
      },
    },
    {
      title: 'does not keep an answer of the sender’s sample that the hook refuses',
      schema: v.object({ status: v.picklist(['paid', 'free']) }),
      own: { status: 'open' },
      made: { fields: { status: 'paid' } },
    },
    {
      title: 'puts the number inside an address that is read whole',
      schema: v.object({ billing_address: phone('IN') }),
      own: { billing_address: { phone: '+919800000001', country_code: 'IN' } },
      made: {
        fields: { 'billing_address.phone': PHONE },
        madeUpPhones: ['billing_address.phone'],
      },
    },
    {
      title: 'takes what was given as it is, whatever the schema thinks of it',
      schema: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) }),
      given: { phone: '98765', cohort: 'July', extra: 'x' },
      made: { fields: { phone: '98765', cohort: 'July', extra: 'x' }, madeUpPhones: [] },
    },
    {
      title: 'says yes to the question about consent',
      schema: v.object({ phone: phone('IN') }),
      consent: { field: 'whatsapp_ok' },
      made: { fields: { phone: PHONE, whatsapp_ok: 'yes' } },
    },
    {
      title: 'says yes in the hook’s own words',
      schema: v.object({ ok: v.picklist(['Later', 'Add me']) }),
      consent: { field: 'ok', accept: ['Add me'] },
      made: { fields: { ok: 'Add me' } },
    },
    {
      title: 'says yes in the only way a boolean can',
      schema: v.object({ ok: v.boolean() }),
      consent: { field: 'ok' },
      made: { fields: { ok: 'true' } },
    },
    {
      title: 'lets a given answer about consent stand',
      schema: v.object({ phone: phone('IN') }),
      consent: { field: 'ok' },
      given: { ok: 'no' },
      made: { fields: { phone: PHONE, ok: 'no' } },
    },
    {
      title: 'tells which field nothing made up fits',
      schema: v.object({ code: v.pipe(v.string(), v.regex(/^PUNE-\d$/)) }),
      made: { fields: {}, unfit: ['code'] },
    },
    {
      title: 'does not complain of a field that was given',
      schema: v.object({ code: v.pipe(v.string(), v.regex(/^PUNE-\d$/)) }),
      given: { code: 'PUNE-7' },
      made: { fields: { code: 'PUNE-7' }, unfit: [] },
    },
    {
      title: 'gives an invite to a hook without fields',
      own: { groupName: 'Webinar May', contacts: ['919800000001'], create: true },
      made: {
        fields: { groupName: 'Webinar May', contacts: PHONE, create: 'true' },
        madeUpPhones: ['contacts'],
      },
    },
  ]

  it.each(rows)('$title', ({ schema, consent, given = {}, own = {}, made }) => {
    const hook: Hook = {
      source: json,
      ...(schema && { fields: schema }),
      ...(consent && { consent }),
    }
    expect(sampleFields(hook, { given, own, phone: PHONE })).toMatchObject(made)
    expect(sampleFields(hook, { given, own, phone: PHONE }).fields).toEqual(made.fields)
  })
})

describe('samplePhone', () => {
  it.each(['IN', 'BR', 'MX', 'AR', 'DE', 'GB', 'US', 'ID', 'NG', 'AE'] as const)(
    'makes up numbers of %s that read as valid and differ',
    (country) => {
      const numbers = [0.12, 0.34, 0.56, 0.78].map((chance) => samplePhone(country, () => chance))
      expect(new Set(numbers).size).toBe(4)
      for (const number of numbers) expect(readPhone(number)).toMatchObject({ ok: true })
    },
  )

  it('falls back to the example of the numbering plan when chance is no help', () => {
    expect(readPhone(samplePhone('IN', () => 0))).toMatchObject({ ok: true })
  })
})

describe('a signed sample', () => {
  it.each(sources)('of $title is verified, and with one byte flipped it is not', async (source) => {
    const secret = source.scheme.newSecret()
    const target: Target = {
      hookName: 'webinar',
      hook: { source },
      secret,
      baseUrl: 'http://127.0.0.1:8787',
      publicUrl: 'https://hooks.example.com',
    }
    const sample = source.sample({ fields: {}, id: 'event-1', now: NOW })
    const occasion = { id: 'event-1', now: NOW }
    const good = await signedSample(target, sample, occasion)
    const bad = await tamperedSample(target, sample, occasion)
    expect(good.url).toMatch(/^http:\/\/127\.0\.0\.1:8787\/hooks\/webinar/)
    expect(await verdict(source, good, secret)).toBe(true)
    expect(await verdict(source, bad, secret)).toBe(false)
    expect(differences(good, bad)).toBe(1)
  })
})

describe('a form’s sample', () => {
  // What is looked up is not for a sample to say.
  const said = sources.filter(({ lookUp }) => lookUp === undefined)
  const flat = said.filter(({ kind }) => kind === 'form' || kind === 'automation')
  it.each(flat)('of $title brings the made-up answers to the hook', async (source) => {
    const schema = v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) })
    const hook: Hook = { source, fields: schema, consent: { field: 'whatsapp_ok' } }
    const { fields } = sampleFields(hook, { given: {}, own: {}, phone: PHONE })
    const sample = source.sample({ fields, id: 'event-1', now: NOW })
    const kind = contentKind(sample.contentType)
    const decoded = await decodeBody(utf8(sample.body), kind ?? 'json', sample.contentType)
    const reading = source.read(decoded.ok && decoded.value, new Headers(sample.headers))
    const [submission] = reading.ok ? reading.submissions : []
    expect(v.parse(schema, submission?.fields)).toEqual({
      phone: PHONE.slice(1),
      cohort: 'May',
    })
    expect(consentIn({ field: 'whatsapp_ok' }, submission?.fields, NOW)).not.toBeNull()
  })
})

async function verdict(source: Source, sample: SignedSample, secret: string) {
  const { pathname, search } = new URL(sample.url)
  const [, , , last] = pathname.split('/')
  const incoming = {
    method: 'POST',
    url: `https://hooks.example.com/hooks/webinar${search}`,
    headers: new Headers(sample.headers),
    body: sample.body,
    urlSecret: last === undefined ? null : decodeURIComponent(last),
    now: NOW,
  }
  return (await source.scheme.verify(incoming, [secret])).ok
}

/** How many characters of URL, headers and body differ. */
function differences(one: SignedSample, other: SignedSample): number {
  const text = ({ url, headers, body }: SignedSample) =>
    `${url}\n${JSON.stringify(headers)}\n${textOf(body) ?? ''}`
  const [a, b] = [text(one), text(other)]
  return (
    [...a].filter((character, at) => character !== b[at]).length + Math.abs(a.length - b.length)
  )
}

describe('readSendArguments', () => {
  const rows: readonly { title: string; args: string[]; read: Partial<SendArguments> }[] = [
    {
      title: 'takes a hook alone',
      args: ['webinar'],
      read: {
        hook: 'webinar',
        given: {},
        asSender: false,
        file: null,
        url: null,
        duplicate: false,
        tamper: false,
      },
    },
    {
      title: 'takes values with blanks, signs of equality and nothing in them',
      args: ['webinar', 'name=Asha Rao', 'q=a=b', 'note='],
      read: { given: { name: 'Asha Rao', q: 'a=b', note: '' } },
    },
    {
      title: 'takes options anywhere',
      args: ['--duplicate', 'webinar', '--url', 'https://usher.example.workers.dev/', 'a=b'],
      read: {
        hook: 'webinar',
        given: { a: 'b' },
        url: 'https://usher.example.workers.dev',
        duplicate: true,
      },
    },
    { title: 'takes --as-sender', args: ['webinar', '--as-sender'], read: { asSender: true } },
    { title: 'takes --file', args: ['webinar', '--file', 'a.json'], read: { file: 'a.json' } },
    { title: 'takes --tamper', args: ['webinar', '--tamper'], read: { tamper: true } },
  ]
  it.each(rows)('$title', ({ args, read }) => {
    expect(readSendArguments(args)).toMatchObject(read)
  })

  it.each([
    { title: 'no hook', args: [], says: /Which hook\?/ },
    { title: 'a value where the hook belongs', args: ['a=b'], says: /Which hook\?/ },
    { title: 'a word that is no pair', args: ['webinar', 'May'], says: /"May" is not key=value/ },
    { title: 'a pair without a name', args: ['webinar', '=May'], says: /is not key=value/ },
    {
      title: 'an unknown option',
      args: ['webinar', '--twice'],
      says: /^Unknown option '--twice'\.\nnpm run send -- /,
    },
    {
      title: 'a value for a body that is sent unchanged',
      args: ['webinar', '--as-sender', 'a=b'],
      says: /change nothing, so "a=b" has no place/,
    },
    {
      title: 'two bodies',
      args: ['webinar', '--as-sender', '--file', 'a.json'],
      says: /--as-sender or --file, not both/,
    },
    {
      title: 'an address with a path',
      args: ['webinar', '--url=https://a.example/x'],
      says: /--url/,
    },
  ])('refuses $title', ({ args, says }) => {
    expect(() => readSendArguments(args)).toThrow(says)
  })
})

describe('compose', () => {
  const hook: Hook = {
    source: typeform,
    consent: { field: 'whatsapp_ok' },
    fields: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) }),
    invite: () => ({ groupName: 'A', contacts: ['919800000001'] }),
  }
  const asked = { hook: 'webinar', given: {}, asSender: false, file: null }
  const here = { hook, id: 'event-1', now: NOW, elsewhere: null, random: () => 0.5 }
  const documented = typeform.sample({ fields: {}, id: 'event-1', now: NOW })

  it('says that a sample was shaped after the hook, and how to send the sender’s own', async () => {
    const { lines } = await compose({ ...here, asked })
    expect(lines.at(-1)).toBe(
      'Shaped after the hook’s own `fields`, so it fits them. What Typeform documents: npm run send -- webinar --as-sender',
    )
  })

  it.each([
    { given: { cohrt: 'June' }, warning: 'the hook reads no "cohrt". Did you mean "cohort"?' },
    { given: { Phone_Number: '1' }, warning: 'the hook reads no "Phone_Number".' },
    { given: { cohort: 'June' }, warning: null },
    { given: { whatsapp_ok: 'no' }, warning: null },
  ])('warns of $given where the hook reads nothing of the kind', async ({ given, warning }) => {
    const { lines } = await compose({ ...here, asked: { ...asked, given } })
    const warnings = lines.filter((line) => line.startsWith('Warning'))
    expect(warnings).toEqual(warning === null ? [] : [`Warning: ${warning}`])
  })

  it('sends what the vendor documents, unchanged', async () => {
    const { sample } = await compose({ ...here, asked: { ...asked, asSender: true } })
    expect(sample).toEqual(documented)
  })

  it('sends no documented or captured number to another machine', async () => {
    const elsewhere = 'https://usher.example.workers.dev'
    const sender = { ...asked, asSender: true }
    await expect(compose({ ...here, elsewhere, asked: sender })).rejects.toThrow(
      /may be a real person's/,
    )
    const file = { ...asked, file: 'package.json' }
    await expect(compose({ ...here, elsewhere, asked: file })).rejects.toThrow(
      /holds a real person's number/,
    )
  })

  it('sends a captured file as it is', async () => {
    const { sample } = await compose({ ...here, asked: { ...asked, file: 'package.json' } })
    expect(sample.body).toBe(readFileSync('package.json', 'utf8'))
    expect(sample.contentType).toBe('application/json')
    const missing = compose({ ...here, asked: { ...asked, file: 'no-such.json' } })
    await expect(missing).rejects.toThrow(/^--file: ENOENT/)
  })

  const all = ['json', 'form', 'multipart', 'xml', 'text'] as const
  it.each([
    {
      body: '{"a":1}',
      own: 'application/json; charset=utf-8',
      type: 'application/json; charset=utf-8',
    },
    { body: '{"a":1}', own: 'text/plain', type: 'text/plain' },
    { body: 'a=1&b=%20', own: 'application/json', type: 'application/x-www-form-urlencoded' },
    { body: '<a/>', own: 'text/xml', type: 'text/xml' },
    {
      body: '--x1\r\nA: b',
      own: 'multipart/form-data; boundary=own',
      type: 'multipart/form-data; boundary=x1',
    },
  ])('takes $body of a sender of $own for $type', ({ body, own, type }) => {
    expect(contentTypeOf(body, { title: 'Tally', accepts: all }, own)).toBe(type)
  })

  it('refuses a file that is nothing that the sender sends', () => {
    const only = { title: 'Tally', accepts: ['json'] as const }
    expect(() => contentTypeOf('a note', only, 'application/json; charset=utf-8')).toThrow(
      '--file: this is not what Tally sends, which is application/json.',
    )
  })
})

describe('the address of a running npm start', () => {
  it('is found in its state folder while its process lives', () => {
    const folder = mkdtempSync(join(tmpdir(), 'usher-address-'))
    const address = { url: 'http://127.0.0.1:1', sandboxUrl: 'http://127.0.0.1:2' }
    expect(readAddress(folder)).toBeNull()
    writeAddress(folder, address)
    expect(readAddress(folder)).toMatchObject(address)
    writeFileSync(join(folder, 'address.json'), JSON.stringify({ ...address, pid: 2 ** 30 }))
    expect(readAddress(folder)).toBeNull()
    writeFileSync(join(folder, 'address.json'), 'half a fi')
    expect(readAddress(folder)).toBeNull()
    forgetAddress(folder)
    rmSync(folder, { recursive: true })
  })
})

const received = { at: at(3), event: 'received' }
const accepted = { at: at(24), event: 'accepted by EazyBe' }
const queued: FollowedLead = {
  state: 'queued',
  reason: 'others for the same group',
  waitingUntil: at(23),
  groupName: 'Webinar May',
  timeline: [received],
}

describe('newLines', () => {
  const rows: readonly {
    title: string
    before: FollowedLead | null
    story: FollowedLead
    lines: RegExp[]
  }[] = [
    {
      title: 'tells what happened and what is waited for',
      before: null,
      story: queued,
      lines: [/:03 {2}received$/, /:04 {2}queued until \d\d:\d\d:23: others for the same group$/],
    },
    { title: 'tells nothing twice', before: queued, story: queued, lines: [] },
    {
      title: 'tells of another wait',
      before: queued,
      story: { ...queued, reason: 'the group rests', waitingUntil: at(59) },
      lines: [/queued until \d\d:\d\d:59: the group rests$/],
    },
    {
      title: 'tells of a wait without an end',
      before: queued,
      story: { ...queued, reason: 'paused by the operator', waitingUntil: null },
      lines: [/queued: paused by the operator$/],
    },
    {
      title: 'tells only the new part of the timeline',
      before: queued,
      story: { ...queued, state: 'accepted', reason: null, timeline: [received, accepted] },
      lines: [/:24 {2}accepted by EazyBe$/],
    },
    {
      title: 'tells the detail of an event',
      before: queued,
      story: {
        ...queued,
        state: 'held',
        reason: 'mapping',
        timeline: [received, { at: at(3), event: 'held', detail: 'cohort: is missing' }],
      },
      lines: [/:03 {2}held: cohort: is missing$/],
    },
    {
      title: 'tells that EazyBe is being asked',
      before: queued,
      story: { ...queued, state: 'sending', reason: null },
      lines: [/sending: EazyBe has the call$/],
    },
  ]
  it.each(rows)('$title', ({ before, story, lines }) => {
    const told = newLines(before, story, Date.parse(at(4)))
    expect(told).toHaveLength(lines.length)
    for (const [index, line] of lines.entries()) expect(told[index]).toMatch(line)
  })
})

describe('ending', () => {
  it.each(['accepted', 'skipped', 'held', 'parked', 'queued', 'unknown'])(
    'of a delivery that is %s never says that a person was added',
    (state) => {
      expect(ending({ ...queued, state })).not.toMatch(/\badded\b|success/i)
    },
  )
})

describe('ending of a parked delivery', () => {
  it('has one full stop after EazyBe’s own sentence', () => {
    const parked = { ...queued, state: 'parked', reason: 'Invalid chat IDs.' }
    expect(ending(parked)).toMatch(/^Parked: Invalid chat IDs\. It is tried again only/)
  })
})

describe('follow', () => {
  it.each([
    { title: 'of a minute', waitingUntil: at(60), told: 1 },
    { title: 'without an end', waitingUntil: null, told: 1 },
    { title: 'of a second', waitingUntil: at(1), told: 0 },
  ])('says once how to leave a wait $title', async ({ waitingUntil, told }) => {
    const states = [queued, queued, { ...queued, state: 'accepted' }]
    const lines: string[] = []
    await follow({
      ask: async () => ({ ...(states.shift() ?? queued), waitingUntil }),
      tell: (line) => lines.push(line),
      now: () => NOW,
      sleep: async () => {},
    })
    expect(lines.filter((line) => line.startsWith('Ctrl-C leaves'))).toHaveLength(told)
  })

  const rows = [
    {
      title: 'ends well when EazyBe accepted',
      states: ['queued', 'sending', 'accepted'],
      well: true,
    },
    { title: 'ends well when nothing was to be done', states: ['skipped'], well: true },
    { title: 'ends badly when a delivery is held', states: ['held'], well: false },
    { title: 'ends badly when a delivery is parked', states: ['queued', 'parked'], well: false },
    { title: 'waits while the outcome is unknown', states: ['unknown', 'accepted'], well: true },
    { title: 'gives up after its patience', states: ['queued'], well: false },
  ]
  it.each(rows)('$title', async ({ states, well }) => {
    let now = NOW
    const left = [...states]
    const told: string[] = []
    const settledWell = await follow({
      ask: async () => ({ ...queued, state: (left.length > 1 ? left.shift() : left[0]) ?? '' }),
      tell: (line) => told.push(line),
      now: () => now,
      sleep: async (ms) => {
        now += ms
      },
    })
    expect(settledWell).toBe(well)
    expect(now - NOW).toBeLessThan(states.at(-1) === 'queued' ? PATIENCE_MS + 1_000 : 1_000)
    expect(told.at(-1)).toBe(ending({ ...queued, state: states.at(-1) ?? '' }))
  })
})

function at(second: number): string {
  return new Date(NOW + second * 1_000).toISOString()
}
