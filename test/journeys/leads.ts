/** Leads for the journeys: people, their groups, and what became of them. */

import { utf8 } from '../../src/lib/bytes.ts'
import { typeform } from '../../src/sources/typeform.ts'
import type { SandboxCall, SandboxGroup, Usher } from './server.ts'
import { eventually } from './server.ts'

export interface Lead {
  readonly id: string
  readonly phone: string
  readonly cohort: string
}

const MONTHS = ['May', 'June', 'July']

/** That many people, over three groups of that year. */
export function leads(count: number, year = 2027): Lead[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `lead-${year}-${index}`,
    phone: `9198${year}${String(1_000 + index)}`,
    cohort: `${MONTHS[index % MONTHS.length]} ${year}`,
  }))
}

/** Posts a lead's form, signed as Typeform signs. Spares `usher.webhook` its look at the config for each of hundreds. */
export async function submit(usher: Usher, { id, phone, cohort }: Lead): Promise<Response> {
  const now = Date.now()
  const fields = { phone: `+${phone}`, cohort, whatsapp_ok: 'yes' }
  const sample = typeform.sample({ fields, id, now })
  const url = `${usher.url}/hooks/webinar`
  const headers = { 'content-type': sample.contentType, ...sample.headers }
  const body = utf8(sample.body)
  const outgoing = { method: 'POST', url, headers: new Headers(headers), body, id, now }
  const proof = await typeform.scheme.sign(outgoing, usher.vars().WEBINAR_SECRET ?? '')
  return fetch(url, { method: 'POST', headers: { ...headers, ...proof.headers }, body })
}

interface Delivery {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly attempts: number
}

/** Every delivery there is, page by page. */
export async function deliveries(usher: Usher): Promise<Delivery[]> {
  const all: Delivery[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const response: Response = await usher.api(
      `/api/deliveries?limit=200${cursor && `&cursor=${cursor}`}`,
    )
    const page: { deliveries: Delivery[]; cursor: string | null } = JSON.parse(
      await response.text(),
    )
    all.push(...page.deliveries)
    cursor = page.cursor
  }
  return all
}

/** Resolves when nothing waits any more. */
export async function untilSettled(usher: Usher, withinMs: number): Promise<Delivery[]> {
  let last: Delivery[] = []
  await eventually('every delivery has settled', withinMs, async () => {
    last = await deliveries(usher)
    return last.every(({ state }) => ['accepted', 'held', 'parked', 'skipped'].includes(state))
  })
  return last
}

/** Members by group, sorted; a group that exists twice is there twice. */
export function membersOf(groups: readonly SandboxGroup[]): [string, string[]][] {
  return groups
    .map(({ name, members }): [string, string[]] => [name, members.toSorted()])
    .toSorted(([one], [other]) => one.localeCompare(other))
}

export function expectedMembers(people: readonly Lead[]): [string, string[]][] {
  const cohorts = [...new Set(people.map((lead) => lead.cohort))]
  return cohorts
    .map((cohort): [string, string[]] => [
      `Webinar ${cohort}`,
      people
        .filter((lead) => lead.cohort === cohort)
        .map((lead) => lead.phone)
        .toSorted(),
    ])
    .toSorted(([one], [other]) => one.localeCompare(other))
}

/** People whom EazyBe accepted into a group more than once. */
export function sentTwice(calls: readonly SandboxCall[]): string[] {
  const accepted = calls
    .filter((call) => call.status === 200)
    .flatMap(({ body }) => body.contacts.map((contact) => `${body.groupName}: ${contact}`))
  return accepted.filter((one, index) => accepted.indexOf(one) !== index)
}
