/** Alerts in words: what happened, and what to do about it. */

import type { AlertKind, DueAlert } from './alerts.ts'

/** One line, as Slack and its like take it. `console`: where to look, if that is known. */
export function alertText(
  { kind, subject, count }: Pick<DueAlert, 'kind' | 'subject' | 'count'>,
  account: string,
  console: string | null,
): string {
  const where = console === null ? '' : ` ${console}`
  return `Usher, account ${account}: ${TEXTS[kind](subject, count)}${where}`
}

const TEXTS: Readonly<Record<AlertKind, (subject: string, count: number) => string>> = {
  tokenRefused: () =>
    'EazyBe refuses the token. Nothing is sent until the secret is changed or you resume by hand; nothing is lost.',
  sessionInactive: () =>
    'EazyBe’s cloud session is inactive. Open workspace.eazybe.com and restart WhatsApp; Usher tries again by itself, and nothing is lost.',
  stillInactive: () => 'EazyBe’s cloud session has been inactive for over an hour.',
  resumed: () => 'EazyBe takes calls again; what waited is on its way.',
  parked: (_, count) =>
    `${deliveries(count)} parked: EazyBe refused them or failed time and again. They wait for you.`,
  heldLong: (_, count) => `${deliveries(count)} held and need a hand, the first for over an hour.`,
  backlog: () => 'The oldest sign-up has waited for over a day for its turn.',
  groupNearlyFull: (id) => `Group ${id} is nearly full. The next people go to its next part.`,
  forged: (hook, count) =>
    `${count} webhooks to /hooks/${hook} did not prove that they come from its sender. Was the secret changed?`,
}

function deliveries(count: number): string {
  return count === 1 ? '1 delivery is' : `${count} deliveries are`
}
