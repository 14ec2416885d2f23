import type { Surroundings } from './browser'
import { hindrance, refusal, type Refusal } from './refusal'

export type Phase = 'idle' | 'asking' | 'running' | 'done' | 'refused'
export type Found = 'fine' | 'none'
export type Heard = Found | 'silent' | 'quiet'
export type Reach = 'measuring' | 'good' | 'weak' | 'none'

/** Louder than a silent room, of 1: a voice at arm's length is well above. */
const AUDIBLE = 0.04
const MEASURED = 5
/** Up to this, in milliseconds, a talk is not disturbed by the way there and back. */
const GOOD = 450

/** Tries camera, microphone and connection in place, and lets go of the devices afterwards. */
export class Check {
  phase = $state<Phase>('idle')
  camera = $state<Found>('none')
  microphone = $state<Heard>('none')
  connection = $state<Reach>('measuring')
  why = $state<Refusal>('other')
  stream = $state.raw<MediaStream | null>(null)
  /** Loudness now, 0 to 1. */
  level = $state(0)

  #sound: AudioContext | null = null
  #frame = 0
  readonly #around: Surroundings
  readonly #timed: () => Promise<number | null>

  constructor(around: Surroundings, timed: () => Promise<number | null>) {
    this.#around = around
    this.#timed = timed
  }

  async start() {
    if (this.phase === 'asking' || this.phase === 'running') return
    void this.#measure()
    const hindered = hindrance(this.#around)
    if (hindered) return this.#refuse(hindered)
    this.phase = 'asking'
    try {
      const stream = await ask()
      if (this.phase !== 'asking') return letGo(stream)
      this.stream = stream
      this.camera = stream.getVideoTracks().length ? 'fine' : 'none'
      this.microphone = stream.getAudioTracks().length ? 'silent' : 'none'
      this.phase = 'running'
      this.#listen(stream)
    } catch (error) {
      if (this.phase === 'asking') this.#refuse(refusal((error as Error).name, this.#around))
    }
  }

  /** The devices are free afterwards: the room will want them. */
  stop() {
    if (this.phase === 'asking') this.phase = 'idle'
    if (this.phase !== 'running') return
    this.phase = 'done'
    if (this.microphone === 'silent') this.microphone = 'quiet'
    if (this.stream) letGo(this.stream)
    this.stream = null
    cancelAnimationFrame(this.#frame)
    void this.#sound?.close().catch(() => {})
    this.#sound = null
  }

  #refuse(why: Refusal) {
    this.why = why
    this.phase = 'refused'
  }

  #listen(stream: MediaStream) {
    if (this.microphone === 'none' || typeof AudioContext === 'undefined') return
    const sound = new AudioContext()
    this.#sound = sound
    // Some phones begin with it asleep.
    void sound.resume().catch(() => {})
    const meter = sound.createAnalyser()
    meter.fftSize = 512
    sound.createMediaStreamSource(stream).connect(meter)
    const samples = new Uint8Array(meter.fftSize)
    const look = () => {
      meter.getByteTimeDomainData(samples)
      this.level = loudness(samples)
      if (this.level > AUDIBLE) this.microphone = 'fine'
      this.#frame = requestAnimationFrame(look)
    }
    look()
  }

  async #measure() {
    this.connection = 'measuring'
    const times: (number | null)[] = []
    for (let round = 0; round < MEASURED; round += 1) times.push(await this.#timed())
    this.connection = judged(times)
  }
}

/** Both, or else the one that is there: a client without a camera can come all the same. */
async function ask(): Promise<MediaStream> {
  const devices = navigator.mediaDevices
  try {
    return await devices.getUserMedia({ audio: true, video: { facingMode: 'user' } })
  } catch (error) {
    if ((error as Error).name !== 'NotFoundError') throw error
    return devices.getUserMedia({ audio: true }).catch(() => devices.getUserMedia({ video: true }))
  }
}

function letGo(stream: MediaStream) {
  for (const track of stream.getTracks()) track.stop()
}

/** Root mean square of samples around 128, brought to where a voice fills most of a bar. */
export function loudness(samples: Uint8Array): number {
  let sum = 0
  for (const sample of samples) sum += ((sample - 128) / 128) ** 2
  return Math.min(1, Math.sqrt(sum / samples.length) * 4)
}

/** The first request pays for setting up the line, so the rest are judged, by the middle one. */
export function judged(times: (number | null)[]): Reach {
  const came = times
    .slice(1)
    .filter((time) => time !== null)
    .sort((one, other) => one - other)
  const middle = came[Math.floor(came.length / 2)]
  if (middle === undefined) return 'none'
  return came.length === times.length - 1 && middle <= GOOD ? 'good' : 'weak'
}
