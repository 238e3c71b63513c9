// Keeps the sandbox's page fresh: asks once a second, and changes only the parts that differ.

const EVERY_MS = 1_000
const PARTS = ['troubles', 'groups', 'calls', 'switches']

let etag = ''
let editing = false

document.addEventListener('input', () => {
  editing = true
})
setInterval(refresh, EVERY_MS)

async function refresh() {
  if (document.hidden) return
  try {
    const answer = await fetch('/', { headers: { 'if-none-match': etag } })
    if (answer.status !== 200) return
    etag = answer.headers.get('etag') ?? ''
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
  } catch {
    // The sandbox is being restarted: the next second will tell.
  }
}

function show(fresh) {
  for (const id of PARTS) {
    // Half-typed switches are not overwritten.
    if (id === 'switches' && editing) continue
    const before = document.getElementById(id)
    const after = fresh.getElementById(id)
    if (before === null || after === null || before.isEqualNode(after)) continue
    for (const open of before.querySelectorAll('details[open]')) {
      after.querySelector(`#${open.id}`)?.setAttribute('open', '')
    }
    before.replaceWith(after)
  }
}
