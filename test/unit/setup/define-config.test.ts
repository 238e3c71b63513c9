/** Every mistake in a config is told with the hook or account and the option, and all at once. */

import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { apiTokenName, secretName, secretValues, tokenName } from '../../../src/lib/names.ts'
import type { Hook } from '../../../src/mapping/hook.ts'
import { paceOf } from '../../../src/outbox/dispatch/pace.ts'
import type { ConfigInput } from '../../../src/setup/define-config.ts'
import { ConfigError, defineConfig } from '../../../src/setup/define-config.ts'
import { hook, json, phone, stripe, typeform } from '../../../src/usher.ts'

const good: Hook = hook({
  source: typeform,
  consent: { field: 'whatsapp_ok' },
  fields: v.object({ phone: phone('IN') }),
  invite: ({ phone }) => ({ groupName: 'A', contacts: [phone] }),
})

/** A source that sends ids only. */
const terse: Hook['source'] = {
  ...typeform,
  lookUp: async (fields) => ({ ok: true, fields }),
}

function mistakesIn(input: ConfigInput): readonly string[] {
  try {
    defineConfig(input)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
}

/** The hook with other options, of any type: the file need not have seen a compiler. */
function hookWith(options: object): ConfigInput {
  return { hooks: { webinar: { ...good, ...options } } }
}

function accountWith(options: object): ConfigInput {
  return { accounts: { default: options }, hooks: { webinar: good } }
}

describe('a config without mistakes', () => {
  it('has an account of its own when it names none, and no public URL', () => {
    expect(defineConfig({ hooks: { webinar: good } })).toEqual({
      accounts: { default: {} },
      canTypeName: expect.any(Function),
      hooks: { webinar: good },
      publicUrl: null,
      retention: { settledDays: 7, inHandDays: 30, rowDays: 90, consentDays: 1095 },
    })
  })

  it('loses the slash at the end of its public URL', () => {
    const config = defineConfig({ hooks: {}, publicUrl: 'https://hooks.example.com/in//' })
    expect(config.publicUrl).toBe('https://hooks.example.com/in')
  })

  it.each<[sentence: string, input: ConfigInput]>([
    ['has no hooks yet', { hooks: {} }],
    ['leaves fields to a source that speaks invites', { hooks: { zap: hook({ source: json }) } }],
    ['says that people were not asked', hookWith({ consent: 'none' })],
    ['attests consent', hookWith({ consent: { attested: 'Terms §4' } })],
    ['takes yes in other words', hookWith({ consent: { field: 'ok', accept: ['Add me'] } })],
    [
      'uses a second account',
      { accounts: { sales: {} }, hooks: { a: hook({ source: json, account: 'sales' }) } },
    ],
    [
      'keeps the whole night quiet',
      accountWith({ timeZone: 'Asia/Kolkata', quietHours: { from: '20:30', to: '09:00' } }),
    ],
    ['never keeps quiet', accountWith({ quietHours: false })],
    [
      'knows no caps',
      accountWith({
        createsPerHour: Infinity,
        createsPerDay: Infinity,
        peoplePerHour: Infinity,
        peoplePerDay: Infinity,
        newGroupsPerDay: Infinity,
      }),
    ],
    ['sets numbers of its own', accountWith({ pace: 'newNumber', batchSize: 3, createsPerDay: 0 })],
    [
      'sets every option of a hook',
      hookWith({
        country: 'IN',
        capacity: 500,
        newGroupsPerDay: 0,
        inviteLink: 'https://chat.whatsapp.com/x',
        tolerance: 60,
      }),
    ],
  ])('%s', (_, input) => {
    expect(mistakesIn(input)).toEqual([])
  })
})

type Mistake = [sentence: string, input: ConfigInput, mistake: string]

describe('a mistake', () => {
  const consent = `must be { field: '…' }, { attested: '…' } or 'none'`

  it.each<Mistake>([
    [
      'a source that is none',
      hookWith({ source: {} }),
      'Hook "webinar", option "source": is not a source; import one from ./usher.ts',
    ],
    [
      'no source',
      hookWith({ source: undefined }),
      'Hook "webinar", option "source": is missing: name the sender, as in source: typeform',
    ],
    [
      'an account that is not there',
      hookWith({ account: 'sales' }),
      'Hook "webinar", option "account": there is no account "sales" in accounts',
    ],
    [
      'an account of a name that objects inherit',
      hookWith({ account: 'constructor' }),
      'Hook "webinar", option "account": there is no account "constructor" in accounts',
    ],
    [
      'no default account',
      { accounts: { sales: {} }, hooks: { webinar: good } },
      'Hook "webinar", option "account": there is no account "default" in accounts',
    ],
    [
      'a form without consent',
      hookWith({ consent: undefined }),
      `Hook "webinar", option "consent": is missing: a form needs { field: 'the question' }, { attested: 'where people agreed' } or 'none'`,
    ],
    [
      'consent by an empty question',
      hookWith({ consent: { field: ' ' } }),
      `Hook "webinar", option "consent": ${consent}`,
    ],
    [
      'consent by an empty word',
      hookWith({ consent: { attested: '' } }),
      `Hook "webinar", option "consent": ${consent}`,
    ],
    [
      'consent by nothing',
      hookWith({ consent: {} }),
      `Hook "webinar", option "consent": ${consent}`,
    ],
    [
      'consent in a word that means nothing',
      hookWith({ consent: 'nobody' }),
      `Hook "webinar", option "consent": ${consent}`,
    ],
    [
      'consent by a question and by an attestation, of which only one could count',
      hookWith({ consent: { field: 'ok', attested: 'Terms §4' } }),
      `Hook "webinar", option "consent": ${consent}`,
    ],
    [
      'consent by a misspelt question',
      hookWith({ consent: { feild: 'ok' } }),
      `Hook "webinar", option "consent": ${consent}`,
    ],
    [
      'one answer that means yes, where a list of them belongs',
      hookWith({ consent: { field: 'ok', accept: 'Add me' } }),
      `Hook "webinar", option "consent.accept": must be a list of answers such as ['Add me']`,
    ],
    [
      'an empty answer that means yes',
      hookWith({ consent: { field: 'ok', accept: ['Add me', ' … '] } }),
      `Hook "webinar", option "consent.accept": holds an answer without a word, or of over 1000 characters`,
    ],
    [
      'an answer that is longer than any that is compared',
      hookWith({ consent: { field: 'ok', accept: ['yes '.repeat(400)] } }),
      `Hook "webinar", option "consent.accept": holds an answer without a word, or of over 1000 characters`,
    ],
    [
      'a misspelt option, which would be one that was never set',
      hookWith({ wehn: () => false }),
      'Hook "webinar", option "wehn": is not an option of a hook',
    ],
    [
      'a hook that is none',
      { hooks: { webinar: JSON.parse('null') } },
      'Hook "webinar": is none; write hook({ source: … })',
    ],
    [
      'an option of the config that is none',
      JSON.parse('{ "hooks": {}, "publicURL": "https://hooks.example.com" }'),
      'Option "publicURL": is not an option of the config',
    ],
    ['no hooks', JSON.parse('{}'), 'Option "hooks": is missing'],
    [
      'fields that are no schema',
      hookWith({ fields: { phone: 'IN' } }),
      'Hook "webinar", option "fields": must be a valibot schema such as v.object({ … })',
    ],
    [
      'an invite that is no function',
      hookWith({ invite: { groupName: 'A' } }),
      'Hook "webinar", option "invite": must be a function',
    ],
    [
      'a predicate that is no function',
      hookWith({ when: true }),
      'Hook "webinar", option "when": must be a function',
    ],
    [
      'a tolerance as a text',
      hookWith({ tolerance: '300' }),
      'Hook "webinar", option "tolerance": must be a number of seconds above 0',
    ],
    [
      'fields without invite',
      hookWith({ invite: undefined }),
      'Hook "webinar", option "invite": is missing: the two belong together',
    ],
    [
      'invite without fields',
      hookWith({ fields: undefined }),
      'Hook "webinar", option "fields": is missing: the two belong together',
    ],
    [
      'neither, for a source that does not speak invites',
      { hooks: { paid: hook({ source: stripe }) } },
      'Hook "paid", option "fields": is missing: Stripe does not send { groupName, contacts, create }',
    ],
    [
      'a schema that is asynchronous',
      hookWith({ fields: v.objectAsync({}) }),
      'Hook "webinar", option "fields": must not be asynchronous',
    ],
    [
      'a country in words',
      hookWith({ country: 'India' }),
      'Hook "webinar", option "country": "India" is not a country code such as "IN"',
    ],
    [
      'a tolerance of nothing',
      hookWith({ tolerance: 0 }),
      'Hook "webinar", option "tolerance": must be a number of seconds above 0',
    ],
    [
      'a timestamp that never grows old',
      hookWith({ tolerance: Number.POSITIVE_INFINITY }),
      'Hook "webinar", option "tolerance": must be a number of seconds above 0',
    ],
    [
      'a tolerance that is no number',
      hookWith({ tolerance: Number.NaN }),
      'Hook "webinar", option "tolerance": must be a number of seconds above 0',
    ],
    [
      'a group for nobody',
      hookWith({ capacity: 0 }),
      `Hook "webinar", option "capacity": must be a whole number from 1 to 1023; WhatsApp's groups hold 1024`,
    ],
    [
      'a group for more than WhatsApp takes',
      hookWith({ capacity: 1024 }),
      `Hook "webinar", option "capacity": must be a whole number from 1 to 1023; WhatsApp's groups hold 1024`,
    ],
    [
      'half a new group',
      hookWith({ newGroupsPerDay: 0.5 }),
      'Hook "webinar", option "newGroupsPerDay": must be a whole number, 0 or more',
    ],
    [
      'half a lead a day',
      hookWith({ leadsPerDay: 0.5 }),
      'Hook "webinar", option "leadsPerDay": must be a whole number, 0 or more',
    ],
    [
      'more numbers in a text than in a list',
      hookWith({ splitLimit: 257 }),
      'Hook "webinar", option "splitLimit": must be a whole number from 1 to 256',
    ],
    [
      'groups that are nobody’s',
      hookWith({ groups: 'some' }),
      `Hook "webinar", option "groups": must be 'own' or 'any'`,
    ],
    [
      'a link without encryption',
      hookWith({ inviteLink: 'http://chat.whatsapp.com/x' }),
      'Hook "webinar", option "inviteLink": must begin with https://',
    ],
    [
      'a hook’s name with a blank',
      { hooks: { 'my hook': good } },
      'Hook "my hook", option "(name)": use letters, digits and dashes, a letter first',
    ],
    [
      'a hook’s name that begins with a digit',
      { hooks: { '2024': good } },
      'Hook "2024", option "(name)": use letters, digits and dashes, a letter first',
    ],
    [
      'a hook whose secret would be the admin’s',
      { hooks: { admin: good } },
      'Hook "admin", option "(name)": its secret would be ADMIN_SECRET: rename it',
    ],
    [
      'two hooks with one secret',
      { hooks: { vipList: good, 'vip-list': good } },
      'The hook "vipList" and hook "vip-list" would share the secret VIP_LIST_SECRET: rename one',
    ],
    [
      'two accounts with one token',
      { accounts: { default: {}, eastIN: {}, 'east-in': {} }, hooks: {} },
      'The account "eastIN" and account "east-in" would share the secret EAZYBE_TOKEN_EAST_IN: rename one',
    ],
    [
      'a hook whose secret is an account’s token',
      { accounts: { default: {}, 'a-secret': {} }, hooks: { 'eazybe-token-a': good } },
      'The hook "eazybe-token-a" and account "a-secret" would share the secret EAZYBE_TOKEN_A_SECRET: rename one',
    ],
    [
      'a hook whose API token is an account’s token',
      {
        accounts: { default: {}, 'a-api-token': {} },
        hooks: { 'eazybe-token-a': { ...good, source: terse } },
      },
      'The hook "eazybe-token-a" and account "a-api-token" would share the secret EAZYBE_TOKEN_A_API_TOKEN: rename one',
    ],
    [
      'an account’s name with a blank',
      { accounts: { default: {}, 'my sales': {} }, hooks: {} },
      'Account "my sales", option "(name)": use letters, digits and dashes, a letter first',
    ],
    [
      'a pace that is none',
      accountWith({ pace: 'fast' }),
      'Account "default", option "pace": "fast" is none of steady, newNumber, instant',
    ],
    [
      'a time zone in hours',
      accountWith({ timeZone: 'IST+5' }),
      'Account "default", option "timeZone": "IST+5" is not a time zone such as "Asia/Kolkata"',
    ],
    [
      'quiet hours without minutes',
      accountWith({ timeZone: 'Asia/Kolkata', quietHours: { from: '21', to: '08' } }),
      `Account "default", option "quietHours": must be { from: '21:00', to: '08:00' }, or false`,
    ],
    [
      'quiet hours past midnight',
      accountWith({ timeZone: 'Asia/Kolkata', quietHours: { from: '24:00', to: '08:00' } }),
      `Account "default", option "quietHours": must be { from: '21:00', to: '08:00' }, or false`,
    ],
    [
      'quiet hours without an end',
      accountWith({ timeZone: 'Asia/Kolkata', quietHours: { from: '21:00', to: '21:00' } }),
      'Account "default", option "quietHours": must not last all day',
    ],
    [
      'quiet hours of nowhere',
      accountWith({ quietHours: { from: '21:00', to: '08:00' } }),
      'Account "default", option "timeZone": is missing: quiet hours need one',
    ],
    [
      'an option that is none',
      accountWith({ batchsize: 5 }),
      'Account "default", option "batchsize": is not an option of an account',
    ],
    [
      'a number below nothing',
      accountWith({ addGapMs: -1 }),
      'Account "default", option "addGapMs": must be a number of milliseconds from 0 to 2678400000',
    ],
    [
      'a number as a text',
      accountWith({ peoplePerDay: '100' }),
      'Account "default", option "peoplePerDay": must be a number, 0 or more; Infinity for no cap',
    ],
    ...(
      [
        'coalesceMs',
        'addGapMs',
        'addJitterMs',
        'createGapMs',
        'createJitterMs',
        'restAfterCreateMs',
      ] as const
    ).flatMap((option) =>
      [Number.POSITIVE_INFINITY, 31 * 86_400_000 + 1].map(
        (wait): Mistake => [
          `a wait without end: ${option} of ${wait}`,
          accountWith({ [option]: wait }),
          `Account "default", option "${option}": must be a number of milliseconds from 0 to 2678400000`,
        ],
      ),
    ),
    [
      'a call without end',
      accountWith({ batchSize: Number.POSITIVE_INFINITY }),
      'Account "default", option "batchSize": must be a whole number from 1 to 50',
    ],
    [
      'more people a call than are taken',
      accountWith({ batchSize: 51 }),
      'Account "default", option "batchSize": must be a whole number from 1 to 50',
    ],
    [
      'nobody a call',
      accountWith({ batchSize: 0 }),
      'Account "default", option "batchSize": must be a whole number from 1 to 50',
    ],
    [
      'a public URL without a scheme',
      { hooks: {}, publicUrl: 'hooks.example.com' },
      'Option "publicUrl": "hooks.example.com" is not a URL such as https://hooks.example.com',
    ],
    [
      'a public URL with a query',
      { hooks: {}, publicUrl: 'https://hooks.example.com/?a=1' },
      'Option "publicUrl": "https://hooks.example.com/?a=1" is not a URL such as https://hooks.example.com',
    ],
    [
      'a public URL of another scheme',
      { hooks: {}, publicUrl: 'ftp://hooks.example.com' },
      'Option "publicUrl": "ftp://hooks.example.com" is not a URL such as https://hooks.example.com',
    ],
  ])('is told: %s', (_, input, mistake) => {
    expect(mistakesIn(input)).toEqual([mistake])
  })

  it('is told along with all the others, one a line', () => {
    const input = {
      accounts: { default: { pace: 'steady' as const, batchSize: 99 } },
      hooks: { a: { ...good, tolerance: -1, capacity: 0 }, b: { ...good, account: 'c' } },
    }
    expect(mistakesIn(input)).toHaveLength(4)
    expect(() => defineConfig(input)).toThrow(
      /^The config has mistakes:\n {2}- Account "default".*\n {2}- Hook "a".*\n {2}- Hook "a".*\n {2}- Hook "b".*$/,
    )
  })
})

describe('the secrets of a config', () => {
  it.each([
    ['webinar', 'WEBINAR_SECRET'],
    ['vipList', 'VIP_LIST_SECRET'],
    ['vip-list', 'VIP_LIST_SECRET'],
    ['batch2May', 'BATCH2_MAY_SECRET'],
  ])('of the hook %s is %s', (name, secret) => {
    expect(secretName(name)).toBe(secret)
  })

  it('of a look-up is named after its hook', () => {
    expect(apiTokenName('vipList')).toBe('VIP_LIST_API_TOKEN')
  })

  it.each([
    ['default', 'EAZYBE_TOKEN'],
    ['sales', 'EAZYBE_TOKEN_SALES'],
    ['northEast', 'EAZYBE_TOKEN_NORTH_EAST'],
  ])('of the account %s is %s', (name, token) => {
    expect(tokenName(name)).toBe(token)
  })

  it.each<[sentence: string, value: unknown, values: string[]]>([
    ['one', 'one-secret', ['one-secret']],
    ['two, while it is rotated', 'old\nnew\n', ['old', 'new']],
    ['those of a file with Windows’ line ends', 'old\r\n\r\n new \r\n', ['old', 'new']],
    ['none, when it is blank', ' \n ', []],
    ['none, when it is not set', undefined, []],
    ['none, when it is a binding of another kind', { get: 'secret' }, []],
  ])('are %s', (_, value, values) => {
    expect(secretValues({ WEBINAR_SECRET: value }, 'WEBINAR_SECRET')).toEqual(values)
  })
})

describe('a pace', () => {
  it('takes an account’s own numbers over its preset', () => {
    expect(paceOf({ pace: 'newNumber', createsPerDay: 2 })).toMatchObject({
      createsPerDay: 2,
      peoplePerDay: 30,
      waitScale: 1,
      quiet: null,
    })
  })
})

describe('a hook, to the compiler', () => {
  it('has an `invite` that is given what its `fields` read', () => {
    hook({
      source: json,
      fields: v.object({
        phone: phone('IN'),
        cohort: v.picklist(['May', 'June']),
        seats: v.number(),
      }),
      invite: (values) => {
        expectTypeOf(values.cohort).toEqualTypeOf<'May' | 'June'>()
        expectTypeOf(values.seats).toEqualTypeOf<number>()
        expectTypeOf(values.phone).toExtend<string>()
        expectTypeOf<string>().not.toExtend<typeof values.phone>()
        return { groupName: `Webinar ${values.cohort}`, contacts: [values.phone] }
      },
    })
  })

  it('takes no `invite` that returns a text which was not read as a phone', () => {
    type Options = Parameters<typeof hook<unknown, v.StringSchema<undefined>>>[0]
    expectTypeOf<(phone: string) => { groupName: string; contacts: ['919811112222'] }>().toExtend<
      NonNullable<Options['invite']>
    >()
    expectTypeOf<(phone: string) => { groupName: string; contacts: string[] }>().not.toExtend<
      NonNullable<Options['invite']>
    >()
  })

  it('takes no `invite` that answers later', () => {
    type Options = Parameters<typeof hook<unknown, v.StringSchema<undefined>>>[0]
    expectTypeOf<() => Promise<{ groupName: string; contacts: [] }>>().not.toExtend<
      NonNullable<Options['invite']>
    >()
  })
})
