import { useEffect, useRef, useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { problemText } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { lengthOf, type Pattern, patterns } from './patterns.ts'
import { useWatch } from './watch.ts'
import { words } from './words.ts'

/** Between two patterns of the test: long enough to read the next name. */
const betweenMs = 900

/** Lets the page sound, plays each pattern under its name, and asks whether it was heard. */
export function ShiftDialog({ onClose }: { onClose: () => void }) {
  const watch = useWatch()
  const [now, setNow] = useState<Pattern | null>(null)
  const [asked, setAsked] = useState(false)
  const [checks, setChecks] = useState(false)
  const going = useRef(new AbortController())
  const start = useAction(async () => {
    going.current.abort()
    going.current = new AbortController()
    const { signal } = going.current
    setAsked(false)
    await watch.unlock()
    for (const pattern of patterns) {
      if (signal.aborted) return
      setNow(pattern)
      watch.test(pattern)
      await pause(lengthOf(pattern) + betweenMs, signal)
    }
    if (signal.aborted) return
    setNow(null)
    setAsked(true)
  })
  useEffect(() => {
    start.start()
    return () => {
      going.current.abort()
      watch.endTest(null)
    }
  }, [])
  const answer = (heard: boolean) => {
    going.current.abort()
    setNow(null)
    watch.endTest(heard)
    if (heard) onClose()
    else setChecks(true)
  }
  return (
    <Dialog title={words().test} onClose={onClose}>
      <div class="shift" data-asked={asked}>
        <ol class="shift-patterns">
          {patterns.map((pattern) => (
            <li key={pattern} data-pattern={pattern} aria-current={now === pattern ? 'step' : undefined}>
              {words().patterns[pattern]}
            </li>
          ))}
        </ol>
        {start.problem === null ? null : (
          <p class="refusal" role="alert">
            {problemText(start.problem)}
          </p>
        )}
        <p class="shift-question" role="status">
          {asked ? words().heardQuestion : words().testing}
        </p>
        {checks ? (
          <div class="shift-checks" role="status">
            <p>{words().checks}</p>
            <ul>
              {words().checkList.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </div>
        ) : null}
        <div class="form-actions">
          {checks ? (
            <button type="button" class="button" onClick={onClose}>
              {words().later}
            </button>
          ) : null}
          <button type="button" class="button" disabled={start.busy} onClick={() => start.start()}>
            {words().again}
          </button>
          <button type="button" class="button" disabled={!asked} onClick={() => answer(false)}>
            {words().no}
          </button>
          <button type="button" class="button button-main" disabled={!asked} onClick={() => answer(true)}>
            {words().yes}
          </button>
        </div>
      </div>
    </Dialog>
  )
}

/** Resolves after `ms`, or at once when `signal` aborts. */
const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
