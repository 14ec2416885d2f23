/** The last words looked for, so that coming back from a result shows the results. Gone with the window. */
export const kept = { text: '' }
