import { useEffect } from 'preact/hooks'
import { t } from '../i18n/language.ts'
import { Loading, problemText } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { LoginPage } from './page.tsx'

/** `/enter?ticket=...`: trades the one-time ticket for a session and goes to the wall; a screen to its own. The ticket leaves the address at once. */
export function EnterPage() {
  const { api, router, start } = useGateway()
  const enter = useAction(async (ticket: string) => {
    const session = await api.enter(ticket)
    start(session)
    router.navigate(session.role === 'screen' ? '/screen' : '/wall', { replace: true })
  })
  useEffect(() => {
    const ticket = router.location.peek().query.get('ticket') ?? ''
    router.navigate('/enter', { replace: true })
    enter.start(ticket)
  }, [])
  if (enter.problem === null) {
    return (
      <main class="alone">
        <h1 class="visually-hidden">{t().login.title}</h1>
        <p>{t().login.ticketTitle}</p>
        <Loading rows={2} />
      </main>
    )
  }
  const used = enter.problem.status > 0 && enter.problem.status < 500
  return <LoginPage hint={used ? t().login.ticketBad : problemText(enter.problem)} />
}
