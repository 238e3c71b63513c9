/** The sandbox's page: the groups as WhatsApp would show them, the calls that came, and the switches. */

import { html } from 'hono/html'
import * as v from 'valibot'
import { several } from '../../console/words.ts'
import type { Issue } from '../../lib/problem.ts'
import type { Behaviour } from './behaviour.ts'
import { behaviourForm, type Markup } from './behaviour.ts'
import { seenFrom } from './decide.ts'
import { type RecordedCall, type RecordedGroup, wasAccepted } from './record.ts'

/** Enough to see what happened; `GET /calls` and `GET /groups` have all. */
const SHOWN_CALLS = 50
const SHOWN_MEMBERS = 24
const SHOWN_CONTACTS = 10
const SHOWN_BODY_CHARACTERS = 300

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** What of a call's body can be shown as a call. */
const bodySchema = v.object({
  groupName: v.string(),
  contacts: v.array(v.union([v.string(), v.number()])),
  create: v.optional(v.boolean()),
})

interface PageView {
  readonly behaviour: Behaviour
  readonly groups: readonly RecordedGroup[]
  readonly calls: readonly RecordedCall[]
  /** Epoch milliseconds. */
  readonly now: number
  /** What was wrong with the switches just sent. */
  readonly issues: readonly Issue[]
}

