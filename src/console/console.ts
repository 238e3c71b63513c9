/** `/console`: the pages of the people who keep Usher running. Everything works without a script; forms post and lead back. */

import { Hono } from 'hono'
import { stoppedAccounts } from '../operator/accounts.ts'
import {
  adminOf,
  type Dispatch,
  type OperatorContext,
  type OperatorEnv,
} from '../operator/admin.ts'
import { admit, bounded, refuse } from '../operator/guard.ts'
import type { Config } from '../setup/define-config.ts'
import { auditPage } from './audit.tsx'
import { bulkForm, bulkPage } from './bulk.tsx'
import { Clock } from './clock.ts'
import { deliveriesPage } from './deliveries.tsx'
import { deliveryPage } from './delivery.tsx'
import { deliveryForm } from './delivery-forms.ts'
import { exportDeliveries } from './export.ts'
import { searchForm } from './filter-form.tsx'
import { changeGroupForm, pauseForm, personForm } from './forms.ts'
import { groupPage } from './group.tsx'
import { groupsPage } from './groups.tsx'
import { hookPage } from './hook.tsx'
import { pauseHookForm, previewForm, snippetForm, testForm } from './hook-forms.ts'
import { hooksPage } from './hooks.tsx'
import { inviteForm, invitePage } from './invite.tsx'
import { ASSETS, render } from './layout.tsx'
import { logIn, logOut, showLogin, turnAway } from './login.tsx'
import { overviewPage } from './overview.tsx'
import type { FormAnswer, Page, Sent, Visit } from './page.ts'
import { notFoundPage } from './parts.tsx'
import { peoplePage } from './people.tsx'
import { referencePage } from './reference.tsx'
import { settingsPage } from './settings.tsx'
import { senderSetupPage, sendersPage, setupPage } from './setup.tsx'

const FOREVER = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
}

/** The console over a config's accounts and hooks. */
export function operatorConsole(config: Config, dispatch: Dispatch): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  for (const { path, type, text } of ASSETS)
    app.get(path, (c) => c.body(text, 200, { ...FOREVER, 'content-type': type }))
  app.use('/console/*', bounded())
  app.get('/console/login', showLogin)
  app.post('/console/login', (c) => logIn(c, config, dispatch))
  app.use('/console/*', async (c, next) => {
    const admitted = await admit(c, config)
    if ('identity' in admitted) {
      c.set('admin', adminOf(c, config, dispatch, admitted.identity.actor))
      return next()
    }
    const { reason } = admitted.refusal
    if (reason === 'not_admin' || reason === 'shut') return turnAway(c)
    return refuse(admitted.refusal)
  })
  pages(app)
  forms(app)
  app.all('/console/*', async (c) => render(c, notFoundPage('page'), await visitOf(c)))
  return app
}

function pages(app: Hono<OperatorEnv>): void {
  const page = (
    path: string,
    make: (visit: Visit, params: URLSearchParams, id: string) => Page | Promise<Page>,
  ) => {
    app.get(path, async (c) => {
      const visit = await visitOf(c)
      const params = new URL(c.req.url).searchParams
      return render(c, await make(visit, params, c.req.param('id') ?? ''), visit)
    })
  }
  page('/console', overviewPage)
  page('/console/deliveries', deliveriesPage)
  page('/console/deliveries/:id', (visit, _, id) => deliveryPage(visit, id))
  app.get('/console/bulk', (c, next) =>
    c.req.query('action') === undefined ? backToList(c) : next(),
  )
  page('/console/bulk', bulkPage)
  page('/console/groups', groupsPage)
  page('/console/groups/:id', (visit, _, id) => groupPage(visit, id))
  page('/console/people', (visit) => peoplePage(visit))
  page('/console/hooks', hooksPage)
  page('/console/hooks/:id', (visit, _, id) => hookPage(visit, id))
  page('/console/hooks/:id/setup', (visit, _, id) => setupPage(visit, id))
  page('/console/hooks/:id/invite', (visit, _, id) => invitePage(visit, id))
  page('/console/senders', () => sendersPage())
  page('/console/senders/:id', (visit, _, id) => senderSetupPage(visit, id))
  page('/console/audit', auditPage)
  page('/console/settings', settingsPage)
  page('/console/api', referencePage)
  app.get('/console/deliveries.csv', async (c) => exportDeliveries(c, await visitOf(c), false))
  app.post('/console/deliveries.csv', async (c) => exportDeliveries(c, await visitOf(c), true))
}

function forms(app: Hono<OperatorEnv>): void {
  app.post('/console/logout', logOut)
  const form = (path: string, take: (visit: Visit, sent: Sent) => Promise<FormAnswer>) => {
    // A reload of a form's answer means the page that it belongs to.
    app.get(path, (c) => c.redirect(pageOfForm(c.req.url), 303))
    app.post(path, async (c) => {
      const visit = await visitOf(c)
      const answer = await take(visit, {
        id: c.req.param('id') ?? '',
        verb: c.req.param('verb') ?? '',
        query: new URL(c.req.url).searchParams,
        fields: await c.req.parseBody({ all: true }),
      })
      if (answer instanceof Response) return answer
      if ('to' in answer) return c.redirect(answer.to, 303)
      // What was done may have stopped an account, or started it.
      return render(c, answer, await visitOf(c))
    })
  }
  form('/console/bulk', bulkForm)
  form('/console/deliveries', searchForm)
  form('/console/accounts/:id/:verb', pauseForm)
  form('/console/deliveries/:id/:verb', deliveryForm)
  form('/console/groups/:id', changeGroupForm)
  form('/console/people', personForm)
  form('/console/hooks/:id/pause', (visit, sent) => pauseHookForm(visit, sent, true))
  form('/console/hooks/:id/resume', (visit, sent) => pauseHookForm(visit, sent, false))
  form('/console/hooks/:id/preview', previewForm)
  form('/console/hooks/:id/snippet', snippetForm)
  form('/console/hooks/:id/test', testForm)
  form('/console/hooks/:id/invite', inviteForm)
}

/** As it was asked for: hono's own path is decoded, and a line break in it is in no header. */
function pageOfForm(url: string): string {
  const { pathname: path } = new URL(url)
  return path.startsWith('/console/accounts/') ? '/console' : path.replace(/\/[^/]+$/, '')
}

/** A bulk action that was left or loaded again: its list shows how far it came. */
function backToList(c: OperatorContext): Response {
  return c.redirect(`/console/deliveries${new URL(c.req.url).search}`, 303)
}

async function visitOf(c: OperatorContext): Promise<Visit> {
  const admin = c.get('admin')
  return {
    admin,
    clock: new Clock(admin.config, Date.now()),
    done: c.req.query('done') ?? null,
    touched: /^\d{1,7}$/.test(c.req.query('n') ?? '') ? Number(c.req.query('n')) : null,
    stopped: await stoppedAccounts(admin),
  }
}
