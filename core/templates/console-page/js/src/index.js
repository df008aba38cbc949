import { definePlugin } from '@signalbox/sdk'
import { shiftAt } from './shift.js'

/** @param {{ hour: number }} input */
const at = ({ hour }) => shiftAt(hour)

export default definePlugin({ services: { '__NAME__.shift': { at } } })
