/** The fields of the last payload, to be clicked: which is the number, which names the group. Out comes what goes into `src/config.ts`. */

import { fieldList, type ListedField } from '../operator/field-list.ts'
import type { HookDetails } from '../operator/hooks.ts'
import type { Html } from './html.ts'
import { Empty } from './parts.tsx'

/** What was picked, as the form sent it: after an answer it is still picked. */
export type Picked = Readonly<Record<string, readonly string[]>>

export function FieldPicker(props: {
  hook: HookDetails
  snippet: string | null
  picked: Picked
}): Html {
  const { hook, snippet, picked } = props
  return (
    <section class="card" id="fields" aria-labelledby="fields-title">
      <h2 id="fields-title">Fields of the last payload</h2>
      {hook.lastFields === null ? (
        <Empty title="Nothing has been kept yet">
          Once a lead has arrived its fields are listed here, and you can pick from them.
        </Empty>
      ) : (
        <Picker
          hook={hook}
          id={hook.lastFields.id}
          fields={fieldList(hook.lastFields.fields)}
          picked={picked}
        />
      )}
      {snippet !== null && <Snippet text={snippet} />}
    </section>
  )
}

function Picker(props: {
  hook: HookDetails
  id: string
  fields: readonly ListedField[]
  picked: Picked
}): Html {
  const { hook, id, fields, picked } = props
  const isPicked = (name: string, key: string) => picked[name]?.includes(key) ?? false
  return (
    <form class="tall" method="post" action={`/console/hooks/${hook.name}/snippet#snippet`}>
      <p class="soft">
        From <a href={`/console/deliveries/${id}`}>{id}</a>. Pick the number, what the group is
        named after, and the question of consent: Usher writes the hook for you.
      </p>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">Kind</th>
            <th scope="col">Number</th>
            <th scope="col">Group</th>
            <th scope="col">Consent</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ path, value }) => {
            const name = path.join('.')
            const key = JSON.stringify(path)
            return (
              <tr>
                <td>
                  <code>
                    <bdi>{name}</bdi>
                  </code>
                </td>
                <td data-label="Value" class="name">
                  <bdi>{value === null ? 'nothing' : String(value).slice(0, 200)}</bdi>
                </td>
                <td data-label="Kind" class="soft">
                  {value === null ? 'nothing' : typeof value === 'string' ? 'text' : typeof value}
                </td>
                <td data-label="Number">
                  <input
                    type="radio"
                    name="phone"
                    value={key}
                    checked={isPicked('phone', key)}
                    required
                    aria-label={`${name} is the number`}
                  />
                </td>
                <td data-label="Group">
                  <input
                    type="checkbox"
                    name="named"
                    value={key}
                    checked={isPicked('named', key)}
                    aria-label={`${name} names the group`}
                  />
                </td>
                <td data-label="Consent">
                  <input
                    type="radio"
                    name="consent"
                    value={key}
                    checked={isPicked('consent', key)}
                    aria-label={`${name} is the consent`}
                  />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <div class="fields">
        <label>
          The group’s name begins with
          <input
            name="prefix"
            value={picked.prefix?.[0]}
            maxlength={60}
            autocomplete="off"
            placeholder="Webinar"
          />
        </label>
        <label>
          Country of numbers without one
          <input
            name="country"
            value={picked.country?.[0]}
            maxlength={2}
            pattern="[A-Za-z]{2}"
            autocomplete="off"
            placeholder="IN"
          />
        </label>
        <div>
          <button class="main" type="submit">
            Write the hook
          </button>
        </div>
      </div>
    </form>
  )
}

function Snippet({ text }: { text: string }): Html {
  return (
    <div class="stack" id="snippet">
      <h3>For src/config.ts</h3>
      <pre>
        <code id="snippet-text">{text}</code>
      </pre>
      <p class="row">
        <button type="button" data-copy="snippet-text" hidden>
          Copy
        </button>
        <span class="soft small">
          Put it into <code>hooks</code> in place of the hook of this name, run{' '}
          <code>npm run check</code>, and deploy.
        </span>
      </p>
    </div>
  )
}
