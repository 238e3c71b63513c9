/** One person at a time, found by their number: never invite them, erase them, or hand them all that is kept. */

import { accountsOf } from '../operator/admin.ts'
import type { KnownPerson } from '../outbox/admin/people.ts'
import { PhoneField, Submit, Tick } from './controls.tsx'
import type { Html, Page, Visit } from './page.ts'
import { Badge, Card, DeliveryTable, Empty, ErrorNotice, Heading, Time } from './parts.tsx'

/** What the form has to say. */
interface Extra {
  readonly problem?: string
  /** What it was sent with. */
  readonly typed?: { readonly phone?: string; readonly action?: string }
  readonly known?: readonly (KnownPerson & { readonly account: string })[]
}

export function peoplePage(visit: Visit, { problem, typed = {}, known }: Extra = {}): Page {
  const { phone = '', action = 'show' } = typed
  const accounts = accountsOf(visit.admin)
  const body = (
    <div class="stack">
      <Heading title="People">
        For a person who asks to be left out, to be forgotten, or what you hold of them. After
        erasing only a keyed hash stays, so that no later form brings them back.
      </Heading>
      {problem !== undefined && <ErrorNotice title="Nothing was done" lines={[problem]} />}
      <form class="card tall" method="post" action="/console/people">
        <PhoneField
          label="Phone number"
          value={phone}
          required
          note="As people write it. It is sent in the form, never in the address."
        />
        <fieldset class="tall">
          <legend class="soft small">What for</legend>
          <Choice value="show" title="Show what is known" picked={action}>
            Their leads and groups, on this page. The audit log says that you looked.
          </Choice>
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
        <Tick name="sure">Yes, erase (only needed to erase)</Tick>
        <Submit look="main">Do it</Submit>
      </form>
      {known !== undefined && <Known known={known} visit={visit} />}
    </div>
  )
  return { title: 'People', place: 'people', body, status: problem ? 400 : 200 }
}

/** What is known of a number, by account. */
function Known({ known, visit }: { known: NonNullable<Extra['known']>; visit: Visit }): Html {
  const some = known.filter(
    ({ leads, groups, suppressed }) => leads.length + groups.length + suppressed.length > 0,
  )
  return (
    <Card id="known" title="What is known of this number">
      {some.length === 0 && <Empty title="Nothing is known of this number" />}
      {some.map(({ account, leads, more, groups, suppressed }) => (
        <div class="stack">
          {known.length > 1 && <h3>Account {account}</h3>}
          {suppressed.map(({ group, since }) => (
            <p>
              <Badge tone="wait">Never to be invited</Badge>{' '}
              {group === null ? 'to any group' : `to ${group}`}, since{' '}
              <Time at={since} clock={visit.clock} />
            </p>
          ))}
          {groups.map(({ group, acceptedAt }) => (
            <p>
              EazyBe accepted them for <bdi>{group}</bdi>{' '}
              <Time at={acceptedAt} clock={visit.clock} />
            </p>
          ))}
          {leads.length > 0 && <DeliveryTable deliveries={leads} clock={visit.clock} />}
          {more && <p class="soft">There are more: the download has all of them.</p>}
        </div>
      ))}
    </Card>
  )
}

function Choice(props: { value: string; title: string; picked: string; children?: unknown }) {
  const { value, title, picked, children } = props
  return (
    <Tick type="radio" name="action" value={value} checked={value === picked} required>
      <span>
        <strong>{title}</strong>
        <br />
        <span class="soft">{children}</span>
      </span>
    </Tick>
  )
}
