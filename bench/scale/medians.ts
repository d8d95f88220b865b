import { median } from '../median.ts';
import type { Cost } from './redis-cost.ts';

const ROUNDS = 5;

type Measure = () => Promise<Cost>;

/** Measures in rounds in which all take turns; the first warms up, and is not counted. */
export async function medians(measures: Measure[]): Promise<Cost[]> {
  const rounds: Cost[][] = measures.map(() => []);
  for (let count = 0; count <= ROUNDS; count++) {
    for (const [place, measure] of measures.entries()) {
      const cost = await measure();
      if (count > 0) rounds[place]?.push(cost);
    }
  }
  return rounds.map(medianOf);
}

function medianOf(costs: Cost[]): Cost {
  const middle = (read: (cost: Cost) => number) => median(costs.map(read));
  return {
    redis: middle(({ redis }) => redis),
    scripts: middle(({ scripts }) => scripts),
    roundTrips: middle(({ roundTrips }) => roundTrips),
    commands: middle(({ commands }) => commands),
    instance: middle(({ instance }) => instance),
    perSecond: middle(({ perSecond }) => perSecond),
    shares: costs[0]?.shares.map((_, place) => middle(({ shares }) => shares[place] ?? 0)) ?? [],
  };
}
