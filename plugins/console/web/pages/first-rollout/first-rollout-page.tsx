import { Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { traffic } from '../../api/traffic.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useStore } from '../../app/store.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { isOver } from '../rollouts/rollout.ts'
import { CompanyChoice } from './company-choice.tsx'
import { enablePractice, installVersion, practiceAppKey, rollBadOut } from './make-practice.ts'
import { BAD, GOOD, practiceSteps, type StepState } from './practice.ts'
import { practiceCommands } from './practice-commands.ts'
import { practiceKey, usePracticeKey } from './practice-key.ts'
import { StepButton, StepCard } from './step-card.tsx'
import { TrafficControl } from './traffic-control.tsx'
import {
  useHasPractice,
  usePracticeBinding,
  usePracticePlugin,
  usePracticeRollout,
} from './use-practice.ts'
import { Verdict } from './verdict.tsx'

/** From nothing to a bad version that is taken back by itself, by this page alone. */
export function FirstRolloutPage() {
  const { t } = useTranslation('first-rollout')
  const viewer = useViewer()
  const has = useHasPractice()
  if (viewer.kind !== 'operator') {
    return (
      <div className="stack">
        <PageHead title={t('title')} />
        <EmptyState text={t('operatorOnly')} />
      </div>
    )
  }
  return (
    <div className="stack">
      <PageHead title={t('title')} />
      {has.error !== null && <ProblemNote error={has.error} />}
      {has.data === undefined && has.error === null && <Skeleton active />}
      {has.data === false && <EmptyState text={t('none')} command="npm start" />}
      {has.data === true && <Steps />}
    </div>
  )
}

function Steps() {
  const { t } = useTranslation('first-rollout')
  const tenant = useTenant()
  const key = usePracticeKey()
  const { answered } = useStore(traffic)
  const plugin = usePracticePlugin()
  const isInstalled = plugin.data?.stableVersion != null
  const bound = usePracticeBinding(tenant, isInstalled)
  const rollout = usePracticeRollout(isInstalled).data ?? undefined
  const states = new Map(
    practiceSteps({
      tenant,
      installed: plugin.data ?? null,
      binding: bound.data?.binding,
      key,
      hasCalled: answered > 0,
      rollout,
    }).map(({ step, state }) => [step, state]),
  )
  const state = (step: Parameters<typeof states.get>[0]): StepState => states.get(step) ?? 'later'
  const commands = practiceCommands({
    tenant: tenant ?? 'acme',
    origin: location.origin,
    rollout: rollout?.id,
  })
  const parts = { state, commands }
  return (
    <>
      <p>{t('intro', { bad: BAD })}</p>
      {plugin.error !== null && <ProblemNote error={plugin.error} />}
      <ol className="first-rollout stack">
        <StepCard step="company" state={state('company')} commands={commands.company}>
          <CompanyChoice tenant={tenant} />
        </StepCard>
        <Making {...parts} tenant={tenant} binding={bound.data ?? null} />
        <StepCard step="calls" state={state('calls')} commands={commands.calls}>
          <TrafficControl isNext={state('calls') !== 'later'} />
        </StepCard>
        <Canary {...parts} mayRepeat={rollout !== undefined && isOver(rollout.state)} />
        <StepCard step="verdict" state={state('verdict')} commands={commands.verdict}>
          {rollout !== undefined && <Verdict id={rollout.id} />}
        </StepCard>
      </ol>
    </>
  )
}

interface Parts {
  readonly state: (step: 'install' | 'enable' | 'key' | 'canary') => StepState
  readonly commands: ReturnType<typeof practiceCommands>
}

function Making({
  state,
  commands,
  tenant,
  binding,
}: Parts & {
  readonly tenant: string | undefined
  readonly binding: Parameters<typeof enablePractice>[1]
}) {
  const { t } = useTranslation('first-rollout')
  const install = useFormChange(
    () => installVersion(GOOD),
    () => t('installed', { version: GOOD }),
  )
  const enable = useFormChange(
    () => enablePractice(tenant ?? '', binding),
    () => t('enabled', { tenant }),
  )
  const subscribe = useFormChange(
    async () => practiceKey.set({ tenant: tenant ?? '', key: await practiceAppKey(tenant ?? '') }),
    () => t('hasKey'),
  )
  return (
    <>
      <StepCard step="install" state={state('install')} commands={commands.install}>
        {state('install') !== 'done' && (
          <StepButton
            label={t('install', { version: GOOD })}
            state={state('install')}
            change={install}
          />
        )}
      </StepCard>
      <StepCard step="enable" state={state('enable')} commands={commands.enable}>
        {state('enable') !== 'done' && (
          <StepButton label={t('enable')} state={state('enable')} change={enable} />
        )}
      </StepCard>
      <StepCard step="key" state={state('key')} commands={commands.key}>
        <StepButton label={t('subscribe')} state={state('key')} change={subscribe} />
      </StepCard>
    </>
  )
}

function Canary({ state, commands, mayRepeat }: Parts & { readonly mayRepeat: boolean }) {
  const { t } = useTranslation('first-rollout')
  const roll = useFormChange(rollBadOut, () => t('begun', { version: BAD }))
  const isDone = state('canary') === 'done'
  return (
    <StepCard step="canary" state={state('canary')} commands={commands.canary}>
      {(!isDone || mayRepeat) && (
        <StepButton
          label={isDone ? t('onceMore') : t('canary', { version: BAD })}
          state={state('canary')}
          change={roll}
        />
      )}
    </StepCard>
  )
}
