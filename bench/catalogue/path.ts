/** `--path nginx/default,traefik/default`: a chain made on the command line. */

import { nearest, sayMeant } from '../../server/nearest.ts';
import { UsageError } from '../errors.ts';
import { firstVariantId, laneId, type Catalogue, type Chain, type Variant } from './catalogue.ts';

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
  const firsts = new Map(proxies.map((proxy) => [proxy.id, firstVariantId(proxy)]));
  const meant = nearest(id, [...variants.keys()]) ?? firsts.get(nearest(id, [...firsts.keys()]) ?? '');
  if (id.includes('?'))
    throw new UsageError(
      `--path takes variants, and "${id}" names a workload: all hops of a path have one stream; leave out what follows the "?"`,
    );
  throw new UsageError(`--path: no variant has the id "${id}"${sayMeant(meant)}; \`unclog list\` shows them all`);
}

/** Where a hop does not speak what the one before it asks; HTTP/1 without TLS is what all of them do. */
export function pathFault(path: readonly Variant[]): string | undefined {
  const tls = path.findIndex(({ listens }, place) => place > 0 && listens === 'https');
  if (tls !== -1)
    return `${path[tls]?.id} cannot stand as hop ${tls + 1}: it listens with TLS, and ${path[tls - 1]?.id} (hop ${tls}) speaks plain HTTP to what is behind it, origin:3000; what listens with TLS may stand as hop 1 alone, nearest the client`;
  const h2c = path.findIndex(({ upstream }, place) => place < path.length - 1 && upstream === 'h2c');
  if (h2c !== -1)
    return `${path[h2c]?.id} cannot stand as hop ${h2c + 1}: it speaks HTTP/2 without TLS to what is behind it, which the origin understands and ${path[h2c + 1]?.id} (hop ${h2c + 2}) need not; it may stand as the last hop alone, nearest the origin`;
  return undefined;
}

/** `path/nginx/default,traefik/default` */
export function pathId(path: readonly Pick<Variant, 'id'>[]): string {
  return laneId(`${PATH_PREFIX}${path.map(({ id }) => id).join(',')}`);
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
  const fault = pathFault(path);
  if (fault !== undefined) throw new UsageError(`--path: ${fault}`);
  const proxies = new Set(path.map(({ proxy }) => proxy.id));
  const hopLanes = catalogue.lanes.filter(({ variant }) => proxies.has(variant.proxy.id));
  return { id: pathId(path), title: ids.join(' → '), path, hopLanes };
}
