/** One person at a time, found by their number: never invite them, erase them, or hand them all that is kept. */

import { accountsOf } from '../operator/desk.ts'
import type { Page, Visit } from './page.ts'
import { Problem } from './parts.tsx'

/** `typed`: what the form was sent with, where nothing came of it. */
export function peoplePage(
  visit: Visit,
  problem?: string,
  typed: { readonly phone?: string; readonly action?: string } = {},
): Page {
  const { phone = '', action = 'suppress' } = typed
  const accounts = accountsOf(visit.desk)
  const body = (
    <div class="stack">
      <div>
        <h1>People</h1>
        <p class="lede">
          Somebody asks to be left out, to be forgotten, or what you hold of them. Of whoever is
          erased only a keyed hash stays, so that no later form brings them back.
        </p>
      </div>
      {problem !== undefined && (
        <Problem title="Nothing was done">
          <p>{problem}</p>
        </Problem>
      )}
      <form class="card tall" method="post" action="/console/people">
        <label>
          Phone number
          <input
            name="phone"
            type="tel"
            value={phone}
            required
            maxlength={64}
            autocomplete="off"
            placeholder="+91 98765 43210"
          />
          <small>With + and the country code. It is sent in the form, never in the address.</small>
        </label>
        <fieldset class="choices">
          <legend class="soft small">What for</legend>
          <Choice value="suppress" title="Never invite" picked={action}>
            From now on they are left out of every group
            {accounts.length > 1 ? ', in all accounts' : ''}.
          </Choice>
          <Choice value="unsuppress" title="May be invited again" picked={action}>
            Takes “never invite” back.
          </Choice>
          <Choice value="export" title="Download what is kept" picked={action}>
            Every delivery, group and consent of theirs, as a JSON file.
          </Choice>
          <Choice value="erase" title="Erase everywhere" picked={action}>
            Deletes their number and what they sent, in every delivery. They are never invited
            again. This cannot be taken back.
          </Choice>
        </fieldset>
        <label class="tick">
          <input type="checkbox" name="sure" value="yes" />
          Yes, erase (only needed to erase)
        </label>
        <div>
          <button class="main" type="submit">
            Do it
          </button>
        </div>
      </form>
    </div>
  )
  return { title: 'People', place: 'people', body, status: problem ? 400 : 200 }
}

function Choice(props: { value: string; title: string; picked: string; children?: unknown }) {
  const { value, title, picked, children } = props
  return (
    <label class="tick">
      <input type="radio" name="action" value={value} checked={value === picked} required />
      <span>
        <strong>{title}</strong>
        <br />
        <span class="soft">{children}</span>
      </span>
    </label>
  )
}
