/** One hook: its address and secret, what it received lately, and the ways to try it. */

import { hookDetails } from '../operator/hooks.ts'
import type { HookDetails } from '../operator/shapes.ts'
import type { TestResult } from '../operator/test-send.ts'
import { isSandbox } from '../setup/readiness.ts'
import { Action, CopyLine, PhoneField, Submit, Tick } from './controls.tsx'
import { FieldPicker, type Picked } from './field-picker.tsx'
import { Paused, Ready, Refused } from './hooks.tsx'
import type { Html, Page, Visit } from './page.ts'
import { Card, ErrorNotice, Fact, Heading, notFoundPage, Time } from './parts.tsx'
import { PreviewSection, type Tried } from './preview.tsx'

/** What the forms of the page have to say. */
interface Extra {
  readonly preview?: Tried
  readonly snippet?: string
  readonly picked?: Picked
  readonly test?: TestResult
  readonly problem?: string
}

export async function hookPage(visit: Visit, name: string, extra: Extra = {}): Promise<Page> {
  const hook = await hookDetails(visit.admin, name)
  if (hook === null) return notFoundPage('hook')
  const { preview, snippet, picked = {}, test, problem } = extra
  const body = (
    <div class="stack">
      <Heading
        above={[['/console/hooks', 'Hooks']]}
        title={name}
        below={
          <p class="row">
            <Ready trouble={hook.trouble} />
            <Paused paused={hook.paused} />
            <Refused refused={hook.refused} clock={visit.clock} />
            <a href={`/console/hooks/${name}/setup`}>Set up {hook.sourceTitle}</a>
            <a href={`/console/hooks/${name}/invite`}>Invite a list of people</a>
          </p>
        }
      />
      <Pause hook={hook} />
      {problem !== undefined && <ErrorNotice title="Nothing was done" lines={[problem]} />}
      <Address hook={hook} visit={visit} />
      <PreviewSection hook={hook} {...(preview !== undefined && { preview })} />
      <FieldPicker hook={hook} tried={preview ?? null} snippet={snippet ?? null} picked={picked} />
      <Test hook={hook} sandbox={isSandbox(visit.admin.env)} result={test ?? null} />
    </div>
  )
  return { title: name, place: 'hooks', body, status: problem ? 409 : 200 }
}

function Pause({ hook: { name, paused } }: { hook: HookDetails }): Html {
  const held = { hook: name, state: 'held', reason: 'hook paused' }
  return (
    <section class="row apart" aria-label="Pause">
      <p class="soft">
        {paused
          ? 'Its leads are taken in and held. '
          : 'In a flood: hold its leads back, while the other hooks go on. '}
        <a href={`/console/deliveries?${new URLSearchParams(held)}`}>Held so far</a>
      </p>
      <Action
        path={`/console/hooks/${name}/${paused ? 'resume' : 'pause'}`}
        label={paused ? 'Resume the hook' : 'Pause the hook'}
        look={paused ? 'main' : 'button'}
      />
    </section>
  )
}

function Address({ hook, visit }: { hook: HookDetails; visit: Visit }): Html {
  const { url, proof, secretName, secrets, trouble, consent, lastReceivedAt, seen } = hook
  return (
    <section class="card" aria-label="Address and figures">
      <div>
        <h2>Address</h2>
        <CopyLine id="hook-url" text={url} />
        {url.endsWith('{secret}') && (
          <p class="soft small">
            Put the value of {secretName} in place of {'{secret}'}. Anyone who knows the whole
            address can send.
          </p>
        )}
      </div>
      <dl class="facts">
        <Fact title="The sender proves itself by">{proof}</Fact>
        <Fact title={`Secret ${secretName}`}>
          {trouble !== null
            ? trouble
            : secrets === 1
              ? 'set'
              : `set, with ${secrets} values while it is rotated`}
        </Fact>
        <Fact title="Consent">{consent}</Fact>
        <Fact title="Last received">
          <Time at={lastReceivedAt} clock={visit.clock} none="nothing yet" />
        </Fact>
        <Fact title={`Of the last ${seen}`}>
          <Share hook={hook} state="held" />
          {', '}
          <Share hook={hook} state="parked" />
        </Fact>
      </dl>
    </section>
  )
}

function Share({ hook, state }: { hook: HookDetails; state: 'held' | 'parked' }): Html {
  const { name, seen, [state]: count } = hook
  if (count === 0) return <span class="soft">{`none ${state}`}</span>
  return (
    <a href={`/console/deliveries?${new URLSearchParams({ hook: name, state })}`}>
      {`${count} ${state} (${Math.round((100 * count) / seen)} %)`}
    </a>
  )
}

function Test(props: { hook: HookDetails; sandbox: boolean; result: TestResult | null }): Html {
  const { hook, sandbox, result } = props
  return (
    <Card id="test" title="Send a test through the whole path">
      <p class="soft">
        A sample is signed as {hook.sourceTitle} would sign it, and received like any other:
        verified, mapped, queued and called for.
        {sandbox
          ? ' This is the sandbox: no real person is behind it.'
          : ' This is not a sandbox: EazyBe is asked to add this number to a real group.'}
      </p>
      {result !== null && (
        <div class={result.deliveries.length > 0 ? 'notice' : 'notice bad'} role="status">
          <p>
            The answer was <strong>{result.status}</strong>.
          </p>
          {result.deliveries.map((id) => (
            <p>
              <a href={`/console/deliveries/${id}`}>Follow {id}</a>
            </p>
          ))}
          {result.deliveries.length === 0 && <pre>{result.answer}</pre>}
        </div>
      )}
      <form class="tall" method="post" action={`/console/hooks/${hook.name}/test#test`}>
        <PhoneField
          label={`Number ${sandbox ? '(a made-up one when left empty)' : 'of your own'}`}
          required={!sandbox}
        />
        {!sandbox && (
          <Tick name="sure" required>
            Yes, call EazyBe for this number
          </Tick>
        )}
        <Submit>Send a test</Submit>
      </form>
    </Card>
  )
}
