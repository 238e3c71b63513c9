/** The behaviour as a form that works without a script: its fields, and how they are read back. */

import { html } from 'hono/html'
import { type Behaviour, CALM } from './behaviour.ts'
import { WAYS } from './mix.ts'

/** Markup in which everything from outside has been escaped. */
export type Html = ReturnType<typeof html>

/** The switches of `PUT /behaviour`, grouped by who is in trouble. */
export function behaviourForm(behaviour: Behaviour): Html {
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
      <button formaction="/calm-form" formnovalidate>All is well again</button>
      <button formaction="/reset-form" formnovalidate class="risky">Forget everything</button>
    </p>
  </form>`
}

/** What the form says, for the schema of `PUT /behaviour` to judge. An unticked box is not sent at all. */
export function readBehaviourForm(form: URLSearchParams): unknown {
  const text = (name: string) => form.get(name)?.trim() ?? ''
  // An emptied field is the calm value; what is not a number becomes NaN, which the schema refuses.
  const amount = (name: string, calm: number | null) => (text(name) ? Number(text(name)) : calm)
  const numbers = (name: string) =>
    text(name)
      .split(/[\n,;]+/)
      .map((number) => number.replaceAll(/[\s+()-]/g, ''))
      .filter(Boolean)
  const share = amount('mixShare', 0)
  const ways = text('mixWays')
    .split(/[\s,;]+/)
    .filter(Boolean)
  return {
    session: form.has('inactive') ? 'inactive' : 'active',
    token: form.has('invalid') ? 'invalid' : 'valid',
    latencyMs: amount('latencyMs', CALM.latencyMs),
    hang: form.has('hang'),
    failRate: amount('failRate', CALM.failRate),
    createAnswers500: text('createAnswers500') || null,
    poison: numbers('poison'),
    listLagMs: amount('listLagMs', CALM.listLagMs),
    createLimit: amount('createLimit', CALM.createLimit),
    retryAfterSeconds: amount('retryAfterSeconds', CALM.retryAfterSeconds),
    answers: text('answers') || CALM.answers,
    body: text('body') || CALM.body,
    statusFalse: form.has('statusFalse'),
    silent: numbers('silent'),
    groupLimit: amount('groupLimit', CALM.groupLimit),
    mix:
      share === 0 ? null : { share, seed: amount('mixSeed', 1), ...(ways.length > 0 && { ways }) },
  }
}

function tick(name: string, on: boolean, label: string, hint: string): Html {
  return html`<label class="tick">
    <input type="checkbox" name="${name}"${on && html` checked`} />
    <span>${label} <small>${hint}</small></span>
  </label>`
}

function field(name: string, value: number | null, label: string, unit: string, step = '1'): Html {
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
): Html {
  return html`<label class="field tall">
    <span>${label}</span>
    <select name="${name}">
      ${options.map(([option, text]) => html`<option value="${option}"${option === value && html` selected`}>${text}</option>`)}
    </select>
  </label>`
}

function list(name: string, numbers: readonly string[], label: string): Html {
  return html`<label class="field tall">
    <span>${label} <small>one number a line</small></span>
    <textarea name="${name}" rows="2" inputmode="tel" spellcheck="false" placeholder="+91 98765 43210">${numbers.map((number) => `+${number}`).join('\n')}</textarea>
  </label>`
}
