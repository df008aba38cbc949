import { useTranslation } from 'react-i18next'
import { NO_ANSWER, PAGE_FAULT, type Problem, problemOf } from './problem.ts'

/** @returns what was thrown in words of the viewer's: those of the browser are for whoever mends it */
export function useProblemWords(): (error: unknown) => Problem {
  const { t } = useTranslation()
  return (error) => {
    const problem = problemOf(error)
    switch (problem.code) {
      case NO_ANSWER:
        return { ...problem, title: t('noAnswer'), detail: '' }
      case PAGE_FAULT:
        return { ...problem, title: t('pageFault'), detail: problem.title }
      case 'CORE_INPUT_INVALID':
        return isOfAddress(problem)
          ? { ...problem, title: t('noSuch'), detail: '', errors: [] }
          : problem
      default:
        return problem
    }
  }
}

/** What cannot be an id is told as one that there is none of: nobody who opens a link has typed a route's parts. */
function isOfAddress({ errors = [] }: Problem): boolean {
  return errors.length > 0 && errors.every(({ pointer }) => pointer.startsWith('/path/'))
}
