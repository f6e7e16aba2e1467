import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Millis, seconds, type UtcMs } from '../../gateway/domain/units.ts'
import { toProblem } from '../api/request.ts'
import { formatTime } from '../i18n/time.ts'
import { languages } from '../i18n/language.ts'
import { useGateway } from '../shell/gateway.ts'
import { awayWords, shutWords, signInWord } from './words.ts'

const awayEveryMs: Millis = seconds(5)
const shutEveryMs: Millis = seconds(30)
const storageKey = 'zone-gateway.screen'

/** This browser shows a screen: remembered for when its session is gone. */
export const rememberScreen = (): void => localStorage.setItem(storageKey, 'yes')
export const isScreenBrowser = (): boolean => localStorage.getItem(storageKey) === 'yes'

/** No session, or none yet: big words, no form, and it goes on by itself as soon as it can. */
export function Waiting() {
  const { api, session, start, nowUtcMs } = useGateway()
  const [awayUtcMs, setAwayUtcMs] = useState<UtcMs | null>(null)
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async (): Promise<void> => {
      try {
        start(await api.session(leaving.signal))
        return
      } catch (thrown) {
        if (leaving.signal.aborted) return
        const { status } = toProblem(thrown)
        if (status === 401) session.value = null
        setAwayUtcMs((before) => (status === 401 ? null : (before ?? Date.now())))
        timer = setTimeout(() => void ask(), status === 401 ? shutEveryMs : awayEveryMs)
      }
    }
    void ask()
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [])
  if (awayUtcMs !== null) {
    const since = formatTime(awayUtcMs, nowUtcMs.value)
    return (
      <BigMessage kind="away">
        {languages.map((one) => (
          <section key={one} lang={one}>
            <h1>{awayWords[one].title}</h1>
            <p>{awayWords[one].since(since)}</p>
          </section>
        ))}
      </BigMessage>
    )
  }
  // Asked for the first time, and usually answered at once.
  if (session.value === undefined) return <main class="big-message" aria-busy="true" />
  const kind = isScreenBrowser() ? 'revoked' : 'not-entered'
  return (
    <BigMessage kind={kind}>
      {languages.map((one) => (
        <section key={one} lang={one}>
          <h1>{shutWords[one][kind].title}</h1>
          {shutWords[one][kind].lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </section>
      ))}
      <a href="/wall">{signInWord}</a>
    </BigMessage>
  )
}

const BigMessage = ({ kind, children }: { kind: string; children: ComponentChildren }) => (
  <main class="big-message" data-shut={kind}>
    {children}
  </main>
)