/** The whole page. The script replaces the parts that have an id, and nothing is lost without it. */
export function page(view: PageView): Markup {
  const { behaviour, calls, issues } = view
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>EazyBe sandbox</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/console.css" />
    <link rel="stylesheet" href="/page.css" />
    <script src="/page.js" type="module"></script>
  </head>
  <body>
    <header class="top">
      <h1>EazyBe sandbox</h1>
      <p>A stand-in for EazyBe and the WhatsApp behind it, on this machine only. No one is added to anything, and here, unlike in life, you see who would have been.</p>
      ${troubles(behaviour)}
      <nav><a href="#groups-title">Groups</a> <a href="#calls-title">Calls</a> <a href="#switches-title">Switches</a></nav>
    </header>
    <main>
      ${issues.length > 0 && html`<div class="wrong" role="alert"><strong>Nothing was changed.</strong> ${issues.map(({ path, message }) => html`<p>${path}: ${message}</p>`)}</div>`}
      <section class="groups" aria-labelledby="groups-title">
        <h2 id="groups-title">In WhatsApp</h2>
        ${groupList(view)}
      </section>
      <section class="calls" aria-labelledby="calls-title">
        <h2 id="calls-title">What EazyBe was asked</h2>
        ${callList(calls)}
      </section>
      <section class="switches" aria-labelledby="switches-title">
        <h2 id="switches-title">What goes wrong</h2>
        ${behaviourForm(behaviour)}
      </section>
    </main>
    <footer>
      For programs: <a href="/groups">/groups</a>, <a href="/calls">/calls</a>, <a href="/behaviour">/behaviour</a>
    </footer>
  </body>
</html>`
}

function troubles(behaviour: Behaviour): Markup {
  const { createAnswers500, createLimit, retryAfterSeconds, poison, silent, mix } = behaviour
  const now = [
    behaviour.session === 'inactive' && 'session inactive',
    behaviour.token === 'invalid' && 'token refused',
    retryAfterSeconds !== null && `429 for ${retryAfterSeconds} s`,
    behaviour.hang && 'never answers',
    behaviour.body !== 'json' && `${behaviour.body} bodies`,
    behaviour.answers !== 'documented' && `answers as its ${behaviour.answers}`,
    behaviour.statusFalse && 'status:false',
    behaviour.latencyMs > 0 && `${behaviour.latencyMs} ms a call`,
    behaviour.failRate > 0 && `${percent(behaviour.failRate)} fail`,
    mix !== null && mix.share > 0 && `${percent(mix.share)} meet some trouble`,
    createAnswers500 === 'before' && 'creating fails',
    createAnswers500 === 'after' && 'creating fails, yet happens',
    createLimit !== null && `${several(createLimit, 'new group')} a day`,
    behaviour.listLagMs > 0 && `new groups unseen for ${behaviour.listLagMs} ms`,
    poison.length > 0 && several(poison.length, 'poison number'),
    silent.length > 0 && `${several(silent.length, 'number')} silently not added`,
  ].filter((trouble) => trouble !== false)
  return html`<p id="troubles">${
    now.length === 0
      ? html`<span class="badge good">All is well</span>`
      : now.map((trouble) => html`<span class="badge bad">${trouble}</span> `)
  }</p>`
}

function groupList({ groups, calls, behaviour, now }: PageView): Markup {
  if (groups.length === 0) {
    return html`<div id="groups"><p class="empty">No groups yet. The first call with <code>create: true</code> makes one.</p></div>`
  }
  const names = Map.groupBy(groups, (group) => group.name)
  return html`<div id="groups">${groups.toReversed().map((group) => {
    const seenAt = seenFrom(group, behaviour.listLagMs)
    const maker = calls.find((call) => call.id === group.id)
    const twins = names.get(group.name)?.length ?? 1
    return groupCard(group, [
      twins > 1 && `one of ${twins} groups of this name`,
      group.members.length >= behaviour.groupLimit && 'full',
      now < seenAt && `EazyBe does not find it until ${TIME.format(seenAt)}`,
      maker?.status === 500 && 'made by a call that was answered 500',
    ])
  })}</div>`
}

function groupCard(group: RecordedGroup, flags: readonly (string | false)[]): Markup {
  const { id, name, createdAt, members, absent } = group
  const rest = members.slice(SHOWN_MEMBERS)
  return html`<article class="group">
    <header>
      <span class="avatar" aria-hidden="true">${initialOf(name)}</span>
      <div>
        <h3>${name}</h3>
        <p>${several(members.length, 'person', 'people')} in the group, made ${TIME.format(createdAt)}</p>
      </div>
    </header>
    ${flags.map((flag) => flag !== false && html`<p class="flag">${flag}</p>`)}
    <ul class="people">${members.slice(0, SHOWN_MEMBERS).map(personIn)}</ul>
    ${rest.length > 0 && html`<details id="rest-${id}"><summary>and ${rest.length} more</summary><ul class="people">${rest.map(personIn)}</ul></details>`}
    ${
      absent.length > 0 &&
      html`<div class="absent">
      <h4>EazyBe accepted, not in the group</h4>
      <ul class="people">${absent.map((number) => html`<li class="out">+${number}</li>`)}</ul>
      <p class="why">Switched here to “not really added”. In life: their privacy settings let only their contacts add them (WhatsApp's 403), the number is not on WhatsApp (404), or they left lately (408). EazyBe's answer is the same 200.</p>
    </div>`
    }
  </article>`
}

function personIn(number: string): Markup {
  return html`<li>+${number}</li>`
}

function callList(calls: readonly RecordedCall[]): Markup {
  if (calls.length === 0) {
    return html`<div id="calls"><p class="empty">No calls yet.</p></div>`
  }
  const shown = calls.slice(-SHOWN_CALLS).toReversed()
  const rest = calls.length - shown.length
  return html`<div id="calls">
    <ol>${shown.map(callRow)}</ol>
    ${rest > 0 && html`<p class="empty">${several(rest, 'earlier call')} at <a href="/calls">/calls</a></p>`}
  </div>`
}

function callRow(call: RecordedCall): Markup {
  const { at, status, body, answer, inFlight } = call
  const tone = status === null ? 'wait' : wasAccepted(call) ? 'good' : 'bad'
  return html`<li class="call">
    <p class="line"><span class="badge ${tone}">${status ?? '…'}</span> ${bodyOf(body)}</p>
    <p class="said">${answer !== null && messageOf(answer)}</p>
    <p class="came">${effectOf(call)}</p>
    <p class="when">${TIME.format(at)}${inFlight > 0 && `, while ${several(inFlight, 'other call was', 'other calls were')} being carried out`}</p>
  </li>`
}

function bodyOf(body: unknown): Markup {
  const known = v.safeParse(bodySchema, body)
  if (!known.success) {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return html`<code>${text.slice(0, SHOWN_BODY_CHARACTERS) || 'no body'}</code>`
  }
  const { groupName, contacts, create = false } = known.output
  const rest = contacts.length - SHOWN_CONTACTS
  return html`<strong>${groupName}</strong> <code>create: ${String(create)}</code>
    <span class="numbers">${contacts.slice(0, SHOWN_CONTACTS).join(', ')}${rest > 0 && ` and ${rest} more`}</span>`
}

/** The sentence inside an answer, or the answer itself. */
function messageOf(answer: string): Markup {
  const text = answer.match(/"message":"(.*)"\}$/)?.[1] ?? answer.slice(0, SHOWN_BODY_CHARACTERS)
  return text === '' ? html`with an empty body` : html`“${text}”`
}

/** What the answer does not tell. */
function effectOf(call: RecordedCall): string {
  const { status, answer, effect } = call
  const broke = status === null && answer !== null
  if (status === null && !broke) return 'Never answered. Changed nothing.'
  if (effect === null) return broke ? 'The connection broke. Changed nothing.' : 'Changed nothing.'
  const { created, added, already, absent } = effect
  const sentences = [
    wasAccepted(call)
      ? `EazyBe accepted ${added.length + already.length + absent.length}.`
      : `${broke ? 'The connection broke' : 'Answered as failed'}, and yet:`,
    created && 'The group was made.',
    added.length > 0 && `Added by this call: ${added.length}.`,
    already.length > 0 && `In it before: ${already.length}.`,
    absent.length > 0 && `Not in the group: ${absent.length}.`,
  ]
  return sentences.filter((sentence) => sentence !== false).join(' ')
}

function initialOf(name: string): string {
  return [...name.trim()][0]?.toUpperCase() ?? '?'
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
