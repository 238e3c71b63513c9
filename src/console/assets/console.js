// The console works without this. It asks for news of a live page, goes on with a bulk action by itself, keeps a form from
// being sent twice, and copies what is to be pasted.

const EVERY_MS = 10_000
const SLOW_MS = 30_000
/** A form that is sent again within this time is a double click, or a second try on a slow network. */
const SENT_MS = 5_000
const ENDED = 'Your session has ended: reload to log in.'

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
      note(ENDED)
      return
    }
    failures = answer.ok || answer.status === 304 ? 0 : failures + 1
    if (answer.ok) {
      etag = answer.headers.get('etag') ?? ''
      show(await documentOf(answer))
    }
    note(failures === 0 ? 'Live.' : 'Usher does not answer: trying again.')
  } catch {
    failures += 1
    note('No connection: trying again.')
  }
  watch()
}

async function documentOf(answer) {
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

/** For screen readers: what a page says first has changed. */
function say(text) {
  const place = document.getElementById('live-said')
  if (place !== null) place.textContent = text
}

const headlineOf = (part) => part.querySelector('h1, .row')?.textContent ?? ''

/** Replaces the parts that differ, but nothing that the operator is typing or reading. */
function show(fresh) {
  for (const before of document.querySelectorAll('[data-part]')) {
    const after = fresh.getElementById(before.id)
    if (after === null || before.isEqualNode(after)) continue
    const active = document.activeElement
    if (before.contains(active) && active.matches('input, select, textarea')) continue
    const focused = pathOf(before, active)
    for (const open of before.querySelectorAll('details[open][id]')) {
      after.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute('open', '')
    }
    if (before.id === 'verdict' && headlineOf(before) !== headlineOf(after)) say(headlineOf(after))
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

document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post') return
  if (form.dataset.sent !== undefined) {
    event.preventDefault()
    return
  }
  form.dataset.sent = ''
  // A download leaves the page where it is.
  setTimeout(() => delete form.dataset.sent, SENT_MS)
})

/** The steps of a bulk action, one after the other in this page; leaving the page stops them. */
async function goOn() {
  for (let step = nextStep(); step !== null; step = nextStep()) {
    step.hidden = true
    const trouble = await take(step)
    if (trouble !== null) {
      step.hidden = false
      note(trouble)
      return
    }
  }
  main().focus()
  say(headlineOf(main()))
}

const nextStep = () => document.querySelector('form[data-go-on]')

/** Null: the page has gone on. */
async function take(step) {
  try {
    const answer = await fetch(step.getAttribute('action'), {
      method: 'POST',
      body: new URLSearchParams(new FormData(step)),
      headers: { 'x-usher-part': 'main' },
      redirect: 'manual',
    })
    if (answer.status === 401) return ENDED
    if (!answer.ok) return 'Usher does not answer: press “Go on” to try again.'
    main().replaceWith((await documentOf(answer)).getElementById('main'))
    return null
  } catch {
    return 'No connection: press “Go on” to try again.'
  }
}

// Loading the page again asks for it, and neither sends a form once more nor says again what was done.
const here = new URL(location.href)
here.searchParams.delete('done')
here.searchParams.delete('n')
history.replaceState(null, '', here)

if (main()?.dataset.live === 'on') watch()
if (nextStep() !== null) await goOn()
