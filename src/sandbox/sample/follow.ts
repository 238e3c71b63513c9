/** Follows a delivery until it has settled, telling each thing that happens as it happens. */

import { ending, isFine, isSettled, newLines, type Story } from './story.ts'

const ASK_EVERY_MS = 250
/** Pace and quiet hours may keep a lead for a night; a terminal should not wait that long. */
export const PATIENCE_MS = 15 * 60_000

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
  for (;;) {
    const story: Story = await ask()
    for (const line of newLines(before, story, now())) tell(line)
    if (isSettled(story) || now() > until) {
      tell(ending(story))
      return isFine(story)
    }
    before = story
    await sleep(ASK_EVERY_MS)
  }
}
