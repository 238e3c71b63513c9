/** The CPU profile of a contender, through workerd's inspector, and the share of each stage of a webhook's way. */

import { writeFileSync } from 'node:fs'

interface Frame {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    readonly lineNumber: number
  }
  readonly children?: readonly number[]
}

interface CpuProfile {
  readonly nodes: readonly Frame[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface Share {
  readonly name: string
  readonly ms: number
}

const SAMPLE_EVERY_US = 200
/** Helpers count for the stage that calls them. */
const HELPERS = /^(?:node_modules\/|src\/lib\/)/
const MOST_SHOWN = 60

/** Profiles while `work` runs, writes what DevTools opens to `file`, and sums up by file and by function. */
export async function profile(
  inspector: URL,
  code: string,
  file: string,
  work: () => Promise<void>,
): Promise<Share[]> {
  const session = await connectTo(inspector)
  await session.send('Profiler.enable')
  await session.send('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US })
  await session.send('Profiler.start')
  await work()
  const { profile } = (await session.send('Profiler.stop')) as { profile: CpuProfile }
  session.close()
  writeFileSync(file, JSON.stringify(profile))
  return sharesOf(profile, code)
}

function sharesOf({ nodes, samples, timeDeltas }: CpuProfile, code: string): Share[] {
  const fileAt = filesOf(code)
  const frames = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  )
  const stages = new Map<string, number>()
  const functions = new Map<string, number>()
  samples.forEach((id, at) => {
    const ms = (timeDeltas[at] ?? 0) / 1_000
    const own = frames.get(id)
    if (own === undefined || own.callFrame.functionName === '(idle)') return
    let stage = own.callFrame.functionName
    for (
      let frame: Frame | undefined = own;
      frame;
      frame = frames.get(parents.get(frame.id) ?? -1)
    ) {
      const { url, lineNumber } = frame.callFrame
      const place = url === '' ? '' : fileAt(lineNumber)
      if (place === '' || HELPERS.test(place)) continue
      stage = place
      break
    }
    add(stages, stage, ms)
    const { functionName, url, lineNumber } = own.callFrame
    add(
      functions,
      `${functionName || '(anonymous)'} ${url === '' ? '' : `${fileAt(lineNumber).replace(/^node_modules\//, '')}`}`,
      ms,
    )
  })
  return [...sorted(stages), { name: '-- by function --', ms: 0 }, ...sorted(functions)]
}

function add(sums: Map<string, number>, name: string, ms: number): void {
  sums.set(name, (sums.get(name) ?? 0) + ms)
}

function sorted(sums: ReadonlyMap<string, number>): Share[] {
  const shares = [...sums].map(([name, ms]) => ({ name, ms }))
  return shares.toSorted((one, other) => other.ms - one.ms).slice(0, MOST_SHOWN)
}

/** esbuild names each file in a comment before its code. */
function filesOf(code: string): (line: number) => string {
  const lines = code.split('\n')
  const names: string[] = []
  let name = ''
  for (const line of lines) {
    name = /^\/\/ ((?:\.\.\/)*(?:src|test|node_modules)\/\S+)$/.exec(line)?.[1] ?? name
    names.push(name)
  }
  return (line) => names[line] ?? ''
}

/** Just enough of the DevTools protocol. */
async function connectTo(url: URL) {
  const list = (await (await fetch(`http://${url.host}/json`)).json()) as {
    webSocketDebuggerUrl: string
  }[]
  const target = list[0]?.webSocketDebuggerUrl
  if (target === undefined) throw new Error('There is nothing to inspect')
  const socket = new WebSocket(target)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data))
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  let calls = 0
  return {
    send(method: string, params: object = {}): Promise<unknown> {
      const id = ++calls
      socket.send(JSON.stringify({ id, method, params }))
      return new Promise((resolve) => waiting.set(id, resolve))
    },
    close: () => socket.close(),
  }
}
