/** Pages that only have something to say. */

import type { Page } from './page.ts'

export function notFoundPage(what: string): Page {
  const body = (
    <div class="empty">
      <h1>There is no such {what}</h1>
      <p>
        It may have been deleted on schedule. <a href="/console">Back to the overview</a>
      </p>
    </div>
  )
  return { title: 'Not found', place: null, body, status: 404 }
}

export function messagePage(title: string, text: string, status: 400 | 409 | 429): Page {
  const body = (
    <div class="empty">
      <h1>{title}</h1>
      <p>{text}</p>
      <p>
        <a href="/console">Back to the overview</a>
      </p>
    </div>
  )
  return { title, place: null, body, status }
}
