import { Alert, Modal } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { textIn } from '../../texts/languages.ts'
import { bindInput } from '../bind.ts'
import { useContributedPlace } from '../contributed-context.ts'
import { OperationForm } from '../form/operation-form.tsx'
import { useLinkAddress } from '../page-link.tsx'
import type { ActionSpec } from '../page-spec.ts'
import { useWrite } from './use-write.ts'

interface Begun {
  readonly action: ActionSpec
  readonly row: unknown
}

/** Runs an action of a row: at once, after a question, or after a form for what a person has to say. */
export function useAction(): {
  run: (action: ActionSpec, row: unknown) => void
  dialog: ReactNode
} {
  const [begun, setBegun] = useState<Begun>()
  const { params } = useContributedPlace()
  const write = useWrite()
  const goOn = useGoingOn()
  const needsWords = ({ ask = [], confirm, danger }: ActionSpec) =>
    ask.length > 0 || confirm !== undefined || danger === true
  const run = (action: ActionSpec, row: unknown) => {
    if (needsWords(action)) setBegun({ action, row })
    else {
      const input = bindInput(action.input, { params, row })
      void write.send(action, input).then(
        (answer) => goOn(action, answer, input),
        () => setBegun({ action, row }),
      )
    }
  }
  const dialog = begun !== undefined && (
    <ActionDialog begun={begun} error={write.error} onClose={() => setBegun(undefined)} />
  )
  return { run, dialog }
}

/** Leads to where an action says that one goes once it is done. */
function useGoingOn() {
  const navigate = useNavigate()
  const addressOf = useLinkAddress()
  return ({ then }: ActionSpec, answer: unknown, input: object) => {
    const address = addressOf(then, { ...input, ...(answer as object) })
    if (then !== undefined && address !== undefined) void navigate(address)
  }
}

interface DialogProps {
  readonly begun: Begun
  readonly error: unknown
  readonly onClose: () => void
}

function ActionDialog({ begun: { action, row }, error, onClose }: DialogProps) {
  const { t, i18n } = useTranslation('contributed')
  const { params } = useContributedPlace()
  const write = useWrite()
  const goOn = useGoingOn()
  const bound = bindInput(action.input, { params, row })
  const onDone = (answer: unknown, input: object) => {
    onClose()
    goOn(action, answer, input)
  }
  const { ask = [] } = action
  const title = textIn(action.label, i18n.language)
  const confirm = action.confirm === undefined ? undefined : textIn(action.confirm, i18n.language)
  const shownError = write.error ?? error
  if (ask.length === 0) {
    return (
      <Modal
        open
        title={title}
        okText={title}
        cancelText={t('cancel')}
        okButtonProps={{ danger: action.danger === true, loading: write.isPending }}
        onCancel={onClose}
        onOk={() => {
          void write.send(action, bound).then(
            (answer) => onDone(answer, bound),
            () => undefined,
          )
        }}
      >
        <div className="stack">
          <p>{confirm ?? t('sure', { action: title })}</p>
          {shownError !== null && <ProblemNote error={shownError} />}
        </div>
      </Modal>
    )
  }
  return (
    <Modal open title={title} footer={null} onCancel={onClose} width={640}>
      {confirm !== undefined && <Alert type="warning" showIcon title={confirm} />}
      <OperationForm
        call={action}
        bound={bound}
        fields={ask}
        begin={bindInput(action.begin, { params, row })}
        submit={title}
        isDanger={action.danger === true}
        onDone={onDone}
        onCancel={onClose}
      />
    </Modal>
  )
}
