/**
 * Runs one at a time; what is wanted meanwhile is done once more afterwards.
 * So the last answer is the newest, and none waits for changes to cease. `run` deals with its own failures.
 */
export function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running = false
  let wanted = false
  return async () => {
    wanted = true
    if (running) return
    running = true
    while (wanted) {
      wanted = false
      await run()
    }
    running = false
  }
}
