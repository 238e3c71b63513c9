/** Every page of the console that there is once something has arrived. */

export function pagesOf(delivery: string): string[] {
  return [
    '/console',
    '/console/deliveries',
    '/console/deliveries?state=held&from=2026-01-01',
    '/console/deliveries?phoneEnd=12',
    `/console/deliveries/${delivery}`,
    '/console/bulk?state=held&action=release',
    '/console/groups',
    '/console/groups/default-1',
    '/console/people',
    '/console/hooks',
    '/console/hooks/webinar',
    '/console/hooks/webinar/setup',
    '/console/hooks/webinar/invite',
    '/console/senders',
    '/console/senders/tally',
    '/console/audit',
    '/console/settings',
    '/console/api',
    '/console/nowhere',
  ]
}
