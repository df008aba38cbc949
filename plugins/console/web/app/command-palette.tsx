import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { paletteCommands } from '../contributed/slots/palette-commands.ts'
import { usePluginCommands } from '../contributed/slots/use-slots.ts'
import { useContributed } from '../contributed/use-contributed.ts'
import { type Command, commandsFor } from './commands.ts'
import { useEntryGroups } from './navigation.tsx'
import { Overlay } from './overlay.tsx'
import { pagesFor } from './page-table.ts'
import { usePlaceQuery } from './place-query.ts'
import { useViewer } from './viewer-context.ts'

/** Ctrl K: go anywhere by the first letters of its name, which whoever opens it types at once. A combobox with a list (WAI-ARIA APG). */
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
  const all = useAllCommands()
  const found = commandsFor(all, text)
  const go = (command: Command | undefined) => {
    if (command === undefined) return
    onClose()
    void navigate({ pathname: command.place, search: command.search ?? keep })
  }
  return (
    <>
      <input
        data-first-focus
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
      {found.length === 0 && (
        <p role="status" className="quiet">
          {t('noneFound')}
        </p>
      )}
      <div role="listbox" id={listId} aria-label={t('search')} className="palette">
        {found.map((command, index) => (
          <div
            key={`${command.by ?? ''} ${command.place}${command.search ?? ''} ${command.label}`}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onMouseDown={() => go(command)}
          >
            {command.label}
            {command.by !== undefined && <small className="quiet"> · {command.by}</small>}
          </div>
        ))}
      </div>
    </>
  )
}

/** The pages, and behind them the commands of plugins, which are asked for when somebody looks for one. */
function useAllCommands(): readonly Command[] {
  const { t, i18n } = useTranslation()
  const viewer = useViewer()
  const keep = usePlaceQuery()
  const { pages } = useContributed()
  const { shown } = usePluginCommands()
  const own = useEntryGroups().flatMap(({ entries }) => entries)
  // Where no menu leads, such as what makes a new one; those of one thing have no address without it.
  const others = pagesFor(viewer)
    .filter(({ group, path }) => group === undefined && !/[:*]/.test(path))
    .map(({ id, path }) => ({ place: path, label: t(`pages.${id}`) }))
  return [
    ...own,
    ...others,
    ...paletteCommands(shown, { viewer, pages, keep, language: i18n.language }),
  ]
}
