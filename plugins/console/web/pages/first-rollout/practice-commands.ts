import { cliText, shellWord } from '../../parts/command-text.ts'
import { startLine } from '../rollouts/rollout.ts'
import {
  APP,
  BAD,
  GOOD,
  INPUT,
  OPERATION,
  PRACTICE,
  type PracticeStep,
  SERVICE,
  STEPS,
} from './practice.ts'

/** What does the same as each step, in a shell. Pure. */
export function practiceCommands({
  tenant,
  origin,
  rollout,
}: {
  readonly tenant: string
  readonly origin: string
  /** Its id, once there is one. */
  readonly rollout: string | undefined
}): Readonly<Record<PracticeStep, readonly string[]>> {
  const input = shellWord(JSON.stringify(INPUT))
  return {
    company: [cliText(['tenant', 'create', tenant])],
    install: [cliText(['plugin', 'install', `${PRACTICE}@${GOOD}`])],
    enable: [`${cliText(['plugin', 'enable', PRACTICE], { tenant })} --consent`],
    key: [
      cliText(['app', 'create', APP], { tenant, name: 'Practice' }),
      `${cliText(['subscribe', APP, `${SERVICE}@1`], { tenant })} --env > .env && . ./.env`,
    ],
    calls: [
      `while sleep 0.05; do curl -sS ${origin}/api/${SERVICE}/v1/${OPERATION} -H "authorization: Bearer $SIGNALBOX_KEY" -H 'content-type: application/json' -d ${input}; done`,
    ],
    canary: [
      cliText(['plugin', 'install', `${PRACTICE}@${BAD}`]),
      startLine({ plugin: PRACTICE, version: BAD, steps: STEPS }),
    ],
    verdict: [
      rollout === undefined
        ? cliText(['rollout', 'list'], { plugin: PRACTICE })
        : `${cliText(['rollout', 'status', rollout])} --watch`,
    ],
  }
}
