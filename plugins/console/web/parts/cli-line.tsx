import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Glyph } from './glyph.tsx'

/** The same by the command line, to copy: what a page does, a script can do. */
export function CliLine({ command }: { command: string }) {
  const { t } = useTranslation()
  const [isCopied, setCopied] = useState(false)
  return (
    <div className="cli-line">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled by the keyboard, too */}
      <code tabIndex={0}>{command}</code>
      <button
        type="button"
        className="bare-button"
        aria-label={isCopied ? t('copied') : t('copy')}
        onClick={() => {
          void navigator.clipboard.writeText(command).then(() => setCopied(true))
        }}
      >
        <Glyph name={isCopied ? 'good' : 'copy'} />
      </button>
    </div>
  )
}
