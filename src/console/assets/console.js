// The console works without this. It asks for news of a live page, goes on with a bulk action by itself, and copies what is to be pasted.

const EVERY_MS = 2_000
const SLOW_MS = 15_000

let etag = ''
let failures = 0

const main = () => document.getElementById('main')
const note = (text) => {
  const place = document.getElementById('live-note')
  if (place !== null && place.textContent !== text) place.textContent = text
}

function watch() {
  if (main()?.dataset.live !== 'on') return
  setTimeout(look, failures > 0 ? SLOW_MS : EVERY_MS)
}

async function look() {
  if (document.hidden) {
    document.addEventListener('visibilitychange', look, { once: true })
    note('Paused while this tab is hidden.')
    return
  }
  try {
    const answer = await fetch(location.href, {
      headers: { 'x-usher-part': 'main', 'if-none-match': etag },
      redirect: 'manual',
    })
    if (answer.status === 401 || answer.type === 'opaqueredirect') {
      note('Your session has ended: reload to log in.')
      return
    }
    failures = answer.ok || answer.status === 304 ? 0 : failures + 1
    if (answer.ok) {
      etag = answer.headers.get('etag') ?? ''
      show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    }
    note(failures === 0 ? 'Live.' : 'Usher does not answer: trying again.')
  } catch {
    failures += 1
    note('No connection: trying again.')
  }
  watch()
}

/** Replaces the parts that differ, but nothing that somebody is typing or reading. */
function show(fresh) {
  for (const before of document.querySelectorAll('[data-part]')) {
    const after = fresh.getElementById(before.id)
    if (after === null || before.isEqualNode(after)) continue
    if (before.contains(document.activeElement) && document.activeElement !== document.body) {
      if (document.activeElement.matches('input, select, textarea')) continue
    }
    const focused = pathOf(before, document.activeElement)
    for (const open of before.querySelectorAll('details[open][id]')) {
      after.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute('open', '')
    }
    before.replaceWith(after)
    focused?.(after)?.focus()
  }
}

/** How to find the element that has the focus again: by where its link leads, or what its button says. */
function pathOf(part, element) {
  if (element === null || !part.contains(element)) return null
  const href = element.getAttribute('href')
  if (href !== null) return (fresh) => fresh.querySelector(`a[href="${CSS.escape(href)}"]`)
  return (fresh) =>
    [...fresh.querySelectorAll(element.localName)].find(
      (other) => other.textContent === element.textContent,
    )
}

document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null
  if (button === null) return
  const text = document.getElementById(button.dataset.copy)?.textContent ?? ''
  await navigator.clipboard.writeText(text)
  button.textContent = 'Copied'
})

for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false

/** A step of a bulk action sends itself; whoever leaves the page stops it. */
const step = document.querySelector('form[data-go-on]')
if (step !== null) setTimeout(() => step.requestSubmit(), 200)

if (main()?.dataset.live === 'on') watch()
