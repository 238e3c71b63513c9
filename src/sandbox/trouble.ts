/** Trouble that the person at the terminal can mend: shown as its message, without a stack. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
}

/** What another's error says, to be told as trouble. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What `use` gives; what it throws is told as trouble, after these words. */
export function orTrouble<result>(words: string, use: () => result): result {
  try {
    return use()
  } catch (error) {
    throw new Trouble(`${words}: ${messageOf(error)}`)
  }
}

/** Runs a command to its exit code; 1 where it throws. */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    console.error(error instanceof Trouble ? error.message : error)
    process.exitCode = 1
  }
}
