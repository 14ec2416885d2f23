/** Which days of the history are shown. */
export type Period = 'all' | 'this_month' | 'last_month' | 'own'

export interface Days {
  from: string | null
  to: string | null
}

/** The first and the last day of a period, as seen from `today`; `null` where it is open. */
export function daysOf(period: Period, today: string, own: { from: string; to: string }): Days {
  switch (period) {
    case 'all':
      return { from: null, to: null }
    case 'this_month':
      return month(today, 0)
    case 'last_month':
      return month(today, -1)
    case 'own':
      return { from: own.from || null, to: own.to || null }
  }
}

function month(today: string, moved: number): Days {
  const [year = 0, number = 1] = today.split('-').map(Number)
  const day = (months: number, date: number) =>
    new Date(Date.UTC(year, number - 1 + months, date, 12)).toISOString().slice(0, 10)
  return { from: day(moved, 1), to: day(moved + 1, 0) }
}
