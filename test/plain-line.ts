/** A reporter that closes every run with one line that any machine can read: "N passed, N failed". */

import type { Reporter, TestModule } from 'vitest/node'

export default class PlainLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: 'passed' | 'failed' | 'skipped') =>
      tests.filter((test) => test.result().state === state).length
    // A file that did not even load holds no test that could fail, and an error outside of tests belongs to none.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length
    const skipped = count('skipped')
    const line = `${count('passed')} passed, ${count('failed') + broken} failed`
    console.log(skipped === 0 ? line : `${line}, ${skipped} skipped`)
  }
}
