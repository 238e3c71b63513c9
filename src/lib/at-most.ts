/** Bounds a wait: the promise's value, or another one once the time is up. */

/** Leaves no timer behind. The promise itself goes on; its late end is ignored. */
export async function atMost<value, late>(
  ms: number,
  promise: Promise<value>,
  late: late,
): Promise<value | late> {
  let stop = () => {}
  const timeout = new Promise<late>((resolve) => {
    const timer = setTimeout(() => resolve(late), ms)
    stop = () => clearTimeout(timer)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    stop()
  }
}
