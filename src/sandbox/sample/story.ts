/** Follows a delivery until it settles, and tells its story in lines for the terminal. */

import * as v from 'valibot'

export const storySchema = v.object({
  state: v.string(),
  reason: v.nullish(v.string()),
  waitingUntil: v.nullish(v.string()),
  groupName: v.nullish(v.string()),
  timeline: v.array(v.object({ at: v.string(), event: v.string(), detail: v.nullish(v.string()) })),
})

export type FollowedLead = v.InferOutput<typeof storySchema>

/** What a delivery leaves only by an operator. */
const SETTLED = ['accepted', 'skipped', 'held', 'parked']
/** Nothing is left to do. */
const FINE = ['accepted', 'skipped']

export function isSettled({ state }: FollowedLead): boolean {
  return SETTLED.includes(state)
}

/** The lines that this telling adds to the one before; the first telling has none before it. */
export function newLines(before: FollowedLead | null, story: FollowedLead, now: number): string[] {
  const told = before?.timeline.length ?? 0
  const lines = story.timeline
    .slice(told)
    .map(({ at, event, detail }) => line(Date.parse(at), detail ? `${event}: ${detail}` : event))
  const wait = waiting(story)
  if (wait !== null && (before === null || wait !== waiting(before))) lines.push(line(now, wait))
  return lines
}

/** What has become of the delivery, in a sentence that promises no more than is known. */
export function ending({ state, reason, groupName }: FollowedLead): string {
  // EazyBe's own words end in a full stop.
  const why = (reason ?? '').replace(/\.$/, '')
  switch (state) {
    case 'accepted':
      return `EazyBe accepted the call for "${groupName ?? ''}". Whether WhatsApp let the person in, it does not say.`
    case 'skipped':
      return `Skipped: ${why || 'nothing was to be done'}.`
    case 'held':
      return `Held back: ${why || 'unknown reason'}. Nothing is sent until an operator decides.`
    case 'parked':
      return `Parked: ${why || 'unknown reason'}. It is tried again only when an operator says so.`
    default:
      return `Still ${state}. It stays in the outbox and goes on without this command.`
  }
}

function waiting({ state, reason, waitingUntil }: FollowedLead): string | null {
  if (state === 'sending') return 'sending: EazyBe has the call'
  if (isSettled({ state, timeline: [] }) || !reason) return null
  const until = waitingUntil ? ` until ${clock(Date.parse(waitingUntil))}` : ''
  return `${state}${until}: ${reason}`
}

function line(at: number, text: string): string {
  return `${clock(at)}  ${text}`
}

/** The time of day here, on the reader's clock. */
function clock(at: number): string {
  return Number.isNaN(at) ? '--:--:--' : new Date(at).toTimeString().slice(0, 8)
}

const ASK_EVERY_MS = 250
/** Pace and quiet hours may keep a lead for a night; a terminal should not wait that long. */
export const PATIENCE_MS = 15 * 60_000

/** A wait worth a word on how to leave it. */
const LONG_WAIT_MS = 10_000
const LEAVE =
  'Ctrl-C leaves: the lead stays in the outbox and goes on without this command. The console shows it.'

interface Following {
  readonly ask: () => Promise<FollowedLead>
  readonly tell: (line: string) => void
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

/** Whether it settled well, within a quarter of an hour. */
export async function follow({ ask, tell, now, sleep }: Following): Promise<boolean> {
  const until = now() + PATIENCE_MS
  let before: FollowedLead | null = null
  let mayLeave = false
  for (;;) {
    const story: FollowedLead = await ask()
    for (const line of newLines(before, story, now())) tell(line)
    if (isSettled(story) || now() > until) {
      tell(ending(story))
      return FINE.includes(story.state)
    }
    if (!mayLeave && waitsLong(story, now())) {
      mayLeave = true
      tell(LEAVE)
    }
    before = story
    await sleep(ASK_EVERY_MS)
  }
}

/** Until a later time, or until an operator acts. */
function waitsLong({ reason, waitingUntil }: FollowedLead, now: number): boolean {
  if (!reason) return false
  return !waitingUntil || Date.parse(waitingUntil) - now > LONG_WAIT_MS
}
