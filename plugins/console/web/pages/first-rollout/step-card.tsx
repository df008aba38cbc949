import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CliLine } from '../../parts/cli-line.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import type { PracticeStep, StepState } from './practice.ts'

const TONES = { done: 'good', now: 'warning', later: 'neutral' } as const

/** One step: what it is for, what it does by the command line, and what does it here. */
export function StepCard({
  step,
  state,
  commands,
  children,
}: {
  step: PracticeStep
  state: StepState
  commands: readonly string[]
  children?: ReactNode
}) {
  const { t } = useTranslation('first-rollout')
  return (
    <li className="panel" aria-current={state === 'now' ? 'step' : undefined}>
      <div className="panel-head">
        <h2>{t(`steps.${step}.title`)}</h2>
        <StatusTag tone={TONES[state]} label={t(`states.${state}`)} />
      </div>
      <div className="panel-body stack">
        <p>{t(`steps.${step}.text`)}</p>
        {children}
        {commands.map((command) => (
          <CliLine key={command} command={command} />
        ))}
      </div>
    </li>
  )
}

/** The button of a step, and what the host refused. */
export function StepButton({
  label,
  state,
  change,
}: {
  label: string
  state: StepState
  change: {
    readonly mutate: (wish: undefined) => void
    readonly isPending: boolean
    readonly error: Error | null
  }
}) {
  return (
    <>
      <div>
        <Button
          type={state === 'now' ? 'primary' : 'default'}
          disabled={state === 'later'}
          loading={change.isPending}
          onClick={() => change.mutate(undefined)}
        >
          {label}
        </Button>
      </div>
      {change.error !== null && <ProblemNote error={change.error} />}
    </>
  )
}
