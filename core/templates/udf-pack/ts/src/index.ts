import { columnar, definePlugin, scalar } from '@signalbox/sdk'
import { margin } from './margin.ts'

export default definePlugin({
  udfs: {
    // One row at a time; rows in which an argument is null are null, and never come here.
    margin: scalar({ args: ['f64', 'f64'], returns: 'f64' }, (price, cost) => margin(price, cost)),

    // Some tens of thousands of rows at a time. A batch is cut anywhere: no row may depend on its neighbours.
    share_of_total: columnar(
      { args: ['f64', 'f64'], returns: 'f64' },
      ([amount, total], rows, out) => {
        // The memory of the result itself: what is filled in here is copied nowhere.
        for (let row = 0; row < rows; row++) {
          out[row] = (amount.values[row] ?? 0) / (total.values[row] ?? 0)
        }
        return out
      },
    ),
  },
  selfTest: () => {
    if (margin(10, 8) !== 0.2) throw new Error('The margin of 10 over 8 is 0.2.')
  },
})
