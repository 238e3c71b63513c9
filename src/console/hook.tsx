/** One hook: its address and secret, what it received lately, and the ways to try it. */

import { type HookDetails, hookDetails } from '../operator/hooks.ts'
import type { TestResult } from '../operator/test-send.ts'
import { isSandbox } from '../setup/readiness.ts'
import { FieldPicker, type Picked } from './field-picker.tsx'
import { Paused, Ready, Refused } from './hooks.tsx'
import type { Html } from './html.ts'
import { notFoundPage } from './messages.tsx'
import type { Page, Visit } from './page.ts'
import { Action, Problem, Time } from './parts.tsx'
import { PreviewSection, type Tried } from './preview.tsx'

/** What the forms of the page have to say. */
export interface Extra {
  readonly preview?: Tried
  readonly snippet?: string
  readonly picked?: Picked
  readonly test?: TestResult
  readonly problem?: string
}

export async function hookPage(visit: Visit, name: string, extra: Extra = {}): Promise<Page> {
  const hook = await hookDetails(visit.desk, name)
  if (hook === null) return notFoundPage('hook')
  const { preview, snippet, picked = {}, test, problem } = extra
  const body = (
    <div class="stack">
      <div>
        <p class="crumb">
          <a href="/console/hooks">Hooks</a>
        </p>
        <h1>{name}</h1>
        <p class="row">
          <Ready trouble={hook.trouble} />
          <Paused paused={hook.paused} />
          <Refused refused={hook.refused} clock={visit.clock} />
          <a href={`/console/hooks/${name}/setup`}>Set up {hook.sourceTitle}</a>
          <a href={`/console/hooks/${name}/invite`}>Invite a list of people</a>
        </p>
      </div>
      <Pause hook={hook} />
      {problem !== undefined && (
        <Problem title="Nothing was done">
          <p>{problem}</p>
        </Problem>
      )}
      <Address hook={hook} visit={visit} />
      <PreviewSection hook={hook} {...(preview !== undefined && { preview })} />
      <FieldPicker hook={hook} tried={preview ?? null} snippet={snippet ?? null} picked={picked} />
      <Test hook={hook} sandbox={isSandbox(visit.desk.env)} result={test ?? null} />
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
  const { name, url, proof, secretName, secrets, trouble, consent, lastReceivedAt, seen } = hook
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
        <div>
          <dt>The sender proves itself by</dt>
          <dd>{proof}</dd>
        </div>
        <div>
          <dt>Secret {secretName}</dt>
          <dd>
            {trouble !== null
              ? trouble
              : secrets === 1
                ? 'set'
                : `set, with ${secrets} values while it is rotated`}
          </dd>
        </div>
        <div>
          <dt>Consent</dt>
          <dd>{consent}</dd>
        </div>
        <div>
          <dt>Last received</dt>
          <dd>
            {lastReceivedAt === null ? (
              <span class="soft">nothing yet</span>
            ) : (
              <Time at={lastReceivedAt} clock={visit.clock} />
            )}
          </dd>
        </div>
        <div>
          <dt>Of the last {seen}</dt>
          <dd>
            <Share
              count={hook.held}
              of={seen}
              word="held"
              href={`/console/deliveries?${new URLSearchParams({ hook: name, state: 'held' })}`}
            />
            {', '}
            <Share
              count={hook.parked}
              of={seen}
              word="parked"
              href={`/console/deliveries?${new URLSearchParams({ hook: name, state: 'parked' })}`}
            />
          </dd>
        </div>
      </dl>
    </section>
  )
}

function Share(props: { count: number; of: number; word: string; href: string }): Html {
  const { count, of, word, href } = props
  const percent = of === 0 ? 0 : Math.round((100 * count) / of)
  return count === 0 ? (
    <span class="soft">{`none ${word}`}</span>
  ) : (
    <a href={href}>{`${count} ${word} (${percent} %)`}</a>
  )
}

/** Text to be copied; the button is there only where the script is. */
export function CopyLine({ id, text }: { id: string; text: string }): Html {
  return (
    <p class="row">
      <code id={id}>{text}</code>
      <button type="button" data-copy={id} hidden>
        Copy
      </button>
    </p>
  )
}

function Test(props: { hook: HookDetails; sandbox: boolean; result: TestResult | null }): Html {
  const { hook, sandbox, result } = props
  return (
    <section class="card" id="test" aria-labelledby="test-title">
      <h2 id="test-title">Send a test through the whole path</h2>
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
        <label>
          Number {sandbox ? '(a made-up one when left empty)' : 'of your own'}
          <input
            name="phone"
            type="tel"
            maxlength={64}
            required={!sandbox}
            autocomplete="off"
            placeholder="+91 98765 43210"
          />
        </label>
        {!sandbox && (
          <label class="tick">
            <input type="checkbox" name="sure" value="yes" required />
            Yes, call EazyBe for this number
          </label>
        )}
        <div>
          <button type="submit">Send a test</button>
        </div>
      </form>
    </section>
  )
}
