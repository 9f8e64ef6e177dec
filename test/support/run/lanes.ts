// Runs jobs side by side: so many at once, and of one lane never more than it holds.

export interface Job {
	/** Jobs of one lane share what there is only so much of: windows that must not be late, browsers. */
	lane: string;
	/** How long it is expected to take; any unit. */
	length: number;
	run(): Promise<void>;
}

/**
 * Resolves when all jobs have run; a job does not throw.
 * @param most so many at once
 * @param lanes so many of each lane at once; a lane that is not named has no limit of its own. Lanes named first go first
 * where a job of theirs may start; within a lane the longest job does, so that none is left to run alone at the end.
 * @param alone lanes whose jobs run with nothing beside them
 */
export async function runLanes(
	jobs: readonly Job[],
	most: number,
	lanes: Readonly<Record<string, number>>,
	alone: ReadonlySet<string> = new Set(),
) {
	const order = Object.keys(lanes);
	const rank = ({ lane }: Job) => (order.includes(lane) ? order.indexOf(lane) : order.length);
	const waiting = [...jobs].sort((a, b) => rank(a) - rank(b) || b.length - a.length);
	const running = new Set<Job>();
	const mayStart = ({ lane }: Job) => {
		const others = [...running];
		if (alone.has(lane) ? others.length > 0 : others.some((job) => alone.has(job.lane))) return false;
		return others.filter((job) => job.lane === lane).length < (lanes[lane] ?? Number.POSITIVE_INFINITY);
	};
	await new Promise<void>((done, failed) => {
		const next = () => {
			while (running.size < most) {
				const at = waiting.findIndex(mayStart);
				const [job] = at < 0 ? [] : waiting.splice(at, 1);
				if (job === undefined) break;
				running.add(job);
				job.run().then(() => {
					running.delete(job);
					next();
				}, failed);
			}
			if (running.size === 0) done();
		};
		next();
	});
}
