/** The console's words for what the outbox knows. They promise no more than is known: EazyBe *accepts*; no page says "added". */

import type { BulkAction } from '../operator/act.ts'
import type { Overview, Stop } from '../outbox/admin/account.ts'
import type { DeliveryState } from '../outbox/model.ts'

export type Tone = 'good' | 'wait' | 'bad' | 'quiet'

export const STATES: Readonly<
  Record<DeliveryState, { readonly word: string; readonly tone: Tone }>
> = {
  held: { word: 'Held', tone: 'wait' },
  queued: { word: 'Queued', tone: 'quiet' },
  sending: { word: 'Sending', tone: 'quiet' },
  accepted: { word: 'Accepted', tone: 'good' },
  unknown: { word: 'Unknown', tone: 'wait' },
  parked: { word: 'Parked', tone: 'bad' },
  skipped: { word: 'Skipped', tone: 'quiet' },
}

/** What a state means, for a reader who sees it for the first time. */
export const MEANINGS: Readonly<Record<DeliveryState, string>> = {
  held: 'It waits for you. Nothing is sent until you decide.',
  queued: 'It is sent when its turn comes.',
  sending: 'EazyBe has the call now.',
  accepted:
    'EazyBe accepted the call. WhatsApp may still have sent an invitation instead, or nothing: it does not say.',
  unknown:
    'EazyBe failed or did not answer, so it may have happened. Usher asks again before anything is made twice.',
  parked: 'It did not go through, and is not tried again until you say so.',
  skipped: 'Nothing was to be done for it.',
}

/** The same while the account makes no calls. */
export function meaning(state: DeliveryState, stop: Stop | undefined): string {
  return stop === undefined || (state !== 'queued' && state !== 'unknown')
    ? MEANINGS[state]
    : `It waits. ${STOPS[stop]}`
}

/** What does something about a delivery in its state, what fits best first. */
export const ACTIONS_OF: Readonly<Record<DeliveryState, readonly BulkAction[]>> = {
  held: ['release', 'remap', 'discard'],
  parked: ['exact', 'remap', 'discard'],
  queued: ['remap', 'discard'],
  unknown: ['remap', 'discard'],
  accepted: ['exact', 'remap'],
  skipped: ['exact', 'remap'],
  sending: [],
}

export const ACTION_LABELS: Readonly<Record<BulkAction, string>> = {
  release: 'Release: send it as it is',
  remap: 'Map again with today’s config',
  exact: 'Send exactly again',
  discard: 'Discard',
}

/** What a stopped account waits for. */
export const STOPS: Readonly<Record<Stop, string>> = {
  operator: 'Nothing is sent until you resume the account.',
  token: 'Nothing is sent until the account has a token that EazyBe takes.',
  session: 'Nothing is sent until EazyBe’s cloud session is active again.',
  failing:
    'Nothing is sent until EazyBe accepts calls again; Usher tries with one person at a time.',
  throttled:
    'Nothing is sent until the wait that EazyBe asked for is over, or you resume the account.',
  unreachable: 'Nothing is sent until EazyBe can be reached; resume the account to try now.',
}

/** What to do about a held or parked delivery, by its reason. */
const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    consent:
      'The answer does not say that the person agreed to join a group. If you know that they did, release it. Else discard it.',
    mapping:
      'The hook’s mapping does not fit what was sent. Fill in the group and the number below and send it; or have src/config.ts mended, and map it again.',
    'consent, mapping':
      'The answer does not say that the person agreed, and the hook’s mapping does not fit what was sent. If you know that they agreed, fill in the group and the number and send it.',
    'look-up':
      'Its sender sends ids only, and did not tell the rest when it was asked. Map it again to ask once more.',
    payload:
      'The body is not what this sender documents. Look at it below; when the source reads it, map it again.',
    'group missing':
      'EazyBe finds no group of this name, and the hook may not create it. Make the group in WhatsApp and release this, or let Usher create it.',
    'group gone':
      'The group was there and EazyBe no longer finds it. Was it renamed or deleted? Say so on the group’s page, or let Usher create it again.',
    suppressed: 'The person asked never to be invited. It can only be discarded.',
    'too many new groups':
      'The hook has used up its new group names for today. If this name is right, release it.',
    'id of another lead':
      'Another lead came with this id, which visitors of this form can write. It is no repeat, since its people are others: map it again to send it.',
    'group of another hook':
      'Visitors of this form can type the name of a group, and this one was made by another hook. If its visitors may join it, release this: from then on the form may use the group.',
    burst:
      'The hook brings more leads than it may in a day. If they are genuine, release them together; else discard them together.',
    'hook paused':
      'It came while its hook was paused, or waited when that began. Resume the hook, and release or discard what was held together.',
    'some numbers were refused':
      'EazyBe refused a number. The timeline has its words: correct the number and send it.',
  }),
)

