import { useMutation } from '@tanstack/react-query'
import { Alert, App, Button, Input, Radio, Segmented, Select } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { callPath } from '../../api/call-service.ts'
import { type WhyNot, whyNotCall } from '../../api/may-call.ts'
import { type Fault, ProblemError } from '../../api/problem.ts'
import { type TriedAnswer, tryCall } from '../../api/try-call.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { FaultList } from '../../contributed/form/fault-list.tsx'
import { inputFaults } from '../../contributed/form/form-faults.ts'
import { useFaultWords } from '../../contributed/form/use-fault-words.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { CallSnippets } from './call-snippets.tsx'
import { InputForm } from './input-form.tsx'
import type { ServiceOperation } from './service.ts'
import { inputsOf, parsedInput, shownBody } from './trial.ts'

interface Props {
  readonly service: string
  readonly major: number
  readonly plugin: string
  readonly name: string
  readonly operation: ServiceOperation
  readonly appKey: string
  readonly onAppKey: (key: string) => void
}

/** Calls an operation for real, as the viewer or with an app's key, and shows the same call for programs. */
export function TryOperation(props: Props) {
  const { service, major, name, operation, appKey } = props
  const { t } = useTranslation('catalog')
  const viewer = useViewer()
  const whyNot = whyNotCall(viewer, operation)
  const [isByKey, setByKey] = useState(whyNot !== undefined)
  const inputs = inputsOf(operation, (at) => t('exampleNumber', { at }))
  const [text, setText] = useState(() => JSON.stringify(inputs[0]?.input ?? {}, null, 2))
  const [faults, setFaults] = useState<readonly Fault[]>([])
  const call = useMutation({
    mutationFn: (input: unknown) =>
      tryCall(callPath(`${service}@${major}`, name), input, {
        key: isByKey ? appKey : undefined,
        isSafe: operation.safe === true,
      }),
  })
  const say = useFaultWords()
  const ask = useAsking(operation.safe === true)
  const [isHalf, setHalf] = useState(false)
  const parsed = isHalf ? undefined : parsedInput(text)
  const go = () => {
    if (parsed === undefined) return
    const found = inputFaults(operation.input, parsed.input, say)
    setFaults(found)
    if (found.length === 0) ask(() => call.mutate(parsed.input))
  }
  const isReady = parsed !== undefined && (isByKey ? appKey !== '' : whyNot === undefined)
  return (
    <section className="stack" aria-label={t('tryName', { name })}>
      <h2 className="section-title">{t('try')}</h2>
      <Proof {...props} whyNot={whyNot} isByKey={isByKey} onByKey={setByKey} />
      <TrialInput {...props} inputs={inputs} text={text} onText={setText} onHalf={setHalf} />
      {isHalf && <p className="quiet">{t('inputHalf')}</p>}
      {faults.length > 0 && <FaultList faults={faults} />}
      <div>
        <Button type="primary" disabled={!isReady} loading={call.isPending} onClick={go}>
          {t('call')}
        </Button>
      </div>
      <div aria-live="polite" className="stack">
        {call.error !== null && <ProblemNote error={call.error} />}
        {isByKey && isUnknown(call.error) && <p>{t('keyRefused')}</p>}
        {call.data !== undefined && <Answer answer={call.data} />}
      </div>
      {parsed !== undefined && (
        <CallSnippets
          call={{
            origin: location.origin,
            service,
            major,
            operation: name,
            input: parsed.input,
          }}
        />
      )}
    </section>
  )
}

/** The host says of no secret why it is not good: whoever has the key knows the rest. */
function isUnknown(error: Error | null): boolean {
  return error instanceof ProblemError && error.problem.status === 401
}

/** What may change data is asked for once more. */
function useAsking(isSafe: boolean): (go: () => void) => void {
  const { t } = useTranslation('catalog')
  const { modal } = App.useApp()
  return (go) => {
    if (isSafe) go()
    else void modal.confirm({ title: t('confirmCall'), okText: t('call'), onOk: go })
  }
}

