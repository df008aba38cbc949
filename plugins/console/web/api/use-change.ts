import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { useProblemWords } from './use-problem-words.ts'
import { isOfViewer } from './viewer.ts'

/** Long enough to read a code and what cures it. */
const PROBLEM_S = 8

/** Asks anew for all that is shown, but who looks: that is no part of a page. */
export function lookAgain(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ predicate: (query) => !isOfViewer(query) })
}

/**
 * Something that a button does to the host: whoever pressed it is told what came of it, a refusal too, and all that is shown is
 * asked for anew.
 * @param make asks the host
 * @param done what is said when it is done; undefined: nothing, because it is seen
 */
export function useChange<Wish, Answer>(
  make: (wish: Wish) => Promise<Answer>,
  done: (answer: Answer, wish: Wish) => string | undefined,
) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const words = useProblemWords()
  const { t } = useTranslation()
  return useTold(make, done, (error) => {
    const { title, detail, code, traceId } = words(error)
    const named = traceId === undefined ? code : `${code} · ${t('traceId')} ${traceId}`
    void message.error(`${title} ${detail} (${named})`, PROBLEM_S)
    // What was refused was decided upon an older look, perhaps.
    return lookAgain(queries)
  })
}

/**
 * The same of a form, which shows itself what was refused: `error` is for its ChangeNote. What was typed is not laid under a
 * newer look by that.
 */
export function useFormChange<Wish, Answer>(
  make: (wish: Wish) => Promise<Answer>,
  done: (answer: Answer, wish: Wish) => string | undefined,
) {
  return useTold(make, done, () => undefined)
}

function useTold<Wish, Answer>(
  make: (wish: Wish) => Promise<Answer>,
  done: (answer: Answer, wish: Wish) => string | undefined,
  onError: (error: Error) => Promise<void> | undefined,
) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: make,
    onSuccess: (answer, wish) => {
      const text = done(answer, wish)
      if (text !== undefined) void message.success(text)
      return lookAgain(queries)
    },
    onError,
  })
}
