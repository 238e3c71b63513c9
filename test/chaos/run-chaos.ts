/** A run of chaos: leads flow, EazyBe fails a third of the calls, everything is killed again and again, and all must come right. */

import { watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BehaviourChange, HEALTHY } from '../../src/sandbox/eazybe/behaviour.ts'
import { chanceOf, WAYS, type Way } from '../../src/sandbox/eazybe/mix.ts'
import { eventually, startUsher, type Usher } from '../journeys/server.ts'
import { type Cast, castOf } from './cast.ts'
import { askForAll, type Evidence } from './evidence.ts'
import { type Moment, momentsOf } from './moments.ts'
import { oneWaits, startOperator } from './operator.ts'
import { sceneOf } from './scene.ts'
import { type Senders, startSenders } from './senders.ts'

/** Of the calls; a third of them fails. */
const SHARE = 1 / 3
/** All there are, and those twice that tell Usher a call has failed when it has not. */
const TROUBLES: readonly Way[] = [...WAYS, 'after', 'partly', 'droppedAfter']
/** After the last kill nothing but Usher's patience would end a hang. */
const WAKING = TROUBLES.filter((way) => way !== 'hang')
const LATENCY_MS = 15
/**
 * A quarter of an hour in life, since every wait is a thousandth here. A group that stays unseen for longer than the two
 * probes take, 17 minutes, is made a second time: no promise covers it.
 */
const LIST_LAG_MS = 900
const YES_WITHIN_MS = 3_000
const ACKNOWLEDGED_WITHIN_MS = 60_000
/** After the last lead: people who still wait then find an EazyBe without faults. */
const TROUBLED_FOR_MS = 30_000
const SETTLED_WITHIN_MS = 150_000
const LOOK_EVERY_MS = 500
/** Usher's own patience with a call is 60 s. */
const GIVEN_UP_WITHIN_MS = 90_000

export interface ChaosOptions {
  readonly seed: number
  readonly leads: number
  readonly kills: number
  /** Also lets one call hang until Usher itself gives up on it, which takes a minute. */
  readonly patience: boolean
  /** Is told how it goes. */
  readonly say?: (line: string) => void
}

export interface Run extends Evidence {
  readonly posts: number
  /** Tokens that the operator stored. */
  readonly tokens: number
  readonly milliseconds: number
}

/** Runs it to its end; throws only when Usher itself does not start again. */
export async function runChaos(options: ChaosOptions): Promise<Run> {
  const { seed, leads, kills, patience } = options
  const began = performance.now()
  const say = (line: string): void => {
    const seconds = (performance.now() - began) / 1_000
    options.say?.(`${seconds.toFixed(0).padStart(4)} s  ${line}`)
  }
  const chance = chanceOf(seed)
  const cast = castOf(chance, leads, kills + 1)
  const moments = momentsOf(chance, kills)
  const usher = await startUsher({ config: 'test/journeys/config.ts' })
  const senders = startSenders(usher, cast.leads)
  const operator = startOperator(usher)
  try {
    const scenes = await liveAndDie({ usher, senders, cast, moments, seed, say })
    await lastLife({ usher, senders, cast, life: kills, seed, patience, say })
    await operator.close()
    return {
      ...(await askForAll(usher)),
      leads: cast.leads,
      acknowledged: senders.acknowledged,
      scenes,
      posts: senders.posts(),
      tokens: operator.tokens(),
      milliseconds: performance.now() - began,
    }
  } finally {
    await senders.close()
    await operator.close()
    await usher.end()
  }
}

interface Stage {
  readonly usher: Usher
  readonly senders: Senders
  readonly cast: Cast
  readonly seed: number
  readonly say: (line: string) => void
}

