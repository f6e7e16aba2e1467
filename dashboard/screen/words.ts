import { pageWords } from '../i18n/language.ts'

export const words = pageWords(
  {
    title: '大屏',
    leave: '返回（Esc）',
    lost: (time: string, length: string) =>
      `与网关断开：自 ${time} 起，已 ${length}。正在自动重连，画面和告警可能不是最新的。`,
    noAlerts: '无未处理告警',
    sleep: '屏幕可能会自动熄灭：请在电脑的电源设置中关闭熄屏。',
    sleepHint: '浏览器只在 HTTPS 或本机地址下允许网页保持常亮。',
    update: '有新版本，点此更新',
  },
  {
    title: 'Big screen',
    leave: 'Back (Esc)',
    lost: (time, length) =>
      `Gateway away since ${time}, for ${length}. Reconnecting by itself; pictures and alerts may not be the newest.`,
    noAlerts: 'No open alerts',
    sleep: 'The screen may switch itself off: set the computer to keep it on.',
    sleepHint: 'Browsers keep a screen on only for pages over HTTPS or of this very computer.',
    update: 'New version: click to update',
  },
)

interface BigWords {
  readonly title: string
  readonly lines: readonly string[]
}
type Shut = Record<'revoked' | 'not-entered', BigWords>

/** Nobody sits there to choose a language: both are shown. */
export const shutWords: Record<'zh-CN' | 'en', Shut> = {
  'zh-CN': {
    revoked: {
      title: '此大屏已停用',
      lines: [
        '管理员已停用它，或浏览器的登录信息已丢失。',
        '重新启用：管理员在“系统 › 大屏”中重新添加，或生成新链接，在本机浏览器中打开即可。',
      ],
    },
    'not-entered': {
      title: '此大屏尚未登录',
      lines: ['管理员在“系统 › 大屏”中添加大屏并生成链接，在本机浏览器中打开即可。'],
    },
  },
  en: {
    revoked: {
      title: 'This screen was switched off',
      lines: [
        'An administrator revoked it, or the browser lost its session.',
        'To use it again: an administrator adds it anew, or makes a new link, under “System › Screens”; open the link in this browser.',
      ],
    },
    'not-entered': {
      title: 'This screen has no session yet',
      lines: ['An administrator adds a screen under “System › Screens” and opens the link in this browser.'],
    },
  },
}

export const awayWords = {
  'zh-CN': {
    title: '网关没有回应',
    since: (time: string) => `自 ${time} 起。正在自动重试，恢复后画面会自己出现。`,
  },
  en: {
    title: 'The gateway does not answer',
    since: (time: string) => `Since ${time}. Trying again by itself; the pictures come back on their own.`,
  },
}

/** A person may have come here by mistake. */
export const signInWord = '工作人员登录 · Sign in'
