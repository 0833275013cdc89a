/** The one alarm: it wakes the background for the next cycle. */
export const ALARM = "cycle";
