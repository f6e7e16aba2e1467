import type { ComponentChildren } from 'preact'
import { toProblem } from '../api/request.ts'
import { t, wordOf } from '../i18n/language.ts'
import type { Load } from './use-load.ts'

/** One sentence for a refusal in the reader's language: our words for a known code, else the gateway's own sentence. */
export function problemText(thrown: unknown): string {
  const problem = toProblem(thrown)
  const fields = problem.errors.map((error) => `${error.path}: ${error.message}`).join('; ')
  const sentence = wordOf(t().problems, problem.code) ?? problem.message
  return fields === '' ? sentence : `${sentence} (${fields})`
}

/** Nothing for 300 ms, then a skeleton, after 5 s a reason. Only style decides when: no timers. */
export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">{t().states.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div class="skeleton" key={row} />
      ))}
      <p class="loading-slow">{t().states.slow}</p>
    </div>
  )
}

/** Says what would be here and what to do next. */
export function Empty({ title, next, children }: { title: string; next?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {next === undefined ? null : <p class="empty-next">{next}</p>}
      {children}
    </div>
  )
}

interface TroubleProps {
  /** What failed, e.g. the name of the list. */
  readonly what: string
  readonly problem: unknown
  /** What still works; recording and alerts when not given. */
  readonly works?: string
  readonly retry?: () => void
}

/** What failed and why, what still works, and a way to try again. */
export function Trouble({ what, problem, works, retry }: TroubleProps) {
  return (
    <div class="trouble" role="alert">
      <p class="trouble-title">{t().states.failed(what)}</p>
      <p>{problemText(problem)}</p>
      <p class="muted">{works ?? t().states.stillWorks}</p>
      {retry === undefined ? null : (
        <button type="button" class="button" onClick={retry}>
          {t().states.retry}
        </button>
      )}
    </div>
  )
}

/** Draws a load: skeleton, trouble or the children; old data stays on screen while it is loaded again. */
export function Loaded<Value>(props: { what: string; of: Load<Value>; children: (value: Value) => ComponentChildren }) {
  const { what, of: load, children } = props
  if (load.value !== null) {
    return (
      <>
        {load.problem === null ? null : <Trouble what={what} problem={load.problem} retry={load.reload} />}
        {children(load.value)}
      </>
    )
  }
  if (load.problem !== null) return <Trouble what={what} problem={load.problem} retry={load.reload} />
  return <Loading />
}

/** The head of a page: its only h1, a line about it, and its actions. */
export function PageHead({ title, about, children }: { title: string; about?: string; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div class="page-head-words">
        <h1>{title}</h1>
        {about === undefined ? null : <p class="muted">{about}</p>}
      </div>
      {children === undefined ? null : <div class="page-head-actions">{children}</div>}
    </header>
  )
}
