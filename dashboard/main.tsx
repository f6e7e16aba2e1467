import { render } from 'preact'
import { App } from './app.tsx'
import { restoreLanguage } from './i18n/language.ts'
import { createGateway } from './shell/gateway.ts'
import { restoreTheme } from './shell/theme.ts'
import './style/tokens.css'
import './style/base.css'
import './style/controls.css'
import './style/marks.css'
import './style/shell.css'
import './style/pages.css'
import './style/tables.css'
import './style/features.css'
import './style/shots.css'

restoreLanguage()
restoreTheme()
const host = document.querySelector('#app')
if (host === null) throw new Error('index.html has no #app')
render(<App gateway={createGateway()} />, host)
