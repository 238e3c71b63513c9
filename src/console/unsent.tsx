/** A form that was sent after the session ended: it travels through the login, and is sent only when the operator confirms it. */

import * as v from 'valibot'
import type { OperatorContext } from '../operator/admin.ts'
import { isFromOwnPage } from '../operator/guard.ts'
import { isSealed, newNonce, sealOf, unsentCookie } from '../operator/session.ts'
import { Hidden, Submit } from './controls.tsx'
import type { Html, Page } from './page.ts'
import { Fact, Heading } from './parts.tsx'

const unsentSchema = v.object({
  /** Where the form posts to. */
  path: v.string(),
  fields: v.array(v.tuple([v.string(), v.string()])),
})

type Form = v.InferOutput<typeof unsentSchema>

export interface Unsent extends Form {
  /** What it would do, as a sentence. */
  readonly what: string
  /** How it travels. The seal ties it to the browser that sent it, so that no stranger can make an operator send another. */
  readonly carried: string
  readonly seal: string
}

const CARRIED = 'unsent'
const SEAL = 'seal'

/** The form of a page of ours that came without a session; null: it is none. */
export async function unsentOf(
  c: OperatorContext,
  [secret = '']: readonly string[],
): Promise<Unsent | null> {
  if (c.req.method !== 'POST' || !isFromOwnPage(c.req.raw)) return null
  const { pathname, search } = new URL(c.req.url)
  const form = { path: `${pathname}${search}`, fields: texts(await c.req.parseBody({ all: true })) }
  const what = inWords(form)
  if (what === null) return null
  const nonce = unsentCookie.read(c) ?? newNonce()
  unsentCookie.set(c, nonce)
  const carried = JSON.stringify(form)
  return { ...form, what, carried, seal: await sealOf(carried, nonce, secret) }
}

/** What the login's own form carries on. */
export async function carriedBy(
  c: OperatorContext,
  form: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): Promise<Unsent | null> {
  const { [CARRIED]: carried, [SEAL]: seal } = form
  const nonce = unsentCookie.read(c)
  if (typeof carried !== 'string' || typeof seal !== 'string' || nonce === null) return null
  if (!(await isSealed(seal, carried, nonce, secrets))) return null
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), unsentSchema), carried)
  const what = read.success ? inWords(read.output) : null
  return read.success && what !== null ? { ...read.output, what, carried, seal } : null
}

export function Carried({ unsent: { carried, seal } }: { unsent: Unsent }): Html {
  return <Hidden values={{ [CARRIED]: carried, [SEAL]: seal }} />
}

/** After the login: what it was, and the button that sends it. */
export function unsentPage({ path, fields, what }: Unsent): Page {
  const body = (
    <div class="stack">
      <Heading title="Nothing has been done yet">
        Your session had ended when you sent this. Is it still meant?
      </Heading>
      <form class="card tall" method="post" action={path}>
        <h2>{what}</h2>
        <dl class="json">
          {fields
            .filter(([, value]) => value !== '')
            .map(([name, value]) => (
              <Fact title={name}>
                <bdi>{value}</bdi>
              </Fact>
            ))}
        </dl>
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <div class="row">
          <Submit look="main">Send it now</Submit>
          <a href="/console">Leave it</a>
        </div>
      </form>
    </div>
  )
  return { title: 'Not sent yet', place: null, body }
}

/** The forms of the console, and what each would do. */
const FORMS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'accounts/:id/pause': 'Pause the account :id',
    'accounts/:id/resume': 'Resume the account :id',
    'hooks/:id/pause': 'Pause the hook :id',
    'hooks/:id/resume': 'Resume the hook :id',
    'hooks/:id/preview': 'Preview what the hook :id makes of a payload',
    'hooks/:id/snippet': 'Write a mapping for the hook :id',
    'hooks/:id/invite': 'Invite the people of a file through the hook :id',
    'hooks/:id/test': 'Send a test through the hook :id',
    'deliveries/:id/reveal': 'Show the numbers of the lead :id',
    'deliveries/:id/suppress': 'Leave a person of the lead :id out of every group',
    'deliveries/:id/erase': 'Erase a person of the lead :id',
    'deliveries/:id/release': 'Release the lead :id',
    'deliveries/:id/create': 'Let the lead :id create its group',
    'deliveries/:id/exact': 'Send the lead :id again',
    'deliveries/:id/remap': 'Map the lead :id again',
    'deliveries/:id/discard': 'Discard the lead :id',
    'deliveries/:id/edit': 'Change the lead :id and send it',
    deliveries: 'Search for leads',
    'deliveries.csv': 'Download leads with their full numbers',
    'groups/:id': 'Correct the group :id',
    people: 'Look up or change one person, as below',
    bulk: 'Do the same to many leads, as below',
  }),
)
const FORM_PATH = /^\/console\/([\w.]+)(?:\/([\w-]+)(\/\w+)?)?(?:\?|$)/

/** Null: no form of the console posts there. */
function inWords({ path }: Form): string | null {
  const [, place = '', id, verb = ''] = FORM_PATH.exec(path) ?? []
  if (id === undefined) return FORMS.get(place) ?? null
  return FORMS.get(`${place}/:id${verb}`)?.replace(':id', id) ?? null
}

function texts(form: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  return Object.entries(form).flatMap(([name, value]) => {
    const values = [value].flat().filter((one) => typeof one === 'string')
    return values.map((one): [string, string] => [name, one])
  })
}
