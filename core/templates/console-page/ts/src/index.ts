import { definePlugin } from '@signalbox/sdk'
import { shiftAt } from './shift.ts'

const at = ({ hour }: { readonly hour: number }) => shiftAt(hour)

export default definePlugin({ services: { '__NAME__.shift': { at } } })
