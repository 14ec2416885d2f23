/** Where the rows of a long list lie, so that only those in sight are drawn. Pure; lengths are in pixels. */

export interface Section {
  key: string
  count: number
}

export interface Sizes {
  /** Of a row. */
  row: number
  /** Of what stands above a section's rows. */
  head: number
  /** Under each section. */
  gap: number
}

export interface Part {
  key: string
  /** Index of its first row in the whole list. */
  first: number
  count: number
  /** From the list's own top. */
  top: number
}

export interface Layout {
  parts: Part[]
  sizes: Sizes
  rows: number
  height: number
}

export function layout(sections: Section[], sizes: Sizes): Layout {
  let [first, top] = [0, 0]
  const parts = sections.map(({ key, count }) => {
    const part = { key, first, count, top }
    first += count
    top += sizes.head + count * sizes.row + sizes.gap
    return part
  })
  return { parts, sizes, rows: first, height: top }
}

/** The row at a height, or the nearest one. */
export function rowAt({ parts, sizes, rows }: Layout, y: number): number {
  const part = last(parts, (one) => one.top <= y) ?? parts[0]
  if (!part) return 0
  const within = Math.floor((y - part.top - sizes.head) / sizes.row)
  return Math.min(Math.max(part.first + within, part.first), part.first + part.count - 1, rows - 1)
}

export function topOf({ parts, sizes }: Layout, row: number): number {
  const part = last(parts, (one) => one.first <= row)
  return part ? part.top + sizes.head + (row - part.first) * sizes.row : 0
}

/** The parts that have rows from `first` to `last`, each with those rows. One more row may be kept that is out of sight. */
export function drawn({ parts }: Layout, first: number, last: number, kept: number | null) {
  const within = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index)
  return parts.flatMap((part) => {
    const end = part.first + part.count - 1
    const [from, to] = [Math.max(first, part.first), Math.min(last, end)]
    const rows = from <= to ? within(from, to) : []
    const keeps = kept !== null && kept >= part.first && kept <= end && (kept < from || kept > to)
    if (keeps) rows.push(kept)
    return rows.length > 0 ? [{ ...part, rows: rows.sort((one, other) => one - other) }] : []
  })
}

function last(parts: Part[], fits: (part: Part) => boolean): Part | undefined {
  let found: Part | undefined
  for (const part of parts) {
    if (!fits(part)) break
    found = part
  }
  return found
}
