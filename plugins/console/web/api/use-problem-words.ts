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
      default:
        return problem
    }
  }
}
