import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'

/** Takes a thing away as it was seen, once somebody has said yes. */
export function RemoveButton({
  path,
  etag,
  question,
  told,
  onDone,
}: {
  path: string
  etag: string | undefined
  question: string
  /** What is said when it is gone. */
  told: string
  onDone: () => void
}) {
  const { t } = useTranslation('identity')
  const { modal } = App.useApp()
  const { mutate, isPending } = useChange(
    () => request('DELETE', path, { ifMatch: etag }),
    () => {
      onDone()
      return told
    },
  )
  const ask = () =>
    void modal.confirm({
      title: question,
      content: <CliLine command={curlText('DELETE', path)} />,
      okText: t('remove'),
      okButtonProps: { danger: true },
      onOk: () => mutate(undefined),
    })
  return (
    <Button danger loading={isPending} onClick={ask}>
      {t('remove')}
    </Button>
  )
}
