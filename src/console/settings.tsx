/** The settings in force, to be looked at. Secrets are set or not set; their values are not shown. */

import { secretName, secretValues, tokenName } from '../lib/names.ts'
import { accessSettings } from '../operator/access.ts'
import { adminSecrets } from '../operator/admin-secret.ts'
import type { AccountOptions, Pace, PaceName } from '../outbox/dispatch/pace.ts'
import { paceOf, presetIn } from '../outbox/dispatch/pace.ts'
import { isSandbox } from '../setup/readiness.ts'
import type { Html, Page, Visit } from './page.ts'
import { Badge, Card, Fact, Heading } from './parts.tsx'

export function settingsPage({ admin }: Visit): Page {
  const { config, env } = admin
  const access = accessSettings(env)
  const secrets = [
    'ADMIN_SECRET',
    ...Object.keys(config.accounts).map(tokenName),
    ...Object.keys(config.hooks).map(secretName),
    'ALERT_URL',
  ]
  const body = (
    <div class="stack">
      <Heading title="Settings">
        What is in force. It is changed in <code>src/config.ts</code> and with{' '}
        <code>npx wrangler secret put</code>.
      </Heading>
      {Object.entries(config.accounts).map(([name, options]) => (
        <Account name={name} options={options} preset={presetIn(env, options)} />
      ))}
      <Card id="secrets" title="Secrets">
        <table>
          <tbody>
            {secrets.map((name) => (
              <tr>
                <td>
                  <code>{name}</code>
                </td>
                <td>
                  <Secret count={secretValues(env, name).length} optional={name === 'ALERT_URL'} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      <Card id="in" title="Access and data">
        <p>
          {access === null
            ? 'With the admin secret; a session lasts 12 hours, and all of them end when the secret is changed.'
            : 'missing' in access
              ? `No person comes in: ${access.missing} is missing beside the other variable of Cloudflare Access.`
              : `Through Cloudflare Access of ${access.teamDomain}. Programs send the admin secret as a Bearer token.`}
        </p>
        {adminSecrets(env).ok && access === null && (
          <p class="soft">
            To put Cloudflare Access in front, protect /console and set ACCESS_TEAM_DOMAIN and
            ACCESS_AUD.
          </p>
        )}
        <dl class="facts">
          <Fact title="Public address">
            {config.publicUrl ?? `${admin.origin} (from the request)`}
          </Fact>
          <Fact title="Numbers and fields are deleted">{`${config.retention.settledDays} days after a lead is accepted or skipped, ${config.retention.inHandDays} where it is held or parked`}</Fact>
          <Fact title="Masked rows are deleted">{`after ${config.retention.rowDays} days`}</Fact>
          <Fact title="Sandbox">
            {isSandbox(env) ? 'yes: nothing reaches EazyBe or WhatsApp' : 'no'}
          </Fact>
        </dl>
      </Card>
    </div>
  )
  return { title: 'Settings', place: 'settings', body }
}

function Secret({ count, optional }: { count: number; optional: boolean }): Html {
  if (count === 0) return <Badge tone={optional ? 'quiet' : 'bad'}>not set</Badge>
  return <Badge tone="good">{count === 1 ? 'set' : `set, ${count} values`}</Badge>
}

function Account(props: { name: string; options: AccountOptions; preset: PaceName }): Html {
  const { name, options, preset } = props
  const sandboxed = preset === 'instant' && options.pace !== 'instant'
  return (
    <section class="card" aria-label={`Account ${name}`}>
      <h2>
        Account {name}: {sandboxed ? 'instant, as npm start sets it' : preset}
      </h2>
      <dl class="facts">
        {numbersOf(paceOf(options, preset)).map(([title, value]) => (
          <Fact title={title}>{value}</Fact>
        ))}
      </dl>
    </section>
  )
}

function numbersOf(pace: Pace): [title: string, value: string][] {
  const { quiet } = pace
  return [
    ['People in a call', String(pace.batchSize)],
    ['Wait for company', seconds(pace.coalesceMs)],
    ['Between calls', range(pace.addGapMs, pace.addJitterMs)],
    ['Between new groups', range(pace.createGapMs, pace.createJitterMs)],
    ['A new group rests', seconds(pace.restAfterCreateMs)],
    ['New groups a day', limit(pace.createsPerDay)],
    ['People an hour', limit(pace.peoplePerHour)],
    ['People a day', limit(pace.peoplePerDay)],
    ['Quiet hours', quiet === null ? 'none' : `${quiet.from} to ${quiet.to}, ${quiet.timeZone}`],
  ]
}

function seconds(ms: number): string {
  return ms >= 120_000 ? `${ms / 60_000} min` : `${ms / 1_000} s`
}

function range(ms: number, jitterMs: number): string {
  return jitterMs === 0 ? seconds(ms) : `${seconds(ms)} to ${seconds(ms + jitterMs)}`
}

function limit(value: number): string {
  return value === Number.POSITIVE_INFINITY ? 'no limit' : String(value)
}
