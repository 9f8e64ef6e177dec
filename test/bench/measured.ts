// What a bench gives.

export interface Measured {
	name: string;
	/** Against what it is compared with, in the same run; or against a limit of an issue, of which 1 is the whole. */
	ratio: number;
	detail: string;
	/** The ratio is to be at most this; absent where it is only told. */
	most?: number;
	/** The ratio is to be at least this. */
	least?: number;
}

export function isMet({ ratio, most, least }: Measured): boolean {
	return (most === undefined || ratio <= most) && (least === undefined || ratio >= least);
}