export function advice(state: DeliveryState, reason: string | null): string {
  return ADVICE.get(reason ?? '') ?? MEANINGS[state]
}

/** A text of two parts for each: what is the matter, and what to do about it. */
type Texts<key extends string> = Readonly<
  Record<key, { readonly title: string; readonly what: string }>
>

export const PAUSES: Texts<NonNullable<Overview['pause']>['reason']> = {
  session: {
    title: 'EazyBe’s cloud session is inactive',
    what: 'Open workspace.eazybe.com and reconnect the number (scan its QR code if asked). Usher tries again by itself, and loses nothing meanwhile.',
  },
  token: {
    title: 'EazyBe refuses the token',
    what: 'Take a new one from workspace.eazybe.com, Organization, and set it as the Worker’s secret. Usher notices a new token by itself.',
  },
  failing: {
    title: 'EazyBe fails for everybody',
    what: 'Usher tries one person after the other and goes on by itself when EazyBe accepts one. What counted against people meanwhile is taken back.',
  },
  operator: {
    title: 'Paused by an operator',
    what: 'Leads are still taken in, and wait. Resume when you are ready.',
  },
}

/** Waits of over an hour that EazyBe made. */
export const LONG_WAITS: Texts<NonNullable<Overview['longWait']>['why']> = {
  throttled: {
    title: 'EazyBe asked to wait',
    what: 'Resume to call it now all the same.',
  },
  unreachable: {
    title: 'EazyBe cannot be reached',
    what: 'Resume to try now.',
  },
}

/** What a form said when it was done: only these texts can be shown, whatever the URL says. */
export const DONE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    queued: 'It is queued.',
    held: 'It is still held.',
    discarded: 'It is discarded, and will never be sent.',
    skipped: 'Nothing is sent: its people asked never to be invited, or were accepted before.',
    suppressed: 'From now on the person is left out of every group.',
    unsuppressed: 'The person may be invited again.',
    erased: 'Everything that was kept of them is deleted, and they are never invited again.',
    erase_more: 'A part is deleted: press erase again for the rest.',
    changed: 'The group is changed.',
    paused: 'The account makes no calls until you resume it.',
    resumed: 'The account goes on.',
    hook_paused: 'The hook’s leads are taken in and held until you resume it.',
    hook_resumed: 'The hook’s next leads go on. What was held meanwhile waits for you.',
    logged_out: 'You are logged out.',
    expired: 'Your session has ended. Log in to go on.',
  }),
)

/** Reasons and paths that programs read, as people say them. */
const PLAIN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    suppressed: 'asked never to be invited',
    withdrawn: 'no longer asked for',
    'not wanted': 'not for this hook',
    already: 'accepted before',
    refused: 'refused by EazyBe',
  }),
)

/** A reason, or what is wrong, in plain words: `contacts.0` is the first contact. */
export function plain(text: string): string {
  return (
    PLAIN.get(text) ??
    text.replaceAll(/\bcontacts\.(\d+)/g, (_, index) => `contact ${Number(index) + 1}`)
  )
}

/** How many leads a result touched, and where nothing was found. */
export function touchedText(done: string, touched: number): string {
  const leads = several(touched, 'lead')
  const waited = `${leads} that waited ${touched === 1 ? 'is' : 'are'}`
  switch (done) {
    case 'suppressed':
      return touched === 0 ? 'No lead of theirs was waiting.' : `${waited} left out.`
    case 'hook_paused':
      return touched === 0 ? 'None was waiting.' : `${waited} held.`
    case 'erased':
      return touched === 0
        ? 'No lead of this number was found.'
        : `${leads} ${touched === 1 ? 'was' : 'were'} wiped.`
    default:
      return ''
  }
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const PLURALS = new Intl.PluralRules('en')
const NUMBERS = new Intl.NumberFormat('en')

/** "1 lead", "1,200 leads". */
export function several(count: number, one: string, many = `${one}s`): string {
  return `${NUMBERS.format(count)} ${PLURALS.select(count) === 'one' ? one : many}`
}
