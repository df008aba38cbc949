import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../parts/problem-note.tsx'

interface Props {
  readonly children: ReactNode
  /** Shown instead of the usual note. */
  readonly fallback?: (error: unknown, retry: () => void) => ReactNode
  readonly onFault?: (error: unknown) => void
}

/** What throws below it takes nothing else along; somebody may try again. */
export class FaultBoundary extends Component<Props, { readonly error: unknown }> {
  override state = { error: undefined as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error('thrown') }
  }

  override componentDidCatch(error: unknown) {
    this.props.onFault?.(error)
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    const retry = () => this.setState({ error: undefined })
    return this.props.fallback?.(error, retry) ?? <Fault error={error} onRetry={retry} />
  }
}

function Fault({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation('contributed')
  return (
    <div className="stack">
      <ProblemNote error={error} />
      <button type="button" className="plain-button" onClick={onRetry}>
        {t('retry')}
      </button>
    </div>
  )
}
