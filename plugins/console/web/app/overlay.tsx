import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Glyph } from '../parts/glyph.tsx'

/**
 * Over the page, as the browser's own dialog: it keeps the focus in it, closes by Escape and gives the focus back. What is in
 * it is there only while it is open.
 */
export function Overlay({
  isOpen,
  onClose,
  title,
  place,
  children,
}: {
  isOpen: boolean
  onClose: () => void
  title: string
  place: 'middle' | 'side'
  children: ReactNode
}) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (isOpen) {
      dialog.current?.showModal()
      // The browser gives the focus to the first that takes it, which is the button that closes.
      dialog.current?.querySelector<HTMLElement>('[data-first-focus]')?.focus()
    } else dialog.current?.close()
  }, [isOpen])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: what a click beside it does, Escape does
    <dialog
      ref={dialog}
      className="overlay"
      data-place={place}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      {isOpen && (
        <div className="overlay-body">
          <div className="overlay-head">
            <h2 id={id}>{title}</h2>
            <button type="button" className="bare-button" aria-label={t('close')} onClick={onClose}>
              <Glyph name="close" />
            </button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  )
}