function Proof({
  appKey,
  onAppKey,
  operation,
  whyNot,
  isByKey,
  onByKey,
}: Props & {
  readonly whyNot: WhyNot | undefined
  readonly isByKey: boolean
  readonly onByKey: (isByKey: boolean) => void
}) {
  const { t } = useTranslation('catalog')
  const id = useId()
  return (
    <div className="stack">
      <Radio.Group
        aria-label={t('callAs')}
        value={isByKey}
        onChange={(event) => onByKey(event.target.value === true)}
        options={[
          { value: false, label: t('asYourself'), disabled: whyNot !== undefined },
          { value: true, label: t('withKey') },
        ]}
      />
      {whyNot !== undefined && (
        <p className="quiet">{t(`whyNot.${whyNot}`, { permission: operation.requires ?? '' })}</p>
      )}
      {isByKey && (
        <div className="narrow-form">
          <label htmlFor={id}>{t('key')}</label>
          <Input.Password
            id={id}
            visibilityToggle={false}
            autoComplete="off"
            spellCheck={false}
            value={appKey}
            onChange={(event) => onAppKey(event.target.value.trim())}
          />
          <p className="quiet">{t('keyKept')}</p>
        </div>
      )}
    </div>
  )
}

type Mode = 'form' | 'json'

function TrialInput({
  plugin,
  operation,
  inputs,
  text,
  onText,
  onHalf,
}: Props & {
  readonly inputs: ReturnType<typeof inputsOf>
  readonly text: string
  readonly onText: (text: string) => void
  /** Told whether a field holds half a JSON text: then the text is older than what is on the screen. */
  readonly onHalf: (isHalf: boolean) => void
}) {
  const { t } = useTranslation('catalog')
  const id = useId()
  const [mode, setMode] = useState<Mode>('form')
  const [at, setAt] = useState(0)
  // A form begins anew with an example, or with what was written as JSON.
  const [round, setRound] = useState(0)
  const choose = (index: number) => {
    setAt(index)
    setRound(round + 1)
    onHalf(false)
    onText(JSON.stringify(inputs[index]?.input ?? {}, null, 2))
  }
  const turn = (next: Mode) => {
    setMode(next)
    setRound(round + 1)
    onHalf(false)
  }
  const parsed = parsedInput(text)
  const field: ReactNode =
    mode === 'form' ? (
      <InputForm
        key={round}
        plugin={plugin}
        schema={operation.input}
        start={parsed?.input}
        onInput={(input) => {
          onHalf(input === undefined)
          if (input !== undefined) onText(JSON.stringify(input, null, 2))
        }}
      />
    ) : (
      <div>
        <label htmlFor={id}>{t('inputJson')}</label>
        <Input.TextArea
          id={id}
          className="cell-code"
          spellCheck={false}
          status={parsed === undefined ? 'error' : ''}
          autoSize={{ minRows: 6, maxRows: 24 }}
          value={text}
          onChange={(event) => onText(event.target.value)}
        />
      </div>
    )
  return (
    <>
      <div className="inline-list">
        <Select
          aria-label={t('example')}
          style={{ minInlineSize: 200, maxInlineSize: '100%' }}
          value={at}
          options={inputs.map(({ name }, value) => ({ value, label: name }))}
          onChange={choose}
        />
        <Segmented<Mode>
          aria-label={t('inputAs')}
          value={mode}
          disabled={parsed === undefined}
          options={[
            { value: 'form', label: t('form') },
            { value: 'json', label: 'JSON' },
          ]}
          onChange={turn}
        />
      </div>
      {field}
      {parsed === undefined && <Alert type="error" showIcon title={t('noJson')} />}
    </>
  )
}

function Answer({ answer }: { answer: TriedAnswer }) {
  const { t } = useTranslation('catalog')
  const { status, tookMs, headers, body, isCut } = answer
  return (
    <div className="stack">
      <p className="inline-list">
        <strong>{t('answered', { status, ms: tookMs })}</strong>
        {headers.map(([name, value]) => (
          <code key={name}>
            {name}: {value}
          </code>
        ))}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by the keyboard, too */}
      <pre className="long-text" tabIndex={0}>
        {isCut ? body : shownBody(body)}
      </pre>
      {isCut && <p className="quiet">{t('answerCut')}</p>}
    </div>
  )
}
