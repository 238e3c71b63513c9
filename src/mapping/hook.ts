/** A hook: one URL, one sender, and what its events mean in groups and people. */

import type * as v from 'valibot'
import type { Source } from '../sources/source.ts'
import type { Consent } from './consent.ts'
import type { CountryCode, Phone } from './phone/index.ts'

/**
 * What `invite` returns. Contacts are what `phone(country)` read, or numbers written out internationally:
 * a text that was not read as a phone is a type error, since a guess could add a stranger.
 */
export interface InviteInput {
  readonly groupName: string
  readonly contacts: readonly (Phone | `${number}` | `+${number}`)[]
  readonly create?: boolean
}

export interface HookOptions<fields, schema extends v.GenericSchema> {
  readonly source: Source<fields>
  /** The EazyBe account that makes the calls; `default` unless said otherwise. */
  readonly account?: string
  /** Required for forms. */
  readonly consent?: Consent
  /** For numbers without a country code, where the hook has no `fields` of its own to say it with `phone(country)`. */
  readonly country?: CountryCode
  /** Events for which it answers false are skipped. Written as a method so that every source's fields fit. */
  when?(fields: fields): boolean
  /** An ordinary valibot schema over the sender's fields. */
  readonly fields?: schema
  invite?(values: v.InferOutput<schema>): InviteInput
  /** People in a group before the next ones go to "Name 2"; 1000 by default. */
  readonly capacity?: number
  /** New group names this hook may make in a day before the next is held: 5 by default for forms, calendars and ads, else 20. */
  readonly newGroupsPerDay?: number
  /**
   * Leads this hook may bring in a day; the rest are held as a burst, for the operator to release together. By default what the
   * account can add in five days: 500 under `steady`.
   */
  readonly leadsPerDay?: number
  /**
   * `any`: a form, calendar or ad whose visitors can type the name of a group may use the groups of other hooks too. By default
   * (`own`) that is held, until an operator releases it once for each group.
   */
  readonly groups?: 'own' | 'any'
  /** Numbers that one text may hold where the sender itself sends `contacts`; 5 by default. Real lists hold up to 256. */
  readonly splitLimit?: number
  /** The group's invitation link, for people that EazyBe cannot add. The console shows it with every lead. EazyBe gives none. */
  readonly inviteLink?: string
  /** Seconds a signed timestamp may be old, or ahead; the sender's own by default. */
  readonly tolerance?: number
}

/** A hook as the pipeline sees it, whatever its sender's types are. */
export type Hook = HookOptions<unknown, v.GenericSchema>

/** Declares a hook; `invite` is typed by `fields`. */
export function hook<fields, const schema extends v.GenericSchema = v.GenericSchema>(
  options: HookOptions<fields, schema>,
): Hook {
  return options
}
