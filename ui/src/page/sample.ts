import type { PageState } from '$generated/PageState'

/** A consultation in an hour and four minutes, on which nothing has happened yet. */
export function sample(changes: Partial<PageState> = {}): PageState {
  return {
    revision: '1',
    now: '2026-11-23T11:00:00Z',
    practice: 'Practice',
    starts_at: '2026-11-23T12:04:00Z',
    ends_at: '2026-11-23T12:54:00Z',
    time_zone: 'Europe/Moscow',
    phase: 'waiting',
    specialist_told: true,
    ...changes,
  }
}
