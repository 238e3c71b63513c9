/** Asks EazyBe whether it takes a token, with the one call that changes nothing: the list of active users. */

const URL = 'https://api.eazybe.com/v2/users/public/last-active'
const TIMEOUT_MS = 10_000

export interface Opinion {
  readonly taken: boolean
  /** Half a sentence, without the token. */
  readonly because: string
}

/** Whether EazyBe takes it. The token goes nowhere but there, and not across a redirect. */
export async function askEazybe(token: string, ask: typeof fetch = fetch): Promise<Opinion> {
  try {
    const response = await ask(URL, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    return opinionOf(response.status)
  } catch {
    return { taken: false, because: 'EazyBe cannot be reached' }
  }
}

function opinionOf(status: number): Opinion {
  if (status === 200) return { taken: true, because: 'EazyBe takes it' }
  if (status === 401 || status === 403)
    return { taken: false, because: `EazyBe refuses it (${status})` }
  return { taken: false, because: `EazyBe answers ${status}` }
}
