/** `--path nginx/default,traefik/default`: a chain made on the command line. */

import { nearest } from '../../server/nearest.ts';
import { UsageError } from '../errors.ts';
import { laneId, type Catalogue, type Chain, type Variant } from './catalogue.ts';

/** Of the id of a chain that is made on the command line. */
export const PATH_PREFIX = 'path/';

const EXAMPLE = '--path nginx/default,traefik/default';
/** More hops than a request is likely to pass; each is a process, and in containers two and a network. */
const MOST_HOPS = 8;

function variantOf(id: string, { lanes, proxies }: Catalogue): Variant {
  const variants = new Map(lanes.map(({ variant }) => [variant.id, variant]));
  const variant = variants.get(id);
  if (variant !== undefined) return variant;
  // A proxy, or what was probably meant for one, means its first variant: the one that is configured least.
  const firsts = new Map(proxies.map((proxy) => [proxy.id, `${proxy.id}/${proxy.variants[0]?.id}`]));
  const meant = nearest(id, [...variants.keys()]) ?? firsts.get(nearest(id, [...firsts.keys()]) ?? '');
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
  if (id.includes('?'))
    throw new UsageError(
      `--path takes variants, and "${id}" names a workload: all hops of a path have one stream; leave out what follows the "?"`,
    );
  throw new UsageError(`--path: no variant has the id "${id}"${hint}; \`unclog list\` shows them all`);
}

/** @throws UsageError where a hop listens with TLS behind another: a config forwards to `origin:3000` in plain HTTP. */
function checkPlaces(path: readonly Variant[]): void {
  const index = path.findIndex(({ listens }, place) => place > 0 && listens === 'https');
  if (index === -1) return;
  const [before, variant] = [path[index - 1]?.id, path[index]?.id];
  throw new UsageError(
    `--path: ${variant} cannot stand as hop ${index + 1}: it listens with TLS, and ${before} (hop ${index}) speaks plain HTTP to what is behind it, origin:3000; what listens with TLS may stand as hop 1 alone, nearest the client`,
  );
}

/** Hop 1, nearest the client, first; a variant may stand in it more than once. @throws UsageError */
export function chainOfPath(catalogue: Catalogue, text: string): Chain {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.includes(''))
    throw new UsageError(`--path has an empty place in "${text}"; it takes ids with one comma between: ${EXAMPLE}`);
  if (ids.length < 2)
    throw new UsageError(
      `--path takes two hops or more, the one nearest the client first: ${EXAMPLE}; a single one is \`unclog run ${ids[0]}\``,
    );
  if (ids.length > MOST_HOPS) throw new UsageError(`--path takes at most ${MOST_HOPS} hops; got ${ids.length}`);
  const path = ids.map((id) => variantOf(id, catalogue));
  checkPlaces(path);
  return { id: laneId(`${PATH_PREFIX}${ids.join(',')}`), title: ids.join(' → '), path };
}
