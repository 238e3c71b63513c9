/** The login: one field, and why it was refused. */

import { Field, Submit } from './controls.tsx'
import type { Page } from './page.ts'
import { ErrorNotice, Heading } from './parts.tsx'
import { Carried, type Unsent } from './unsent.tsx'
import { DONE } from './words.ts'

type LoginRefusal =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'foreign' }

/** `next`: where to after it. `unsent`: what they had filled in, which is kept for them. */
export function loginPage(
  next: string,
  refusal: LoginRefusal | null,
  done: string | null,
  unsent: Unsent | null = null,
): Page {
  const said = done === null ? undefined : DONE.get(done)
  const body = (
    <div class="gate">
      <Heading title="Usher">Log in with the admin secret.</Heading>
      {said !== undefined && (
        <p class="notice" role="status">
          {said}
        </p>
      )}
      {unsent !== null && (
        <p>
          What you had filled in is kept, and nothing has been done yet: <q>{unsent.what}</q>.
        </p>
      )}
      {refusal !== null && <ErrorNotice title={reason(refusal)} />}
      <form class="tall" method="post" action="/console/login">
        <input type="hidden" name="next" value={next} />
        {unsent !== null && <Carried unsent={unsent} />}
        <Field
          label="Admin secret"
          name="secret"
          type="password"
          required
          autofocus
          autocomplete="current-password"
          maxlength={256}
          note="The Worker’s secret ADMIN_SECRET. npm start prints it."
        />
        <Submit look="main">Log in</Submit>
      </form>
    </div>
  )
  const status = refusal === null ? 200 : refusal.kind === 'wait' ? 429 : 400
  return { title: 'Log in', place: null, body, status }
}

function reason(refusal: LoginRefusal): string {
  switch (refusal.kind) {
    case 'wrong':
      return 'That is not the admin secret.'
    case 'wait':
      return `Too many wrong ones from here. Try again in ${Math.ceil(refusal.seconds / 60)} minutes.`
    case 'foreign':
      return 'That form did not come from this page. Try again.'
  }
}

/** What is said where no login by the secret is possible. */
export function shutPage(title: string, text: string): Page {
  const body = (
    <div class="gate">
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  )
  return { title, place: null, body }
}
