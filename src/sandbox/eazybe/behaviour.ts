/** What the stand-in for EazyBe can be told to do wrong, and the same as a form that works without a script. */

import { html } from 'hono/html'
import * as v from 'valibot'
import { mixSchema, WAYS } from './mix.ts'

/** WhatsApp's limit, admins included. The connected number itself is not among our members: one more fits than in life. */
const WHATSAPP_GROUP_MEMBERS = 1_024
/** Longer than any client waits. */
const MAX_LATENCY_MS = 3_600_000

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const numbers = v.array(v.pipe(v.string(), v.regex(/^\d+$/, 'must be digits')))

/**
 * Every switch, with its value on a good day. `PUT /behaviour` takes any of them, and the rest stays as it is. One rule
 * for all: a call that was not answered 200 with a yes has changed nothing, except with `createAnswers500: 'after'`, for a
 * caller who leaves during `latencyMs`, whose call is carried out all the same, and for what a `mix` says it changes.
 */
export const behaviourSchema = v.strictObject({
  /** `inactive` answers 403. */
  session: v.exactOptional(v.picklist(['active', 'inactive']), 'active'),
  /** `invalid` refuses every token with 401. */
  token: v.exactOptional(v.picklist(['valid', 'invalid']), 'valid'),
  /** Every call takes this long; it takes effect at its end. */
  latencyMs: v.exactOptional(v.pipe(count, v.maxValue(MAX_LATENCY_MS)), 0),
  /** Calls are not answered and never take effect. Turned off, the callers who still wait are answered 500. */
  hang: v.exactOptional(v.boolean(), false),
  /** The share of calls that are answered 500. */
  failRate: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0),
  /** Creations are answered 500: `before` anything was made, or `after` the group was made and filled. */
  createAnswers500: v.exactOptional(v.nullable(v.picklist(['before', 'after'])), null),
  /** A call that holds one of these is answered 500. */
  poison: v.exactOptional(numbers, []),
  /** For this long EazyBe does not see a new group: `create:false` is answered 404, and `create:true` makes another one. */
  listLagMs: v.exactOptional(count, 0),
  /** Creations beyond this many in 24 hours are answered 500; null knows no limit. */
  createLimit: v.exactOptional(v.nullable(count), null),
  /** Answers 429 with this `Retry-After`, until it is null again. */
  retryAfterSeconds: v.exactOptional(v.nullable(count), null),
  /** `html` answers a proxy's 502 page, `empty` a 200 without a body. */
  body: v.exactOptional(v.picklist(['json', 'html', 'empty']), 'json'),
  /** `documented` answers `{ status, message }`, `neighbour` as EazyBe's remove-employees page does. */
  answers: v.exactOptional(v.picklist(['documented', 'neighbour']), 'documented'),
  /** Answers 200 with `status:false`. */
  statusFalse: v.exactOptional(v.boolean(), false),
  /** Accepted, and not added: nothing in the answer tells. */
  silent: v.exactOptional(numbers, []),
  /** How many members a group takes: a smaller number makes full groups easy to try. */
  groupLimit: v.exactOptional(v.pipe(count, v.minValue(1)), WHATSAPP_GROUP_MEMBERS),
  /** A share of the calls meets a trouble of its own each, beside all of the above; null mixes nothing. */
  mix: v.exactOptional(v.nullable(mixSchema), null),
})

export type Behaviour = Readonly<v.InferOutput<typeof behaviourSchema>>
export type BehaviourChange = Partial<Behaviour>

/** EazyBe on a good day. */
export const HEALTHY: Behaviour = v.parse(behaviourSchema, {})

/** Markup in which everything from outside has been escaped. */
export type Markup = ReturnType<typeof html>

