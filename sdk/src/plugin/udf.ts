/**
 * What one column of a UDF holds, and what a scalar function is given for it:
 *
 * - `f64` a number; `i32` a whole number of 32 bits; `i64` a bigint; `bool` a boolean;
 * - `utf8` a string; `json` whatever its JSON text says.
 */
export type UdfType = 'f64' | 'i32' | 'i64' | 'bool' | 'utf8' | 'json'

export const udfTypes = ['f64', 'i32', 'i64', 'bool', 'utf8', 'json'] as const

/**
 * What becomes of a row in which an argument is null: `skip`, its result is null and the function never sees it;
 * `pass`, the function does.
 */
export type UdfNulls = 'skip' | 'pass'

/** What a function of `udfs` says of itself, as its property `udf`: it has to outlive bundling. */
export interface UdfSignature {
  readonly shape: 'scalar' | 'columnar'
  readonly args: readonly UdfType[]
  readonly returns: UdfType
  readonly nulls: UdfNulls
}

interface Declared<Args extends readonly UdfType[], Returns extends UdfType> {
  /** Types of the arguments, in their order. */
  readonly args: Args
  readonly returns: Returns
}

interface ScalarValues {
  readonly f64: number
  readonly i32: number
  readonly i64: bigint
  readonly bool: boolean
  readonly utf8: string
  // biome-ignore lint/suspicious/noExplicitAny: an author types it by the schema of the arguments
  readonly json: any
}

type Scalars<Args extends readonly UdfType[], Null> = {
  readonly [Index in keyof Args]: ScalarValues[Args[Index]] | Null
}

interface ColumnValues {
  readonly f64: Float64Array
  readonly i32: Int32Array
  readonly i64: BigInt64Array
  /** One byte a row, 0 or 1. */
  readonly bool: Uint8Array
}

/** A column as a columnar function is given it. Its memory is the host's next batch: keep no part of it. */
export interface UdfColumn<Type extends UdfType = UdfType> {
  readonly type: Type
  readonly length: number
  /** The numbers; of text (`utf8`, `json`) its bytes in UTF-8. At a row that is null stands anything. */
  readonly values: Type extends keyof ColumnValues ? ColumnValues[Type] : Uint8Array
  /** Of text only: row `n` is `values` from `offsets[n]` up to `offsets[n + 1]`. */
  readonly offsets: Type extends 'utf8' | 'json' ? Int32Array : undefined
  /** One bit a row, lowest first, 1 where the row has a value; undefined when all have. */
  readonly validity: Uint8Array | undefined
  /** The value of one row, as a scalar function is given it; null where there is none. */
  get(row: number): ScalarValues[Type] | null
}

type Columns<Args extends readonly UdfType[]> = {
  readonly [Index in keyof Args]: UdfColumn<Args[Index]>
}

/**
 * What a columnar function answers: one value a row, in the order of the rows. A typed array of the declared
 * type costs one copy, `out` itself none; with `validity` (as in UdfColumn) rows can be null; a plain array is converted
 * value by value, and is the way to answer text.
 */
export type UdfResult<Type extends UdfType> =
  | readonly (ScalarValues[Type] | null)[]
  | (Type extends keyof ColumnValues
      ?
          | ColumnValues[Type]
          | { readonly values: ColumnValues[Type]; readonly validity?: Uint8Array | undefined }
      : never)

/**
 * Memory of the result, as many values as there are rows, whatever they are at first. A function that fills it and answers it saves
 * making an array of its own and the copy of it. Text has none.
 */
export type UdfOut<Type extends UdfType> = Type extends keyof ColumnValues
  ? ColumnValues[Type]
  : undefined

/**
 * Declares a function of one row. The host runs it row by row over columns, inside of the isolate.
 *
 * @throws TypeError when the function has a signature already: each declaration needs a function of its own.
 */
export function scalar<
  const Args extends readonly UdfType[],
  Returns extends UdfType,
  Nulls extends UdfNulls = 'skip',
>(
  declared: Declared<Args, Returns> & { readonly nulls?: Nulls },
  udf: (
    ...values: Scalars<Args, Nulls extends 'pass' ? null : never>
  ) => ScalarValues[Returns] | null,
) {
  return withSignature('scalar', declared, udf)
}

/**
 * Declares a function of whole columns: it gets some tens of thousands of rows at a time (a batch is cut) and must
 * answer as many. With `nulls: 'skip'` the host makes rows null that have a null argument, whatever is answered for them.
 *
 * @throws TypeError as `scalar` does.
 */
export function columnar<const Args extends readonly UdfType[], Returns extends UdfType>(
  declared: Declared<Args, Returns> & { readonly nulls?: UdfNulls },
  udf: (columns: Columns<Args>, rows: number, out: UdfOut<Returns>) => UdfResult<Returns>,
) {
  return withSignature('columnar', declared, udf)
}

function withSignature<Fn extends object>(
  shape: UdfSignature['shape'],
  declared: Declared<readonly UdfType[], UdfType> & { readonly nulls?: UdfNulls },
  udf: Fn,
): Fn & { readonly udf: UdfSignature } {
  if (Object.hasOwn(udf, 'udf')) {
    throw new TypeError('This function is declared already: wrap it to declare it once more')
  }
  const { args, returns, nulls = 'skip' } = declared
  const signature: UdfSignature = Object.freeze({ shape, args, returns, nulls })
  return Object.assign(udf, { udf: signature })
}
