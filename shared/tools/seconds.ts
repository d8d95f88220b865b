/** How long a call of a tool may take where nothing is said. */
export const USUAL_SECONDS = 30;

/** A turn has ended by then. */
export const LONGEST_SECONDS = 220;
