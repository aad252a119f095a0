/** `--path nginx/default,traefik/default?framing=content-length`: a chain made on the command line, and its stream. */

import { nearest, sayMeant } from '../../server/nearest.ts';
import { UsageError } from '../errors.ts';
import { shellWord } from '../shell-word.ts';
import { firstVariantId, laneId, type Catalogue, type Chain, type Variant } from './catalogue.ts';
import type { Vary } from './declaration.ts';
import { streamFault, varied } from './dimensions.ts';
import { faultOfStreamText, pairsOf, varyOf } from './stream-text.ts';

/** Of the id of a chain that is made on the command line. */
export const PATH_PREFIX = 'path/';

const EXAMPLE = 'nginx/default,traefik/default';
/** No id has a dot. */
const CONFIG_FILE = /\.(?:conf|cfg|ya?ml|toml|json|vcl|ini|Caddyfile|m?[jt]s|py)$/;
/** More hops than a request is likely to pass; each is a process, and in containers two and a network. */
const MOST_HOPS = 8;

function variantOf(id: string, { lanes, proxies }: Catalogue): Variant {
  const variants = new Map(lanes.map(({ variant }) => [variant.id, variant]));
  const variant = variants.get(id);
  if (variant !== undefined) return variant;
  // A proxy, or what was probably meant for one, means its first variant: the one that is configured least.
  const firsts = new Map(proxies.map((proxy) => [proxy.id, firstVariantId(proxy)]));
  const meant = nearest(id, [...variants.keys()]) ?? firsts.get(nearest(id, [...firsts.keys()]) ?? '');
  if (/\s/.test(id))
    throw new UsageError(`a path takes its hops with a comma between, and "${id}" has none: ${EXAMPLE}`);
  throw new UsageError(`no variant has the id "${id}"${sayMeant(meant)}; \`unclog list\` shows them all`);
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

/** `path/nginx/default,traefik/default?framing=content-length` */
export function pathId(path: readonly Pick<Variant, 'id'>[], vary?: Vary): string {
  return laneId(`${PATH_PREFIX}${path.map(({ id }) => id).join(',')}`, vary);
}

/** The command line that makes the path of such an id: `--path nginx/default,traefik/default`. */
export function howToMake(id: string): string {
  return `--path ${shellWord(id.slice(PATH_PREFIX.length))}`;
}

/** All hops of a path have one stream, which stands at its end. @throws UsageError */
function streamOf(text: string): Vary {
  if (/,[^,&?]+\//.test(text))
    throw new UsageError(
      `all hops of a path have one stream, which stands at its end: '${EXAMPLE}?framing=content-length'; got "?${text}"`,
    );
  const fault = faultOfStreamText(text);
  if (fault !== undefined) throw new UsageError(`path: ${fault}`);
  const vary = varyOf(pairsOf(text) ?? []);
  const unsendable = streamFault(varied(vary));
  if (unsendable !== undefined) throw new UsageError(`path: ${unsendable}`);
  return vary;
}

/** Hop 1, nearest the client, first; a variant may stand in it more than once. @throws UsageError */
export function chainOfPath(catalogue: Catalogue, text: string): Chain {
  const [hops = '', ...stream] = text.split('?');
  const vary = stream.length === 0 ? undefined : streamOf(stream.join('?'));
  const ids = hops.split(',').map((id) => id.trim());
  if (ids.includes(''))
    throw new UsageError(`a path has an empty place in "${text}"; it takes ids with one comma between: ${EXAMPLE}`);
  const file = ids.find((id) => CONFIG_FILE.test(id));
  if (file !== undefined)
    throw new UsageError(
      `a path takes ids of variants, and "${file}" is a file: a config of your own becomes a variant in five minutes (CONTRIBUTING.md); \`unclog list\` shows those that there are`,
    );
  const versioned = ids.find((id) => id.includes('@'));
  if (versioned !== undefined)
    throw new UsageError(
      `path: "${versioned}" names a version, which --proxy asks for: --proxy ${versioned.replace(/\/[^@]*/, '')}`,
    );
  if (ids.length < 2 && !/\s/.test(hops))
    throw new UsageError(
      `a path takes two hops or more, the one nearest the client first: ${EXAMPLE}; a single one is \`unclog run ${ids[0]}\``,
    );
  if (ids.length > MOST_HOPS) throw new UsageError(`a path takes at most ${MOST_HOPS} hops; got ${ids.length}`);
  const path = ids.map((id) => variantOf(id, catalogue));
  const fault = pathFault(path);
  if (fault !== undefined) throw new UsageError(`path: ${fault}`);
  const proxies = new Set(path.map(({ proxy }) => proxy.id));
  const hopLanes = catalogue.lanes.filter(({ variant }) => proxies.has(variant.proxy.id));
  return { id: pathId(path, vary), title: ids.join(' → '), path, hopLanes, ...(vary === undefined ? {} : { vary }) };
}
