import { CopyOutlined } from '@ant-design/icons'
import { Alert, Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

export interface SecretPart {
  readonly label: string
  readonly value: string
}

/** What the host shows this once. It goes away when somebody says that he has kept it, and not by a slip. */
export function SecretOnce({
  title,
  parts,
  note,
  onKept,
}: {
  title: string
  parts: readonly SecretPart[]
  /** What to do with it; absent: a program's secret is kept where the program reads it. */
  note?: string
  onKept: () => void
}) {
  const { t } = useTranslation('services')
  return (
    <Modal
      open={parts.length > 0}
      title={title}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      // Else it would go on standing in the page, out of sight.
      destroyOnHidden
      footer={
        <Button type="primary" onClick={onKept}>
          {t('iHaveKeptIt')}
        </Button>
      }
    >
      <div className="stack">
        <Alert type="warning" showIcon title={note ?? t('shownOnce')} />
        {parts.map((part) => (
          <SecretLine key={part.label} part={part} />
        ))}
      </div>
    </Modal>
  )
}

function SecretLine({ part: { label, value } }: { part: SecretPart }) {
  const { t } = useTranslation()
  const [isCopied, setCopied] = useState(false)
  return (
    <div>
      <div>{label}</div>
      <div className="cli-line secret">
        <code>{value}</code>
        <Button
          size="small"
          icon={<CopyOutlined />}
          onClick={() => {
            void navigator.clipboard.writeText(value).then(() => setCopied(true))
          }}
        >
          {isCopied ? t('copied') : t('copy')}
        </Button>
      </div>
    </div>
  )
}
