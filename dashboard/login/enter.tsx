import { useEffect } from 'preact/hooks'
import { t } from '../i18n/language.ts'
import { Loading, problemText } from '../parts/states.tsx'
import { isScreenBrowser } from '../screen/shut-out.tsx'
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
  // Whose browser opens its link with every start: the link was used, and the session it gave may still hold.
  const isScreen = isScreenBrowser()
  const refused = enter.problem !== null && enter.problem.status > 0 && enter.problem.status < 500
  useEffect(() => {
    if (isScreen && enter.problem !== null) router.navigate('/screen', { replace: true })
  }, [isScreen, enter.problem])
  useEffect(() => {
    const ticket = router.location.peek().query.get('ticket') ?? ''
    router.navigate('/enter', { replace: true })
    enter.start(ticket)
  }, [])
  if (enter.problem === null || isScreen) {
    return (
      <main class="alone">
        <h1 class="visually-hidden">{t().login.title}</h1>
        <p>{t().login.ticketTitle}</p>
        <Loading rows={2} />
      </main>
    )
  }
  return <LoginPage hint={refused ? t().login.ticketBad : problemText(enter.problem)} />
}
