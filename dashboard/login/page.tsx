import { t } from '../i18n/language.ts'
import { text, typed } from '../parts/fields.ts'
import { PasswordField } from '../parts/password-field.tsx'
import { problemText } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { LanguageSwitch } from '../shell/top-bar.tsx'

/** User and password. Nothing stops pasting; a wrong try clears nothing but the message when typing goes on. */
export function LoginPage({ hint }: { hint?: string }) {
  const { api, expired, router, start } = useGateway()
  const login = useAction(async (user: string, secret: string) => {
    const session = await api.login(user, secret)
    if (router.location.peek().path === '/enter') router.navigate('/wall', { replace: true })
    start(session)
  })
  const refusal = login.problem
  const message = hint ?? (expired.value ? t().login.expired : undefined)
  return (
    <main class="alone">
      <div class="login">
        <header class="login-head">
          <img src="/favicon.svg" alt="" width={40} height={40} />
          <div>
            <h1>{t().product}</h1>
            <p class="muted">{t().login.tagline}</p>
          </div>
        </header>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            const fields = new FormData(event.currentTarget)
            login.start(text(fields, 'user'), typed(fields, 'password'))
          }}
          onInput={login.clear}
        >
          {message === undefined || refusal !== null ? null : (
            <p class="notice" role="status">
              {message}
            </p>
          )}
          <label class="field">
            <span>{t().login.user}</span>
            <input name="user" required autocomplete="username" autocapitalize="none" spellcheck={false} />
          </label>
          <PasswordField
            label={t().login.password}
            autocomplete="current-password"
            describedBy={refusal === null ? undefined : 'login-refusal'}
            required
          />
          {refusal === null ? null : (
            <p class="refusal" id="login-refusal" role="alert">
              {refusal.status === 401 ? t().login.wrong : problemText(refusal)}
            </p>
          )}
          <button type="submit" class="button button-main" disabled={login.busy}>
            {login.busy ? t().actions.working : t().login.enter}
          </button>
        </form>
        <footer class="login-foot">
          <p class="muted">{t().login.help}</p>
          <LanguageSwitch />
        </footer>
      </div>
    </main>
  )
}
