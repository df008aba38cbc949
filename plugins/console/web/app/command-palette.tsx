import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { type Command, commandsFor } from './commands.ts'
import { useEntryGroups } from './navigation.tsx'
import { Overlay } from './overlay.tsx'
import { usePlaceQuery } from './place-query.ts'

/** Ctrl K: go anywhere by the first letters of its name. A combobox with a list (WAI-ARIA APG). */
export function CommandPalette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Overlay isOpen={isOpen} onClose={onClose} title={t('search')} place="middle">
      <Palette onClose={onClose} />
    </Overlay>
  )
}

function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const all = useEntryGroups().flatMap(({ entries }) => entries)
  const found = commandsFor(all, text)
  const go = (command: Command | undefined) => {
    if (command === undefined) return
    onClose()
    void navigate({ pathname: command.place, search: keep })
  }
  return (
    <>
      <input
        ref={focused}
        className="text-field"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found.length > 0 ? `${listId}-${at}` : undefined}
        aria-label={t('search')}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          // Keys of whoever puts a word together (Pinyin) are those of the input method.
          if (event.nativeEvent.isComposing) return
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          else if (event.key === 'Enter') go(found[at])
          else return
          event.preventDefault()
        }}
      />
      <div role="listbox" id={listId} aria-label={t('search')} className="palette">
        {found.map((command, index) => (
          <div
            key={command.place}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onMouseDown={() => go(command)}
          >
            {command.label}
          </div>
        ))}
      </div>
    </>
  )
}

/** Whoever opens it wants to type. */
function focused(input: HTMLInputElement | null): void {
  input?.focus()
}
