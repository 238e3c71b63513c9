/** Posts an alert: the JSON that Slack, Mattermost, Google Chat and most automations take. */

const TIMEOUT_MS = 10_000

/** True where it was taken. Never throws. https only, except to this machine; no redirects. */
export async function sendAlert(
  url: string,
  text: string,
  send: typeof fetch = fetch,
): Promise<boolean> {
  if (!isSafe(url)) return false
  try {
    const response = await send(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(?:127\.0\.0\.1|localhost)$/.test(hostname))
  )
}
