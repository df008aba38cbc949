import { type Problem, ProblemError } from './problem.ts'

const isNotFound = ({ status }: Problem) => status === 404

/** What is not there is no fault for whoever asks so. @param isAbsent which refusals say that */
export async function orNull<Answer>(
  asked: Promise<Answer>,
  isAbsent: (problem: Problem) => boolean = isNotFound,
): Promise<Answer | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ProblemError && isAbsent(error.problem)) return null
    throw error
  }
}
