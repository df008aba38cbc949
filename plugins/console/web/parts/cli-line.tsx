import { CopyOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** The same by the command line, to copy: what a page does, a script can do. */
export function CliLine({ command }: { command: string }) {
  const { t } = useTranslation()
  const [isCopied, setCopied] = useState(false)
  return (
    <div className="cli-line">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled by the keyboard, too */}
      <code tabIndex={0}>{command}</code>
      <Button
        size="small"
        type="text"
        icon={<CopyOutlined />}
        aria-label={isCopied ? t('copied') : t('copy')}
        onClick={() => {
          void navigator.clipboard.writeText(command).then(() => setCopied(true))
        }}
      />
    </div>
  )
}
