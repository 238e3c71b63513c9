/** A source describes one sender of webhooks: how it signs, what it sends, and how a human sets it up. It holds no machinery. */

import * as v from 'valibot'
import type { ContentKind } from '../lib/decode.ts'
import type { Incoming, Scheme } from '../schemes/scheme.ts'
import { formExample, type Sample, type SampleInput } from './shared/sample.ts'

export type SourceKind = 'form' | 'crm' | 'shop' | 'calendar' | 'ads' | 'automation'

/**
 * An answer of a form: whatever the tool sends, flattened to what a person typed or ticked.
 *
 * - true and false: a yes/no question, or a box that the source knows to be one because the payload says so (a type of
 *   its own, or the question's only option). Ticked is true, whatever text stands beside it.
 * - a text: what was typed, or one choice by its text.
 * - a list of texts: choices of which several may be ticked, even where one was.
 * - null: no answer.
 *
 * A box that the payload does not tell from a choice stays the text beside it. Consent takes a text and a list alike:
 * each item must be a known yes or stand in the hook's `accept`.
 */
export type FormValue = string | number | boolean | string[] | null
/** A form's answers by the author's own name of the question: its ref or key, and its label. */
export type FormFields = Record<string, FormValue>

/** One person's event inside a webhook; most bodies hold one, HubSpot's up to 100. */
export interface Submission<fields> {
  /** What the sender calls this event, the same on every retry; null where it has none (the body's digest then serves). */
  readonly id: string | null
  readonly fields: fields
  /** Why this event is not for us (a test, a partial response, a deletion); it is answered 200 and skipped. */
  readonly skip?: string
}

/** A submission as a source writes it: a `skip` of null says that the event is for us. */
type Submitted<fields> = Omit<Submission<fields>, 'skip'> & { readonly skip?: string | null }

/** What a look-up may use. */
export interface LookUpTools {
  /** The Worker secret `<HOOK>_API_TOKEN`. */
  readonly token: string
  /** Asks over https only, follows no redirect, ends after a few seconds, and bounds the answer. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>
}

/**
 * The whole fields, or why they are not to be had: a sentence for the operator, without the token and without a person.
 * `skip` as of a submission, where only the vendor's answer tells that the event is not for us.
 */
export type LookedUp<fields> =
  | { readonly ok: true; readonly fields: fields; readonly skip?: string | null }
  | { readonly ok: false; readonly message: string }

export interface SourceOptions<payload, fields> {
  /** Its camelCase name in `src/usher.ts`, the API and the logs. */
  readonly name: string
  /** The sender's own spelling of its name. */
  readonly title: string
  readonly kind: SourceKind
  readonly scheme: Scheme
  /** Content types the sender uses, JSON by default. Anything else is held, or answered 415 where `readsAnswer`. */
  readonly accepts?: readonly ContentKind[]
  /** Bytes of the largest body, where it is another than that of its kind: 1 MiB for shops, 256 KiB for the others. */
  readonly maxBodyBytes?: number
  /** Only what is read of the decoded body; senders add fields at any time. */
  readonly payload: v.GenericSchema<unknown, payload>
  /** Members of a body that are secrets of the sender's beside the hook's own: never kept, also where the body cannot be read. */
  readonly secretMembers?: readonly string[]
  /** The people's events in a body of that shape. Headers are for ids that travel there. */
  readonly submissions: (payload: payload, headers: Headers) => readonly Submitted<fields>[]
  /** True where an id travels in a header that the signature does not cover: the body's digest is then a second key. */
  readonly unsignedId?: boolean
  /**
   * True where a visitor can write the id, as an answer of that name: a known id with other people is another lead, and is held
   * instead of being taken for a repeat.
   */
  readonly visitorWritesId?: boolean
  /** True where a person or program reads the answer: 422 with the issues, and `Idempotency-Key` is honoured. */
  readonly readsAnswer?: boolean
  /** True where `fields` may itself be `{ groupName, contacts, create }`, so that a hook needs no `fields` and `invite`. */
  readonly speaksInvite?: boolean
  /**
   * Answers a sender's check of the URL, GET or POST, before anything is verified; null where it is none. It gets the
   * hook's secrets, none while the hook is not ready. What it signs must be of no use as a webhook.
   */
  readonly handshake?: (
    incoming: Incoming,
    secrets: readonly string[],
  ) => Response | null | Promise<Response | null>
  /** The answer that this sender wants in place of ours, once its event is stored, repeated or skipped. */
  readonly acknowledge?: (incoming: Incoming) => Response
  /**
   * For senders that send ids only: asks the vendor, at its one https host, for the rest. It takes its own result, too,
   * since mapping a delivery again looks up again. Written as a method so that every source's fields fit.
   */
  lookUp?(fields: fields, tools: LookUpTools): Promise<LookedUp<fields>>
  /** The status that makes the sender try again later when we are in trouble. 503 by default. */
  readonly busyStatus?: 429 | 503
  readonly sample: (input: SampleInput) => Sample
  /**
   * Where to click, what to paste, for a reader who does not program. `{url}` stands for the hook's, `{secret}` and
   * `{apiToken}` (of a look-up) for the names of its secrets.
   */
  readonly setup: readonly string[]
  /** What the steps say to paste, such as a script, under the name they call it by. It holds no secret. */
  readonly paste?: readonly { readonly name: string; readonly text: string }[]
  /**
   * The hook that a user would begin with, as it stands in `src/config.ts`: that of a form by default. It maps the source's
   * own sample.
   */
  readonly example?: string
  /** What this sender does when something goes wrong, in whole sentences: retries, time-outs, when it switches itself off. */
  readonly fails?: readonly string[]
  /** Where what it sends has no phone number: how a user gets there all the same. */
  readonly phoneless?: string
  /** The vendor's page on webhooks. */
  readonly docs: string
  /** What no page of the vendor's says, in whole sentences. */
  readonly unconfirmed?: readonly string[]
}

/** What a body said: its submissions, or why it is not of the sender's documented shape. */
export type Reading<fields> =
  | { readonly ok: true; readonly submissions: readonly Submission<fields>[] }
  | { readonly ok: false; readonly issues: readonly v.BaseIssue<unknown>[] }

/** A source as hooks use it: its payload's type is its own affair. */
export interface Source<fields = unknown>
  extends Omit<SourceOptions<never, fields>, 'payload' | 'submissions'> {
  readonly accepts: readonly ContentKind[]
  readonly example: string
  /** Reads a decoded body. */
  read(body: unknown, headers: Headers): Reading<fields>
}

/** Describes a sender. */
export function defineSource<payload, fields>(
  options: SourceOptions<payload, fields>,
): Source<fields> {
  const { payload, submissions, ...rest } = options
  return {
    accepts: ['json'],
    example: formExample(rest.name),
    ...rest,
    read(body, headers) {
      const parsed = v.safeParse(payload, body)
      if (!parsed.success) return { ok: false, issues: parsed.issues }
      const submitted = submissions(parsed.output, headers)
      return {
        ok: true,
        submissions: submitted.map(({ skip, ...event }) => (skip ? { ...event, skip } : event)),
      }
    },
  }
}
