/** A file of people for one hook: each row's outcome first, and then posting them step by step. */

import * as v from 'valibot'
import { hookOf } from '../operator/admin.ts'
import {
  foresee,
  type InviteForecast,
  MOST_ROWS,
  type Posted,
  postRows,
} from '../operator/invite-people.ts'
import { outcomeText } from '../operator/invite-rows.ts'
import { Field, Hidden, Submit } from './controls.tsx'
import type { FormAnswer, Html, Page, Sent, Visit } from './page.ts'
import { ErrorNotice, Heading, notFoundPage, Table } from './parts.tsx'
import { several } from './words.ts'

const count = v.optional(v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number)), '0')
const formSchema = v.object({
  text: v.optional(v.string(), ''),
  file: v.optional(v.file()),
  go: v.optional(v.literal('yes')),
  from: count,
  posted: count,
  left: count,
})

/** Where a file is pasted or chosen. */
export function invitePage(visit: Visit, name: string, problem: string | null = null): Page {
  if (hookOf(visit.admin, name) === null) return notFoundPage('hook')
  const body = (
    <Frame name={name} title="Invite a list of people">
      {problem !== null && <ErrorNotice title="Nothing was done" lines={[problem]} />}
      <form
        class="card tall"
        method="post"
        action={`/console/hooks/${name}/invite`}
        enctype="multipart/form-data"
      >
        <p class="soft">
          Each row is posted as the sender would post it: signed, by the same mapping and rule of
          consent. The first line names the columns as the hook’s fields and consent do. At most{' '}
          {String(MOST_ROWS)} rows; npm run invite takes more.
        </p>
        <Field label="A file of CSV" name="file" type="file" accept=".csv,text/csv,text/plain" />
        <label>
          Or its text
          <textarea
            name="text"
            rows={10}
            spellcheck={false}
            placeholder="phone,cohort,whatsapp_ok"
          />
        </label>
        <Submit look="main">Show what would become of each</Submit>
      </form>
    </Frame>
  )
  return { title: 'Invite', place: 'hooks', body, status: problem === null ? 200 : 409 }
}

export async function inviteForm(visit: Visit, { id: name, fields }: Sent): Promise<FormAnswer> {
  if (hookOf(visit.admin, name) === null) return notFoundPage('hook')
  const form = v.safeParse(formSchema, fields)
  if (!form.success) return invitePage(visit, name, 'Choose a file, or paste its text.')
  const { file, go, from, posted, left } = form.output
  const text = file !== undefined && file.size > 0 ? await file.text() : form.output.text
  if (text.trim() === '') return invitePage(visit, name, 'Choose a file, or paste its text.')
  if (go === undefined) {
    const foreseen = await foresee(visit.admin, name, text)
    if ('because' in foreseen) return invitePage(visit, name, foreseen.because)
    return planPage(name, text, foreseen)
  }
  const step = await postRows(visit.admin, name, text, from)
  if ('because' in step) return invitePage(visit, name, step.because)
  return stepPage(name, text, {
    ...step,
    posted: step.posted + posted,
    leftOut: step.leftOut + left,
  })
}

function planPage(
  name: string,
  text: string,
  { outcomes, plan }: Exclude<InviteForecast, { because: string }>,
): Page {
  const good = outcomes.filter(({ joins }) => joins !== null).length
  const { people, groups, days, leadsPerDay } = plan
  const body = (
    <Frame name={name} title={`${good} of ${outcomes.length} rows would go`}>
      <div class="card">
        <p>
          {`${several(people, 'person', 'people')} in ${several(groups, 'group')}, which takes ${several(days, 'day')} at the account’s pace with nothing else waiting.`}
        </p>
        {good > leadsPerDay && (
          <p class="notice wait">{`More than ${leadsPerDay} a day are held as a burst, which is the hook’s leadsPerDay.`}</p>
        )}
        <p class="soft">Nothing was stored or sent yet. Rows that would be held are left out.</p>
        <div class="row">
          {good > 0 && <Go name={name} text={text} label={`Post ${several(good, 'row')}`} />}
          <a class="button" href={`/console/hooks/${name}/invite`}>
            Another file
          </a>
        </div>
      </div>
      <div class="card">
        <Table
          columns={[
            { head: 'Row', look: 'lead' },
            { head: 'What would become of it', label: 'Outcome' },
          ]}
          rows={outcomes.map((outcome) => [String(outcome.number), outcomeText(outcome)])}
        />
      </div>
    </Frame>
  )
  return { title: 'Invite', place: 'hooks', body }
}

function stepPage(name: string, text: string, step: Exclude<Posted, { because: string }>): Page {
  const { posted, leftOut, rows, next, stuck } = step
  const body = (
    <Frame name={name} title={next === null ? 'All rows are posted' : 'Posting …'}>
      <div class="card">
        <progress aria-label="Progress" max={Math.max(rows, 1)} value={next ?? rows} />
        <p role="status">{`${posted} posted, ${leftOut} left out, of ${several(rows, 'row')}`}</p>
        {stuck !== null && (
          <p class="notice bad">{`Row ${stuck.number} is answered ${stuck.status}. The rows before it are posted.`}</p>
        )}
        <div class="row">
          {next !== null && (
            <Go
              name={name}
              text={text}
              label="Go on"
              at={{ next, posted, leftOut }}
              itself={stuck === null}
            />
          )}
          <a class="button" href={`/console/deliveries?hook=${name}`}>
            {next === null ? 'What becomes of them' : 'Stop here'}
          </a>
        </div>
      </div>
    </Frame>
  )
  return { title: 'Invite', place: 'hooks', body }
}

/** The form of the next step. `itself`: the script sends it. */
function Go(props: {
  name: string
  text: string
  label: string
  at?: { readonly next: number; readonly posted: number; readonly leftOut: number }
  itself?: boolean
}): Html {
  const { name, text, label, at = { next: 0, posted: 0, leftOut: 0 }, itself = false } = props
  return (
    <form
      method="post"
      action={`/console/hooks/${name}/invite`}
      {...(itself && { 'data-go-on': true })}
    >
      <textarea name="text" hidden aria-label="The file">
        {text}
      </textarea>
      <Hidden values={{ go: 'yes', from: at.next, posted: at.posted, left: at.leftOut }} />
      <Submit look="main">{label}</Submit>
    </form>
  )
}

function Frame(props: { name: string; title: string; children: Html | (Html | false)[] }): Html {
  const { name, title, children } = props
  return (
    <div class="stack">
      <Heading
        above={[
          ['/console/hooks', 'Hooks'],
          [`/console/hooks/${name}`, name],
        ]}
        title={title}
      />
      {children}
    </div>
  )
}
