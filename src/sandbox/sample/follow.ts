/** Follows a delivery until it has settled, telling each thing that happens as it happens. */

import { ending, isFine, isSettled, newLines, type Story } from './story.ts'

const ASK_EVERY_MS = 250
/** Pace and quiet hours may keep a lead for a night; a terminal should not wait that long. */
export const PATIENCE_MS = 15 * 60_000

/** A wait worth a word on how to leave it. */
const LONG_WAIT_MS = 10_000
const LEAVE =
  'Ctrl-C leaves: the lead stays in the outbox and goes on without this command. The console shows it.'

export interface Following {
  readonly ask: () => Promise<Story>
  readonly tell: (line: string) => void
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
}

/** Whether it settled well, within a quarter of an hour. */
export async function follow({ ask, tell, now, sleep }: Following): Promise<boolean> {
  const until = now() + PATIENCE_MS
  let before: Story | null = null
  let mayLeave = false
  for (;;) {
    const story: Story = await ask()
    for (const line of newLines(before, story, now())) tell(line)
    if (isSettled(story) || now() > until) {
      tell(ending(story))
      return isFine(story)
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
function waitsLong({ reason, waitingUntil }: Story, now: number): boolean {
  if (!reason) return false
  return !waitingUntil || Date.parse(waitingUntil) - now > LONG_WAIT_MS
}