/** One life after the other, each with leads of its own and ended at its moment. It is running afterwards. */
async function liveAndDie(
  stage: Stage & { moments: readonly Moment[] },
): Promise<Evidence['scenes']> {
  const { usher, senders, moments, say } = stage
  const scenes: Evidence['scenes'][number][] = []
  for (const [life, moment] of moments.entries()) {
    senders.release(life)
    if (life > 0 && moment.aim === 'start') {
      const start = usher.restart().catch(() => undefined)
      scenes.push(await end(stage, moment))
      await start
    } else {
      if (life > 0) await usher.restart()
      await usher.sandbox.behave(troubled(stage, TROUBLES))
      scenes.push(await end(stage, moment))
    }
    const { hit } = scenes.at(-1) ?? {}
    say(`kill ${life + 1} of ${moments.length}: ${hit}; ${senders.acknowledged.size} acknowledged`)
  }
  if (moments.length > 0) await usher.restart()
  return scenes
}

/** Kills everything at its moment. */
async function end({ usher, senders }: Stage, moment: Moment): Promise<Evidence['scenes'][number]> {
  await sleep(moment.afterMs)
  if (moment.aim === 'answer') await nextYes(usher.stateDir)
  const told = new Set([...senders.acknowledged.values()].flatMap((ids) => [...ids]))
  const at = Date.now()
  await usher.kill9()
  return { ...sceneOf(usher.stateDir, moment, at), told }
}

/** The rest of the leads, a call that hangs until Usher gives up, and at last an EazyBe that is well. */
async function lastLife(stage: Stage & { life: number; patience: boolean }): Promise<void> {
  const { usher, senders, cast, life, patience, say } = stage
  senders.release(life)
  if (patience) {
    await usher.sandbox.behave(troubled(stage, ['hang'], 1))
    const hangs = await hanging(usher)
    say('one call hangs until Usher gives up on it')
    await usher.sandbox.behave(troubled(stage, WAKING))
    await eventually('Usher gives up on it', GIVEN_UP_WITHIN_MS, async () => {
      return (await usher.sandbox.calls()).length > hangs
    })
  } else {
    await usher.sandbox.behave(troubled(stage, WAKING))
  }
  await senders.done(ACKNOWLEDGED_WITHIN_MS)
  say(`${senders.acknowledged.size} of ${cast.leads.length} leads are acknowledged`)
  await untilNobodyWaits(usher, TROUBLED_FOR_MS)
  // A bad number stays bad.
  await usher.sandbox.behave({ ...HEALTHY, poison: [...cast.poison] })
  say('EazyBe is well again')
  await untilNobodyWaits(usher, SETTLED_WITHIN_MS)
}

async function untilNobodyWaits(usher: Usher, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs
  // A token that is being stored restarts the Worker: then it does not answer for a moment.
  const isDone = () =>
    oneWaits(usher).then(
      (waits) => !waits,
      () => false,
    )
  while (!(await isDone()) && Date.now() < until) await sleep(LOOK_EVERY_MS)
}

function troubled({ seed, cast }: Stage, ways: readonly Way[], share = SHARE): BehaviourChange {
  return {
    latencyMs: LATENCY_MS,
    listLagMs: LIST_LAG_MS,
    poison: [...cast.poison],
    mix: { seed, share, ways: [...ways] },
  }
}

/** How many calls there were when the last of them hung. */
async function hanging(usher: Usher): Promise<number> {
  let calls = 0
  await eventually('a call hangs', ACKNOWLEDGED_WITHIN_MS, async () => {
    const all = await usher.sandbox.calls()
    calls = all.length
    return all.at(-1)?.answeredAt === null
  })
  return calls
}

/** Resolves as soon as the sandbox has written down that it says yes, or after a while without one. */
async function nextYes(stateDir: string): Promise<void> {
  const journal = join(stateDir, 'eazybe.jsonl')
  const file = await open(journal)
  try {
    let { size } = await file.stat()
    const until = AbortSignal.timeout(YES_WITHIN_MS)
    await new Promise<void>((resolve) => {
      const watcher = watch(journal, { signal: until }, async () => {
        const { buffer, bytesRead } = await file.read({ position: size })
        size += bytesRead
        if (buffer.toString('utf8', 0, bytesRead).includes('"status":200')) done()
      })
      until.addEventListener('abort', done)
      function done(): void {
        watcher.close()
        resolve()
      }
    })
  } finally {
    await file.close()
  }
}
