/** How hooks and accounts of the config are spelt as secrets of the Worker. */

/** `webinar` -> `WEBINAR_SECRET`, `vipList` and `vip-list` -> `VIP_LIST_SECRET`. */
export function secretName(hook: string): string {
  return `${upperSnake(hook)}_SECRET`
}

/** `webinar` -> `WEBINAR_API_TOKEN`: with it a hook looks up at its sender what the webhook leaves out. */
export function apiTokenName(hook: string): string {
  return `${upperSnake(hook)}_API_TOKEN`
}

/** `default` -> `EAZYBE_TOKEN`, `sales` -> `EAZYBE_TOKEN_SALES`. */
export function tokenName(account: string): string {
  return account === 'default' ? 'EAZYBE_TOKEN' : `EAZYBE_TOKEN_${upperSnake(account)}`
}

/** The values of a secret, one per line while it is being rotated; an empty list where it is not set. */
export function secretValues(env: object, name: string): string[] {
  const value: unknown = Reflect.get(env, name)
  if (typeof value !== 'string') return []
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function upperSnake(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase()
}
