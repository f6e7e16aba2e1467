import { Component, type ComponentChildren } from 'preact'
import type { Millis } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'

interface BoundaryProps {
  readonly children: ComponentChildren
  /** Where nobody sits: draws again by itself after so long. */
  readonly againMs?: Millis
}

/** A page that throws while drawing takes only itself down; preact offers this to classes only. */
export class ErrorBoundary extends Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static override getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override componentDidCatch(): void {
    const { againMs } = this.props
    if (againMs !== undefined) setTimeout(() => this.setState({ error: null }), againMs)
  }

  override render() {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <div class="trouble" role="alert">
        <p class="trouble-title">{t().states.crashedTitle}</p>
        <p>{t().states.crashedNext}</p>
        <pre>{error.message}</pre>
        <button type="button" class="button" onClick={() => this.setState({ error: null })}>
          {t().states.retry}
        </button>
      </div>
    )
  }
}
