/** What is typed sooner after something came on screen was meant for what stood there before. Milliseconds. */
export const LEAST_SHOWN_MS = 500;
