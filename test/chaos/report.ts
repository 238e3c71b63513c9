/** The report of a run of chaos, for the terminal. */

import { table } from '../../src/sandbox/command-line.ts'
import { WAYS } from '../../src/sandbox/eazybe/mix.ts'
import type { Run } from './run-chaos.ts'
import { HITS } from './scene.ts'
import type { Verdict } from './verdict.ts'

const SHOWN_BREACHES = 5
const STATES = ['accepted', 'skipped', 'held', 'parked']

/** The lines to print. */
export function report(run: Run, verdict: Verdict): string[] {
  return [
    ...table(figures(run, verdict)),
    '',
    ...verdict.promises.flatMap(({ promise, broken }) => [
      `${broken.length === 0 ? 'kept  ' : 'BROKEN'}  ${broken.length} ${promise}`,
      ...broken.slice(0, SHOWN_BREACHES).map((breach) => `        ${breach}`),
    ]),
  ]
}

function figures(run: Run, { cutOff, sentAgain }: Verdict): string[][] {
  const { leads, acknowledged, stories, calls, scenes, posts, tokens, milliseconds } = run
  const troubled = calls.filter(({ way }) => way !== null).length
  const all = [...stories.values()]
  return [
    ['leads', `${leads.length} in ${posts} posts, ${acknowledged.size} acknowledged`],
    ...STATES.map((state) => {
      const inIt = all.filter((story) => story.state === state)
      return [state, [String(inIt.length), ...tally(inIt.map(({ reason }) => reason))].join(', ')]
    }),
    ['calls', `${calls.length}, ${(calls.length / leads.length).toFixed(2)} a lead`],
    ['troubled', `${troubled} (${((100 * troubled) / calls.length).toFixed(0)} %) of them`],
    ['', WAYS.map((way) => `${way} ${count(calls, (call) => call.way === way)}`).join(', ')],
    ['kills', String(scenes.length)],
    ...HITS.map((hit) => ['', `${count(scenes, (scene) => scene.hit === hit)} ${hit}`]),
    ['cut off', `${cutOff.length} accepted calls by a kill, so ${sentAgain} people sent once more`],
    ['tokens', `${tokens} stored by the operator, after 401`],
    ['time', `${(milliseconds / 1_000).toFixed(0)} s`],
  ]
}

/** "3 consent", most first; nothing for those without a reason. */
function tally(reasons: readonly (string | null)[]): string[] {
  const counts = Map.groupBy(
    reasons.filter((reason) => reason !== null),
    (reason) => reason,
  )
  return [...counts]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([reason, { length }]) => `${length} ${reason}`)
}

function count<item>(list: readonly item[], is: (one: item) => boolean): number {
  return list.filter(is).length
}
