/** Monday, 23 November 2026, 14:00 in Moscow. */
export const SAMPLE_NOW = Date.parse('2026-11-23T11:00:00Z')
