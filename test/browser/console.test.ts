/** The console in a real browser: one file, since all tests share a server and the first visit has to come first. */

import { afterAll, describe } from 'vitest'
import { accessible } from './accessible.ts'
import { closeBrowser } from './chromium.ts'
import { hostile } from './hostile.ts'
import { journeys } from './journeys.ts'

afterAll(closeBrowser)

describe('the console', journeys)
describe('the console for everybody', accessible)
describe('hostile content', hostile)