/** The switches of `PUT /behaviour`, grouped by who is in trouble. */
export function behaviourForm(behaviour: Behaviour): Markup {
  const { session, token, latencyMs, hang, failRate, createAnswers500, poison, listLagMs } =
    behaviour
  const { createLimit, retryAfterSeconds, answers, body, statusFalse, silent, groupLimit, mix } =
    behaviour
  return html`<form method="post" action="/behaviour-form" id="switches">
    <fieldset>
      <legend>The account</legend>
      ${tick('inactive', session === 'inactive', 'Cloud session inactive', 'every call gets 403')}
      ${tick('invalid', token === 'invalid', 'Token refused', 'every call gets 401')}
      ${field('retryAfterSeconds', retryAfterSeconds, 'Too many calls: 429', 'Retry-After in s; empty: off')}
    </fieldset>
    <fieldset>
      <legend>The answers</legend>
      ${field('latencyMs', latencyMs, 'Every call takes', 'ms')}
      ${field('failRate', failRate, 'Share that fails with 500', '0 to 1', 'any')}
      ${tick('hang', hang, 'Never answer', 'and do nothing')}
      ${tick('statusFalse', statusFalse, '200 with status:false', 'and do nothing')}
      ${choice('answers', answers, 'Its own answers', [
        ['documented', '{ status, message }'],
        ['neighbour', '{ statusCode, status: "success", message, data }'],
      ])}
      ${choice('body', body, 'Bodies', [
        ['json', 'as they should be'],
        ['html', 'a 502 page of a proxy'],
        ['empty', 'a 200 without a body'],
      ])}
    </fieldset>
    <fieldset>
      <legend>The groups</legend>
      ${choice('createAnswers500', createAnswers500 ?? '', 'Creating a group', [
        ['', 'works'],
        ['before', 'answers 500, makes nothing'],
        ['after', 'answers 500, makes it all the same'],
      ])}
      ${field('createLimit', createLimit, 'New groups in 24 hours', 'then 500; empty: no limit')}
      ${field('listLagMs', listLagMs, 'New groups are unseen for', 'ms')}
      ${field('groupLimit', groupLimit, 'A group is full with', 'members; then 500')}
    </fieldset>
    <fieldset>
      <legend>The people</legend>
      ${list('poison', poison, 'Any of these fails the whole call with 500')}
      ${list('silent', silent, 'Accepted, but not really added')}
    </fieldset>
    <fieldset>
      <legend>A mix of it all</legend>
      ${field('mixShare', mix?.share ?? 0, 'Share that meets some trouble', '0 to 1', 'any')}
      ${field('mixSeed', mix?.seed ?? 1, 'Seed', 'the same one, the same troubles')}
      <label class="field tall">
        <span>Which <small>of ${WAYS.join(', ')}; empty: any</small></span>
        <textarea name="mixWays" rows="2" spellcheck="false">${mix === null || mix.ways.length === WAYS.length ? '' : mix.ways.join('\n')}</textarea>
      </label>
    </fieldset>
    <p class="actions">
      <button class="main">Apply</button>
      <button formaction="/healthy-form" formnovalidate>All is well again</button>
      <button formaction="/reset-form" formnovalidate class="risky">Forget everything</button>
    </p>
  </form>`
}

/** What the form says, for the schema of the switches to judge. */
export function readBehaviourForm(form: URLSearchParams): unknown {
  const switches = Object.entries(HEALTHY).map(([name, healthy]) => [
    name,
    readSwitch(form, name, healthy),
  ])
  const share = readSwitch(form, 'mixShare', 0)
  const ways = listIn(form.get('mixWays') ?? '', /[\s,;]+/)
  return {
    ...Object.fromEntries(switches),
    session: form.has('inactive') ? 'inactive' : 'active',
    token: form.has('invalid') ? 'invalid' : 'valid',
    mix:
      share === 0
        ? null
        : { share, seed: readSwitch(form, 'mixSeed', 1), ...(ways.length > 0 && { ways }) },
  }
}

/** An unticked box is not sent at all, and an emptied field is the healthy value. What fits no switch is left for the schema to refuse. */
function readSwitch(form: URLSearchParams, name: string, healthy: unknown): unknown {
  const text = form.get(name)?.trim() ?? ''
  if (typeof healthy === 'boolean') return form.has(name)
  if (Array.isArray(healthy)) {
    return listIn(text, /[\n,;]+/).map((number) => number.replaceAll(/[\s+()-]/g, ''))
  }
  if (text === '') return healthy
  return typeof healthy === 'string' || Number.isNaN(Number(text)) ? text : Number(text)
}

function listIn(text: string, separator: RegExp): string[] {
  return text.split(separator).filter((part) => part.trim() !== '')
}

function tick(name: string, on: boolean, label: string, hint: string): Markup {
  return html`<label class="tick">
    <input type="checkbox" name="${name}"${on && html` checked`} />
    <span>${label} <small>${hint}</small></span>
  </label>`
}

function field(
  name: string,
  value: number | null,
  label: string,
  unit: string,
  step = '1',
): Markup {
  return html`<label class="field">
    <span>${label} <small>${unit}</small></span>
    <input type="number" name="${name}" min="0" step="${step}" value="${value ?? ''}" inputmode="decimal" />
  </label>`
}

function choice(
  name: string,
  value: string,
  label: string,
  options: readonly (readonly [value: string, label: string])[],
): Markup {
  return html`<label class="field tall">
    <span>${label}</span>
    <select name="${name}">
      ${options.map(([option, text]) => html`<option value="${option}"${option === value && html` selected`}>${text}</option>`)}
    </select>
  </label>`
}

function list(name: string, numbers: readonly string[], label: string): Markup {
  return html`<label class="field tall">
    <span>${label} <small>one number a line</small></span>
    <textarea name="${name}" rows="2" inputmode="tel" spellcheck="false" placeholder="+91 98765 43210">${numbers.map((number) => `+${number}`).join('\n')}</textarea>
  </label>`
}
