/** What a component gives and what it may hold. */

import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'

export type Html = JSX.Element
export type { Child }
