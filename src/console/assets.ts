/** The console’s stylesheet and script as text, with hashes for their names. Made of `assets/` by `npm run assets`. */

export const CSS = {
  hash: '1a8cc0f09ee8',
  text: `/* The console: one accent, system fonts, light and dark; tables become cards on a phone. */

:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f2, #101413);
  --card: light-dark(#ffffff, #181e1c);
  --sunk: light-dark(#f0eeea, #121716);
  --line: light-dark(#e4e1da, #2b3431);
  --ink: light-dark(#1b211f, #e9eeec);
  --soft: light-dark(#5b6562, #9daaa6);
  --accent: light-dark(#0b6e4f, #55cfa0);
  --on-accent: light-dark(#ffffff, #08251a);
  --accent-ground: light-dark(#e0f2ea, #143329);
  --good: light-dark(#0b6e4f, #55cfa0);
  --good-ground: light-dark(#e0f2ea, #143329);
  --wait: light-dark(#7a4f00, #f1c26b);
  --wait-ground: light-dark(#fbefd2, #372b12);
  --bad: light-dark(#a32a19, #ff9e8a);
  --bad-ground: light-dark(#fbe5e0, #411f19);
  --quiet-ground: light-dark(#eceae6, #252d2b);
  --radius: 0.75rem;
}

* {
  box-sizing: border-box;
}

html {
  scrollbar-gutter: stable;
}

body {
  min-height: 100dvh;
  margin: 0;
  background: var(--ground);
  color: var(--ink);
  font:
    1rem / 1.55 system-ui,
    -apple-system,
    "Segoe UI",
    sans-serif;
  -webkit-text-size-adjust: 100%;
}

h1,
h2,
h3,
p,
dl,
dd,
ol,
ul,
pre,
figure {
  margin: 0;
}

h1 {
  font-size: 1.7rem;
  line-height: 1.25;
  letter-spacing: -0.02em;
  overflow-wrap: anywhere;
}

h2 {
  font-size: 1.1rem;
  line-height: 1.35;
}

h3 {
  font-size: 1rem;
}

a {
  color: var(--accent);
  text-underline-offset: 0.15em;
}

:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
  border-radius: 0.25rem;
}

main:focus {
  outline: none;
}

.skip {
  position: absolute;
  inset-inline-start: 1rem;
  inset-block-start: -4rem;
  border-radius: 0 0 var(--radius) var(--radius);
  background: var(--accent);
  color: var(--on-accent);
  padding: 0.5rem 1rem;
}

.skip:focus {
  inset-block-start: 0;
  z-index: 2;
}

/* The frame ------------------------------------------------------------------------------------ */

.top,
main,
.foot {
  max-width: 74rem;
  margin-inline: auto;
  padding-inline: clamp(1rem, 4vw, 2.5rem);
}

.top {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1.5rem;
  align-items: center;
  padding-block: 1rem;
}

.brand {
  display: flex;
  gap: 0.5rem;
  align-items: center;
  color: var(--ink);
  font-weight: 650;
  font-size: 1.1rem;
  letter-spacing: -0.01em;
  text-decoration: none;
}

.brand svg {
  color: var(--accent);
}

.top nav {
  order: 3;
  width: 100%;
  min-width: 0;
}

.top ul {
  display: flex;
  flex-wrap: wrap;
  gap: 0.15rem;
  margin-inline: -0.7rem;
  padding: 0.15rem;
  list-style: none;
}

.top li a {
  display: block;
  border-radius: 0.5rem;
  padding: 0.35rem 0.7rem;
  color: var(--soft);
  font-size: 0.95rem;
  text-decoration: none;
  white-space: nowrap;
}

.top li a:hover {
  color: var(--ink);
}

.top li a[aria-current] {
  background: var(--quiet-ground);
  color: var(--ink);
  font-weight: 550;
}

.top form {
  margin-inline-start: auto;
}

main {
  display: grid;
  gap: 1.75rem;
  padding-block: 1rem 2.5rem;
}

main {
  /* A long link or name breaks rather than widen the page. */
  overflow-wrap: break-word;
}

main > * {
  min-width: 0;
}

.foot {
  padding-block: 0 2.5rem;
  color: var(--soft);
  font-size: 0.85rem;
}

/* Text ------------------------------------------------------------------------------------------ */

.soft {
  color: var(--soft);
}

.small {
  font-size: 0.85rem;
}

.lede {
  max-width: 44rem;
  margin-top: 0.35rem;
  color: var(--soft);
}

.crumb {
  margin-bottom: 0.35rem;
  font-size: 0.9rem;
}

.name,
bdi {
  overflow-wrap: anywhere;
}

code,
pre,
.mono {
  font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
  font-size: 0.87rem;
}

code {
  border-radius: 0.3rem;
  background: var(--quiet-ground);
  padding: 0.1rem 0.3rem;
  overflow-wrap: anywhere;
}

pre {
  overflow-x: auto;
  border-radius: 0.5rem;
  background: var(--sunk);
  padding: 0.9rem 1rem;
  line-height: 1.5;
}

pre code {
  background: none;
  padding: 0;
}

/* Cards ----------------------------------------------------------------------------------------- */

.card,
.stack {
  display: grid;
  gap: 1rem;
}

.card {
  align-content: start;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--card);
  padding: clamp(1rem, 3vw, 1.5rem);
}

.stack {
  gap: 1.5rem;
}

.card > *,
.stack > * {
  min-width: 0;
}

.grid {
  display: grid;
  gap: 1rem;
}

.row {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem;
  align-items: center;
}

.row.apart {
  justify-content: space-between;
}

.badge {
  display: inline-block;
  border-radius: 1rem;
  background: var(--quiet-ground);
  padding: 0.1rem 0.65rem;
  color: var(--ink);
  font-weight: 550;
  font-size: 0.85rem;
  white-space: nowrap;
}

.badge.good {
  background: var(--good-ground);
  color: var(--good);
}

.badge.wait {
  background: var(--wait-ground);
  color: var(--wait);
}

.badge.bad {
  background: var(--bad-ground);
  color: var(--bad);
}

.notice {
  display: grid;
  gap: 0.35rem;
  border-radius: var(--radius);
  background: var(--good-ground);
  padding: 0.8rem 1.1rem;
}

.notice.wait {
  background: var(--wait-ground);
}

.notice.bad {
  background: var(--bad-ground);
}

.empty {
  display: grid;
  gap: 0.5rem;
  justify-items: start;
  border: 1px dashed var(--line);
  border-radius: var(--radius);
  padding: clamp(1.25rem, 4vw, 2.25rem);
  color: var(--soft);
}

.empty-title {
  color: var(--ink);
  font-weight: 600;
}

/* The one sentence ------------------------------------------------------------------------------ */

.verdict {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr);
  gap: 0 1rem;
  align-items: center;
  padding-block: 0.75rem;
}

.verdict svg {
  grid-row: 1 / 3;
  width: 3.25rem;
  height: 3.25rem;
}

.verdict.good svg {
  color: var(--good);
}

.verdict.wait svg {
  color: var(--wait);
}

.verdict.bad svg {
  color: var(--bad);
}

.verdict h1 {
  font-size: clamp(1.7rem, 5vw, 2.3rem);
}

.verdict p {
  color: var(--soft);
}

.todo {
  display: grid;
  padding: 0;
  list-style: none;
}

.todo li {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  gap: 0.15rem 1rem;
  align-items: center;
  border-top: 1px solid var(--line);
  padding-block: 0.8rem;
}

.todo li:first-child {
  border-top: 0;
  padding-top: 0;
}

.todo li:last-child {
  padding-bottom: 0;
}

.reasons {
  display: flex;
  flex-wrap: wrap;
  gap: 0.2rem 1.1rem;
  margin-top: 0.3rem;
  padding: 0;
  list-style: none;
  font-size: 0.9rem;
}

.todo .reasons li {
  display: inline;
  border: 0;
  padding: 0;
}

.budget {
  display: grid;
  gap: 0.6rem;
}

/* Facts ----------------------------------------------------------------------------------------- */

.facts {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(8.2rem, 100%), 1fr));
  gap: 1rem 1.5rem;
}

.facts dt {
  color: var(--soft);
  font-size: 0.85rem;
}

.facts dd {
  overflow-wrap: anywhere;
}

.big {
  font-weight: 600;
  font-size: 1.4rem;
  font-variant-numeric: tabular-nums;
  line-height: 1.3;
}

meter,
progress {
  display: block;
  width: 100%;
  height: 0.5rem;
  margin-top: 0.35rem;
  accent-color: var(--accent);
}

/* The chart ------------------------------------------------------------------------------------- */

.chart svg {
  display: block;
  width: 100%;
  height: auto;
}

.chart .accepted {
  fill: var(--accent);
}

.chart .held {
  fill: light-dark(#d99a1c, #e0a93f);
}

.chart .parked {
  fill: light-dark(#c0432f, #f08370);
}

.chart line {
  stroke: var(--line);
}

.chart text {
  fill: var(--soft);
  font-size: 11px;
  font-variant-numeric: tabular-nums;
}

.legend {
  display: flex;
  flex-wrap: wrap;
  gap: 0.3rem 1.25rem;
  margin-bottom: 0.75rem;
  font-size: 0.9rem;
}

.legend span::before {
  display: inline-block;
  width: 0.7rem;
  height: 0.7rem;
  margin-inline-end: 0.4rem;
  border-radius: 0.2rem;
  background: currentColor;
  content: "";
}

.legend .accepted::before {
  color: var(--accent);
}

.legend .held::before {
  color: light-dark(#d99a1c, #e0a93f);
}

.legend .parked::before {
  color: light-dark(#c0432f, #f08370);
}

/* Tables ---------------------------------------------------------------------------------------- */

table {
  width: 100%;
  border-collapse: collapse;
}

.card > table {
  margin-block: -0.5rem;
}

th {
  padding: 0.5rem 1rem 0.5rem 0;
  color: var(--soft);
  font-weight: 500;
  font-size: 0.85rem;
  text-align: start;
}

td {
  border-top: 1px solid var(--line);
  padding: 0.7rem 1rem 0.7rem 0;
  vertical-align: top;
}

tbody:first-child tr:first-child td {
  border-top: 0;
}

td:last-child,
th:last-child {
  padding-inline-end: 0;
}

td.number,
th.number {
  font-variant-numeric: tabular-nums;
  text-align: end;
}

.lead a {
  display: block;
  font-weight: 550;
  font-variant-numeric: tabular-nums;
  text-decoration: none;
}

.lead a:hover {
  text-decoration: underline;
}

/* Forms ----------------------------------------------------------------------------------------- */

form.fields,
.fields {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr));
  gap: 0.9rem 1rem;
  align-items: end;
}

fieldset {
  min-width: 0;
  margin: 0;
  border: 0;
  padding: 0;
}

legend {
  margin-bottom: 0.6rem;
  padding: 0;
}

.wide {
  grid-column: 1 / -1;
}

form.tall {
  display: grid;
  gap: 1rem;
}

.inline {
  display: inline;
}

label,
.field {
  display: grid;
  gap: 0.3rem;
  min-width: 0;
  font-size: 0.9rem;
}

label small,
.field small {
  color: var(--soft);
}

.tick {
  display: flex;
  gap: 0.6rem;
  align-items: baseline;
  font-size: 1rem;
}

input,
select,
textarea {
  accent-color: var(--accent);
}

input:not([type="checkbox"], [type="radio"]),
select,
textarea {
  width: 100%;
  min-height: 2.6rem;
  border: 1px solid light-dark(#8f9793, #64716c);
  border-radius: 0.5rem;
  background: var(--card);
  color: inherit;
  padding: 0.4rem 0.65rem;
  font: inherit;
  font-size: 1rem;
}

textarea {
  min-height: 9rem;
  font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
  font-size: 0.87rem;
  resize: vertical;
}

button,
.button {
  display: inline-flex;
  align-items: center;
  min-height: 2.6rem;
  border: 1px solid var(--line);
  border-radius: 0.55rem;
  background: var(--card);
  color: inherit;
  padding: 0.4rem 1.05rem;
  font: inherit;
  font-weight: 500;
  text-decoration: none;
  cursor: pointer;
}

button:hover,
.button:hover {
  border-color: var(--soft);
}

button:disabled {
  opacity: 0.55;
  cursor: default;
}

.main {
  border-color: transparent;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
}

.risky {
  color: var(--bad);
}

.plain {
  border-color: transparent;
  background: none;
  color: var(--soft);
  padding-inline: 0.7rem;
}

[hidden] {
  display: none;
}

.heard {
  position: absolute;
  overflow: hidden;
  width: 1px;
  height: 1px;
  clip-path: inset(50%);
  white-space: nowrap;
}

form[data-sent] button {
  opacity: 0.55;
  cursor: progress;
}

details > summary {
  width: fit-content;
  color: var(--soft);
  cursor: pointer;
}

details[open] > summary {
  margin-bottom: 0.9rem;
}

.pager {
  display: flex;
  gap: 0.6rem;
  justify-content: space-between;
}

/* One delivery ---------------------------------------------------------------------------------- */

.timeline {
  display: grid;
  padding: 0;
  list-style: none;
}

.timeline li {
  position: relative;
  border-inline-start: 2px solid var(--line);
  margin-inline-start: 0.4rem;
  padding: 0 0 1.1rem 1.4rem;
}

.timeline li:last-child {
  border-color: transparent;
  padding-bottom: 0;
}

.timeline li::before {
  position: absolute;
  inset-block-start: 0.45rem;
  inset-inline-start: calc(-0.4rem - 1px);
  width: 0.8rem;
  height: 0.8rem;
  border: 2px solid var(--card);
  border-radius: 50%;
  background: var(--soft);
  content: "";
}

.timeline li.good::before {
  background: var(--accent);
}

.timeline li.bad::before {
  background: var(--bad);
}

.timeline strong {
  font-weight: 600;
}

.timeline q,
.timeline p {
  overflow-wrap: anywhere;
}

dl.json {
  display: grid;
  gap: 0.4rem;
}

dl.json dl.json {
  border-inline-start: 2px solid var(--line);
  padding-inline-start: 0.8rem;
}

dl.json > div {
  display: grid;
  grid-template-columns: minmax(5rem, 35%) minmax(0, 1fr);
  gap: 0.75rem;
}

dl.json dt {
  color: var(--soft);
  font-size: 0.9rem;
  overflow-wrap: anywhere;
}

.choices {
  display: grid;
  gap: 1rem;
}

.steps {
  display: grid;
  gap: 0.8rem;
  padding-inline-start: 1.4rem;
}

.gate {
  display: grid;
  align-content: center;
  gap: 1.25rem;
  width: min(24rem, 100%);
  min-height: 70dvh;
  margin-inline: auto;
}

.endpoint + .endpoint {
  border-top: 1px solid var(--line);
  padding-top: 1rem;
}

.endpoint summary {
  width: 100%;
  color: inherit;
}

.method {
  display: inline-block;
  min-width: 3.2rem;
  color: var(--accent);
  font-weight: 650;
  font-size: 0.8rem;
}

@media (width < 46rem) {
  .cards thead {
    position: absolute;
    overflow: hidden;
    width: 1px;
    height: 1px;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .cards,
  .cards tbody,
  .cards tr,
  .cards td {
    display: block;
  }

  .cards tr {
    padding-block: 0.9rem;
    border-top: 1px solid var(--line);
  }

  .cards tr:first-child {
    border-top: 0;
  }

  .cards td {
    border: 0;
    padding: 0.12rem 0;
  }

  .cards td[data-label] {
    display: grid;
    grid-template-columns: 6.5rem minmax(0, 1fr);
    gap: 0.75rem;
  }

  .cards td[data-label]::before {
    color: var(--soft);
    font-size: 0.85rem;
    content: attr(data-label);
  }

  .cards td[data-label] > * {
    justify-self: start;
  }

  .cards td.number {
    text-align: start;
  }

  .leads tr {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.15rem 1rem;
  }

  .leads td[data-label] {
    display: block;
  }

  .leads td[data-label]::before,
  .leads td.of-hook {
    display: none;
  }

  .leads .when {
    color: var(--soft);
    font-size: 0.85rem;
    text-align: end;
  }

  .leads .lead,
  .leads .how {
    grid-column: 1 / -1;
  }

  .chart text {
    font-size: 20px;
  }

  /* The button stands below its text: beside it, long words are cut. */
  .todo li {
    grid-template-columns: minmax(0, 1fr);
  }
  .todo li > .button {
    justify-self: start;
  }
  .todo,
  .reasons {
    overflow-wrap: anywhere;
  }

  form.fields,
  .fields {
    grid-template-columns: repeat(auto-fill, minmax(min(8.5rem, 100%), 1fr));
  }

  .fields > .row {
    grid-column: 1 / -1;
  }
}

@media (width >= 56rem) {
  .top {
    flex-wrap: nowrap;
  }

  .top nav {
    order: 0;
    width: auto;
  }

  .top ul {
    margin-inline: 0;
  }

  .grid.two {
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
  }

  .grid.aside {
    grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr);
    align-items: start;
  }
}

@media (forced-colors: active) {
  .badge {
    border: 1px solid;
  }
}
`,
}

export const JS = {
  hash: '1989c9290f38',
  text: `// The console works without this. It asks for news of a live page, goes on with a bulk action by itself, keeps a form from
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

/** To who cannot see it: what a page says first has changed. */
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
    if (before.contains(document.activeElement) && document.activeElement !== document.body) {
      if (document.activeElement.matches('input, select, textarea')) continue
    }
    const focused = pathOf(before, document.activeElement)
    for (const open of before.querySelectorAll('details[open][id]')) {
      after.querySelector(\`#\${CSS.escape(open.id)}\`)?.setAttribute('open', '')
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
  if (href !== null) return (fresh) => fresh.querySelector(\`a[href="\${CSS.escape(href)}"]\`)
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
`,
}
