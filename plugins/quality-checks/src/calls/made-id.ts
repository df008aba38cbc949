import type { Context } from '@signalbox/sdk'

/** For what a client has not named: nothing that he sent before has it. */
export function madeId(ctx: Pick<Context, 'now' | 'random'>): string {
  return `${ctx.now().toString(36)}-${Math.floor(ctx.random() * 36 ** 8).toString(36)}`
}
