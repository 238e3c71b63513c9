/** The fields of a payload, the one that was tried or the last that came, to be clicked: which is the number, which names the group. Out comes what goes into `src/config.ts`. */

import { countryCodes } from '../mapping/phone/index.ts'
import type { EventPreview, HookDetails } from '../operator/shapes.ts'
import { fieldList, type ListedField } from '../operator/snippet.ts'
import { Field, Paste, Select, Submit } from './controls.tsx'
import type { Html } from './page.ts'
import { Card, type Column, Empty, Table } from './parts.tsx'
import type { Tried } from './preview.tsx'

/** What was picked, as the form sent it: after an answer it is still picked. */
export type Picked = Readonly<Record<string, readonly string[]>>

/** The event of a payload that is picked from: the first that is for the hook, else the first. */
export function eventIn({ made }: Tried): EventPreview | null {
  const events = made.ok ? made.events : []
  return events.find(({ skip }) => skip === null) ?? events[0] ?? null
}

export function FieldPicker(props: {
  hook: HookDetails
  tried: Tried | null
  snippet: string | null
  picked: Picked
}): Html {
  const { hook, tried, snippet, picked } = props
  const event = tried && eventIn(tried)
  const shown = tried && event ? { id: tried.from, fields: event.fields } : hook.lastFields
  return (
    <Card id="fields" title={event ? 'Fields of this payload' : 'Fields of the last payload'}>
      {shown !== null ? (
        <Picker
          hook={hook}
          id={shown.id}
          payload={event ? (tried?.payload ?? '') : ''}
          fields={fieldList(shown.fields)}
          picked={picked}
        />
      ) : (
        <Empty title="Nothing has been kept yet">
          Paste a payload above, or wait for the first lead: its fields are listed here, and you
          pick from them.
        </Empty>
      )}
      {snippet !== null && <Snippet text={snippet} />}
    </Card>
  )
}

const COLUMNS: readonly Column[] = [
  'Field',
  { head: 'Value', look: 'name' },
  { head: 'Kind', look: 'soft' },
  'Number',
  'Group',
  'Consent',
]

function Picker(props: {
  hook: HookDetails
  /** The lead whose fields these are; null: they are of the payload. */
  id: string | null
  payload: string
  fields: readonly ListedField[]
  picked: Picked
}): Html {
  const { hook, id, payload, fields, picked } = props
  const rows = fields.map(({ path, value }) => {
    const text = path.join('.')
    const key = JSON.stringify(path)
    const pick = (type: string, name: string, what: string) => (
      <input
        type={type}
        name={name}
        value={key}
        checked={picked[name]?.includes(key) ?? false}
        required={name === 'phone'}
        aria-label={`${text} ${what}`}
      />
    )
    return [
      <code>
        <bdi>{text}</bdi>
      </code>,
      <bdi>{value === null ? 'nothing' : String(value).slice(0, 200)}</bdi>,
      value === null ? 'nothing' : typeof value === 'string' ? 'text' : typeof value,
      pick('radio', 'phone', 'is the number'),
      pick('checkbox', 'named', 'names the group'),
      pick('radio', 'consent', 'is the consent'),
    ]
  })
  return (
    <form class="tall" method="post" action={`/console/hooks/${hook.name}/snippet#snippet`}>
      {id === null ? (
        <textarea name="payload" hidden>
          {payload}
        </textarea>
      ) : (
        <input type="hidden" name="use" value={id} />
      )}
      <p class="soft">
        From {id === null ? 'the payload above' : <a href={`/console/deliveries/${id}`}>{id}</a>}.
        Pick the number, what the group is named after, and the question of consent: Usher writes
        the hook for you.
      </p>
      <Table columns={COLUMNS} rows={rows} />
      <div class="fields">
        <Field
          label="The group’s name begins with"
          name="prefix"
          value={picked.prefix?.[0]}
          maxlength={60}
          placeholder="Webinar"
        />
        <Select
          name="country"
          label="Country of numbers without one"
          value={picked.country?.[0]}
          none="None"
          options={COUNTRIES}
        />
        <Submit look="main">Write the hook</Submit>
      </div>
    </form>
  )
}

function Snippet({ text }: { text: string }): Html {
  return (
    <div id="snippet">
      <Paste id="snippet-text" title="For src/config.ts" text={text}>
        <span class="soft small">
          Put it into <code>hooks</code> in place of the hook of this name, run{' '}
          <code>npm run check</code>, and deploy.
        </span>
      </Paste>
    </div>
  )
}

const REGIONS = new Intl.DisplayNames('en', { type: 'region' })
/** Every country by its name, in the order of the names. */
const COUNTRIES = countryCodes()
  .map((code) => [code, REGIONS.of(code) ?? code] as const)
  .toSorted(([, one], [, other]) => one.localeCompare(other, 'en'))
