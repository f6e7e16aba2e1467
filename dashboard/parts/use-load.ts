import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiProblem, toProblem } from '../api/request.ts'
import type { Store } from '../api/stores.ts'

export interface Load<Value> {
  /** Null until it is here the first time. */
  readonly value: Value | null
  /** Of the last attempt. */
  readonly problem: ApiProblem | null
  readonly reload: () => void
}

/** Loads when the page appears and whenever one of `inputs` changes; an older answer never replaces a newer one. */
export function useLoad<Value>(get: (signal: AbortSignal) => Promise<Value>, inputs: readonly unknown[]): Load<Value> {
  const [state, setState] = useState<{ value: Value | null; problem: ApiProblem | null }>({
    value: null,
    problem: null,
  })
  const [attempt, setAttempt] = useState(0)
  const latest = useRef(get)
  latest.current = get
  useEffect(() => {
    const leaving = new AbortController()
    latest
      .current(leaving.signal)
      .then((value) => setState({ value, problem: null }))
      .catch((thrown: unknown) => {
        if (!leaving.signal.aborted) setState((before) => ({ ...before, problem: toProblem(thrown) }))
      })
    return () => leaving.abort()
  }, [...inputs, attempt])
  return { ...state, reload: () => setAttempt((n) => n + 1) }
}

/** A shared list as a load. */
export const loadOf = <Value>(store: Store<Value>, reload: () => Promise<void>): Load<Value> => ({
  value: store.value.value,
  problem: store.problem.value,
  reload: () => void reload(),
})

/** Something the user starts: whether it is under way and how the last try failed. */
export function useAction<Inputs extends readonly unknown[]>(run: (...inputs: Inputs) => Promise<void>) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const start = (...inputs: Inputs): void => {
    setBusy(true)
    setProblem(null)
    run(...inputs)
      .catch((thrown: unknown) => setProblem(toProblem(thrown)))
      .finally(() => setBusy(false))
  }
  return { busy, problem, start, clear: () => setProblem(null) }
}
