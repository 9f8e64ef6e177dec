/** Where the exporter puts the data: a zip in base64. It stands in the page once. */
export const PLACE: string;

/** The page without data, HTML with PLACE in it once. `production`: minified. */
export function buildVerifyPage(options: { production: boolean }): Promise<string>;
