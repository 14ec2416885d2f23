import type { Device, Surroundings } from './browser'

/** Why camera and microphone did not come on, by what can be done about it. */
export type Refusal = 'denied' | 'missing' | 'taken' | 'insecure' | 'old' | 'inside' | 'other'

/** What stands in the way before anything is asked for. */
export function hindrance({ hasDevices, isSecure, app }: Surroundings): Refusal | null {
  if (hasDevices) return null
  if (app) return 'inside'
  return isSecure ? 'old' : 'insecure'
}

/** The names are those of https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia, and older ones still met. */
export function refusal(name: string, { app }: Surroundings): Refusal {
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      // Such an app often refuses by itself, and has no switch that could be pointed to.
      return app ? 'inside' : 'denied'
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'taken'
    case 'TypeError':
      return 'insecure'
    default:
      return app ? 'inside' : 'other'
  }
}

/** Keys of the words that say what to do. */
export function help(why: Refusal, device: Device): string[] {
  if (why === 'denied') return [`with-refused-denied-${device}`]
  if (why === 'inside') return ['with-refused-inside-help', `with-elsewhere-${device}`]
  return [`with-refused-${why}-help`]
}

/** Opening the link elsewhere is the way out. */
export function isCuredElsewhere(why: Refusal): boolean {
  return why === 'inside' || why === 'old'
}
