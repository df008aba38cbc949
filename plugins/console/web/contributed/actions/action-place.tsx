import { Alert, Modal } from 'antd'
import { createContext, type ReactNode, use, useState } from 'react'
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

interface Actions {
  /** Does something with a row: at once, after a question, or after a form for what a person has to say. */
  readonly run: (action: ActionSpec, row: unknown) => void
  /** What is being done; until it is, nothing else of the block is. */
  readonly busy: Begun | undefined
}

const ActionsContext = createContext<Actions | null>(null)

export function useActions(): Actions {
  const actions = use(ActionsContext)
  if (actions === null) throw new Error('an action is of a block')
  return actions
}

/**
 * Where the actions of a block are done. Questions and forms stand here, beside the rows: those come and go with what is read
 * anew, and would take along what somebody is typing.
 */
export function ActionPlace({ children }: { children: ReactNode }) {
  const [begun, setBegun] = useState<Begun>()
  const [sent, setSent] = useState<Begun>()
  const { params } = useContributedPlace()
  const write = useWrite()
  const { isPending } = write
  const goOn = useGoingOn()
  const send = async (one: Begun) => {
    const input = bindInput(one.action.input, { params, row: one.row })
    setSent(one)
    try {
      const answer = await write.send(one.action, input)
      setBegun(undefined)
      goOn(one.action, answer, input)
    } catch {
      // The dialog says what was refused, and sends the same again.
      setBegun(one)
    }
  }
  const run = (action: ActionSpec, row: unknown) => {
    if (isPending) return
    write.reset()
    if (needsWords(action)) setBegun({ action, row })
    else void send({ action, row })
  }
  return (
    <ActionsContext value={{ run, busy: isPending ? sent : undefined }}>
      {children}
      {begun !== undefined && (
        <ActionDialog
          begun={begun}
          error={write.error}
          isPending={isPending}
          onSend={() => void send(begun)}
          onDone={(answer, input) => {
            setBegun(undefined)
            goOn(begun.action, answer, input)
          }}
          onClose={() => setBegun(undefined)}
        />
      )}
    </ActionsContext>
  )
}

/** Leads to where an action says that one goes once it is done. */
function useGoingOn() {
  const navigate = useNavigate()
  const addressOf = useLinkAddress()
  return ({ then }: ActionSpec, answer: unknown, input: object) => {
    const address = addressOf(then, { ...input, ...(answer as object) })
    if (address !== undefined) void navigate(address)
  }
}

function needsWords({ ask = [], confirm, danger }: ActionSpec): boolean {
  return ask.length > 0 || confirm !== undefined || danger === true
}

interface DialogProps {
  readonly begun: Begun
  readonly error: unknown
  readonly isPending: boolean
  readonly onSend: () => void
  readonly onDone: (answer: unknown, input: object) => void
  readonly onClose: () => void
}

function ActionDialog({ begun, error, isPending, onSend, onDone, onClose }: DialogProps) {
  const { action, row } = begun
  const { t, i18n } = useTranslation('contributed')
  const { params } = useContributedPlace()
  const { ask = [] } = action
  const title = textIn(action.label, i18n.language)
  const confirm = action.confirm === undefined ? undefined : textIn(action.confirm, i18n.language)
  if (ask.length === 0) {
    return (
      <Modal
        open
        title={title}
        okText={title}
        cancelText={t('cancel')}
        okButtonProps={{ danger: action.danger === true, loading: isPending }}
        onCancel={onClose}
        onOk={onSend}
      >
        <div className="stack">
          <p>{confirm ?? t('sure', { action: title })}</p>
          {error !== null && <ProblemNote error={error} />}
        </div>
      </Modal>
    )
  }
  return (
    <Modal open title={title} footer={null} onCancel={onClose} width={640}>
      {confirm !== undefined && <Alert type="warning" showIcon title={confirm} />}
      <OperationForm
        call={action}
        bound={bindInput(action.input, { params, row })}
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
