/** Login and logout: who is sent to them, and their page. */

import { log } from '../lib/log.ts'
import { accessSettings } from '../operator/access.ts'
import type { Dispatch, OperatorContext } from '../operator/admin.ts'
import { adminOf, noteAt } from '../operator/admin.ts'
import { adminSecrets } from '../operator/admin-secret.ts'
import { addressOf, guesses, isFromOwnPage, noteGuess } from '../operator/guard.ts'
import { newSession, sessionCookie } from '../operator/session.ts'
import { isOneOf } from '../schemes/secret.ts'
import type { Config } from '../setup/define-config.ts'
import { Field, Submit } from './controls.tsx'
import { render } from './layout.tsx'
import type { Page } from './page.ts'
import { ErrorNotice, Heading } from './parts.tsx'
import { Carried, carriedBy, type Unsent, unsentOf, unsentPage } from './unsent.tsx'
import { DONE } from './words.ts'

const HOME = '/console'

/** A visitor without a session: to the login, and back here afterwards. */
export async function turnAway(c: OperatorContext): Promise<Response> {
  if (c.req.header('x-usher-part') !== undefined) return c.body(null, 401)
  // A link in a chat brings no `SameSite=Strict` cookie. The same request from a page of our own does.
  const fromElsewhere = c.req.header('sec-fetch-site') === 'cross-site' && c.req.method === 'GET'
  if (fromElsewhere) return c.body(null, 200, { refresh: '0', 'cache-control': 'no-store' })
  const secrets = adminSecrets(c.env)
  const unsent = secrets.ok && shutWhy(c) === null ? await unsentOf(c, secrets.values) : null
  if (unsent !== null) {
    const page = loginPage(HOME, null, 'expired', unsent)
    return withCookies(c, await render(c, { ...page, status: 401 }, null))
  }
  const expired = sessionCookie.read(c) !== null
  const { pathname, search } = new URL(c.req.url)
  const next = c.req.method === 'GET' ? `${pathname}${search}` : HOME
  const query = new URLSearchParams({ next, ...(expired && { done: 'expired' }) })
  return c.redirect(`/console/login?${query}`, 303)
}

export async function showLogin(c: OperatorContext): Promise<Response> {
  const shut = shutWhy(c)
  if (shut !== null) return render(c, shut, null)
  const done = c.req.query('done') ?? null
  return render(c, loginPage(safeNext(c.req.query('next')), null, done), null)
}

export async function logIn(
  c: OperatorContext,
  config: Config,
  dispatch: Dispatch,
): Promise<Response> {
  const shut = shutWhy(c)
  const secrets = adminSecrets(c.env)
  if (shut !== null || !secrets.ok) return showLogin(c)
  const form = await c.req.parseBody({ all: true })
  const next = safeNext(form.next)
  const isOwn = isFromOwnPage(c.req.raw)
  const unsent = isOwn ? await carriedBy(c, form, secrets.values) : null
  const refuse = (reason: string, title: string, status: LoginRefusal['status'] = 400) => {
    log('login.refused', { reason })
    return render(c, loginPage(next, { title, status }, null, unsent), null)
  }
  if (!isOwn) return refuse('foreign', 'That form did not come from this page. Try again.')
  const now = Date.now()
  const seconds = guesses.waitSeconds(addressOf(c), now)
  if (seconds !== null) {
    const minutes = Math.ceil(seconds / 60)
    return refuse('wait', `Too many wrong ones from here. Try again in ${minutes} minutes.`, 429)
  }
  const given = typeof form.secret === 'string' ? form.secret.trim() : ''
  if (!(await isOneOf(given, secrets.values))) {
    await noteGuess(c, config, given, now)
    return refuse('wrong', 'That is not the admin secret.')
  }
  sessionCookie.set(c, await newSession(given, now))
  log('login', {})
  await noteAt(adminOf(c, config, dispatch, 'console'), 'login', 'console')
  if (unsent === null) return c.redirect(next, 303)
  return withCookies(c, await render(c, unsentPage(unsent), null))
}

/** The page with the cookies that were set for it: hono adds them only to what it makes itself. */
function withCookies(c: OperatorContext, page: Response): Response {
  return c.newResponse(page.body, page)
}

export function logOut(c: OperatorContext): Response {
  sessionCookie.drop(c)
  return c.redirect('/console/login?done=logged_out', 303)
}

/** Where the login leads is in its address, which a stranger may have written: only pages of ours. */
function safeNext(next: unknown): string {
  const path = typeof next === 'string' ? next : ''
  const ours = /^\/console(?:[/?][!-[\]-~]*)?$/.test(path) && !/\.\.|%2e/i.test(path)
  return ours && !path.startsWith('/console/log') ? path : HOME
}

function shutWhy(c: OperatorContext) {
  const secrets = adminSecrets(c.env)
  if (!secrets.ok) {
    return shutPage(
      'The console is shut',
      `${secrets.because}. Set the Worker’s secret ADMIN_SECRET to 24 random characters or more: npx wrangler secret put ADMIN_SECRET`,
    )
  }
  const access = accessSettings(c.env)
  if (access === null) return null
  if ('missing' in access) {
    return shutPage(
      'The console is shut',
      `Cloudflare Access is half set up: ${access.missing} is missing. Set it, or remove the other variable to log in with the admin secret.`,
    )
  }
  return shutPage(
    'Come in through Cloudflare Access',
    'This console takes only requests that come through Access. This one came without its token: is /console protected by the application whose audience is ACCESS_AUD?',
  )
}

interface LoginRefusal {
  readonly title: string
  readonly status: 400 | 429
}

/** `next`: where to after it. `unsent`: what they had filled in, which is kept for them. */
function loginPage(
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
      {refusal !== null && <ErrorNotice title={refusal.title} />}
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
  return { title: 'Log in', place: null, body, status: refusal?.status ?? 200 }
}

/** What is said where no login by the secret is possible. */
function shutPage(title: string, text: string): Page {
  const body = (
    <div class="gate">
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  )
  return { title, place: null, body }
}
