/** A delivery's id: the account and a number, short enough to read out, and it says which outbox to ask. */

/** `default` and 42 -> `default-42`. */
export function deliveryId(account: string, seq: number): string {
  return `${account}-${seq}`
}

/** The account and number in a delivery's id, or null. */
export function readDeliveryId(id: string): { account: string; seq: number } | null {
  const match = /^([A-Za-z][A-Za-z0-9-]{0,40})-([1-9]\d{0,14})$/.exec(id)
  return match?.[1] === undefined ? null : { account: match[1], seq: Number(match[2]) }
}
