/** What runs until its signal aborts. */
export interface Part {
  run(signal: AbortSignal): Promise<void>
}

/**
 * Runs `sources` and `sinks` side by side. When `signal` aborts, or one of them fails, the sources end, then `between` is done, then
 * the sinks end: what the sources gave last still finds its sink.
 * @throws the first failure, after all have ended
 */
export async function runStages(
  { sources, sinks }: { readonly sources: readonly Part[]; readonly sinks: readonly Part[] },
  signal: AbortSignal,
  between: () => Promise<void>,
): Promise<void> {
  const [stop, late] = [new AbortController(), new AbortController()]
  const failures: unknown[] = []
  const guarded = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (cause) {
      failures.push(cause)
      stop.abort()
    }
  }
  const runAll = (parts: readonly Part[], until: AbortSignal) =>
    Promise.all(parts.map((part) => guarded(() => part.run(until))))

  const sinking = runAll(sinks, late.signal)
  await runAll(sources, AbortSignal.any([signal, stop.signal]))
  await guarded(between)
  late.abort()
  await sinking
  if (failures.length > 0) throw failures[0]
}
