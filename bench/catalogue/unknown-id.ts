/** What to say of an id that selects nothing: what it probably means, and what does it. Pure. */

import { nearest, sayMeant } from '../../server/nearest.ts';
import { SUITE } from '../conformance/requirements.ts';
import { REQUIREMENT_IDS } from '../conformance/select.ts';
import { isVersion, sayNoVersion } from '../drivers/version.ts';
import type { Catalogue } from './catalogue.ts';
import { defaultOf } from './dimensions.ts';
import { hasWord, matchesChain, matchesLane } from './matching.ts';
import { faultOfStreamText, pairsOf, varyOf } from './stream-text.ts';

const URL_OR_PORT = /^(?:[a-z][a-z\d+.-]*:\/\/|[\w.-]+:\d+(?:\/|$))/i;

/** Where it begins as a path does, or ends as a config does: no id does either. */
const FILE = /^(?:\.{0,2}|~)\/|\.(?:conf|cfg|vcl|ya?ml|toml|json|[cm]?[jt]s|py|ini|env)$/;

/** Of an id whose variant there is: what is wrong with its dimensions. */
function faultOfPairs(pattern: string, { lanes }: Catalogue): string | undefined {
  const [variant, ...rest] = pattern.split('?');
  return rest.length > 0 && lanes.some((lane) => lane.variant.id === variant)
    ? faultOfStreamText(rest.join('?'))
    : undefined;
}

/** A glob whose first part is nothing that there is: the same with what was probably meant, where that selects something. */
function meantGlob(pattern: string, { lanes, chains, proxies }: Catalogue): string | undefined {
  const [first = '', ...rest] = pattern.split('/');
  const meant = nearest(first, [...proxies.map(({ id }) => id), 'chain', SUITE]);
  if (meant === undefined || rest.length === 0) return undefined;
  const glob = [meant, ...rest].join('/');
  const isSomething =
    lanes.some((lane) => matchesLane(glob, lane)) ||
    [...chains, ...REQUIREMENT_IDS.map((id) => ({ id }))].some((one) => matchesChain(glob, one));
  return isSomething ? glob : undefined;
}

/** The command line that streams to a variant as no declared lane does: `unclog run nginx/default --vary chunk=77`. */
export function howToVary(variantId: string, vary: readonly (readonly [id: string, value: string])[]): string {
  const text = vary.map(([id, value]) => `${id}=${value}`).join(',');
  return `unclog run ${variantId} --vary ${/^[\w,=.-]+$/.test(text) ? text : `'${text}'`}`;
}

/** Of an id whose variant and dimensions there are, though no such lane is declared. */
function sayUndeclared(pattern: string, { lanes }: Catalogue): string | undefined {
  const [variant = '', ...rest] = pattern.split('?');
  const own = lanes.filter((lane) => lane.variant.id === variant);
  const pairs = pairsOf(rest.join('?'));
  if (own.length === 0 || pairs === undefined) return undefined;
  const vary = varyOf(pairs);
  const defaults = pairs.filter(({ id, value }) => value === defaultOf(id, vary));
  const others = pairs.filter((pair) => !defaults.includes(pair)).toSorted((a, b) => a.id.localeCompare(b.id));
  const id = `${variant}?${others.map((pair) => `${pair.id}=${pair.value}`).join('&')}`;
  const lane = own.find((one) => one.id === (others.length === 0 ? variant : id));
  if (lane !== undefined) {
    const said = defaults.map((pair) => `${pair.value} is the default of ${pair.id}`).join(' and ');
    return `${said === '' ? 'dimensions stand in an id by name' : `${said} and no part of an id`}: the lane is "${id}"`;
  }
  const command = howToVary(
    variant,
    pairs.map((pair) => [pair.id, pair.value]),
  );
  return `the catalogue does not declare it and expects nothing of it; to run it all the same: ${command}`;
}

/** Variants whose names go on after what was given: nothing else that is only spelled alike is meant then. */
function sayBeginning(pattern: string, { lanes }: Catalogue): string | undefined {
  const ids = new Set(lanes.map(({ variant }) => variant.id).filter((id) => id.startsWith(`${pattern}-`)));
  return ids.size === 0 ? undefined : `with it begin ${[...ids].join(', ')}, and '${pattern}-*' selects all of these`;
}

/** A word that is a tag, or stands in ids: a framework, a coding, a kind of trouble. */
function sayWord(word: string, { lanes, chains }: Catalogue): string | undefined {
  const count = [...lanes, ...chains].filter((item) => hasWord(item, word)).length;
  if (count === 0 || !/^[\w.-]+$/.test(word)) return undefined;
  const have = count === 1 ? 'one lane has it' : `${count} lanes have it`;
  return `${have} as a tag or in the id: \`unclog list --only ${word}\``;
}

/** What the id is nearest to: a glob with its first part mended, or an id that there is. */
function meantBy(pattern: string, catalogue: Catalogue): string | undefined {
  const { chains, lanes, proxies } = catalogue;
  const ids = [
    ...chains.map(({ id }) => id),
    ...lanes.map(({ id }) => id),
    ...lanes.map(({ variant }) => variant.id),
    ...proxies.map(({ id }) => id),
    ...REQUIREMENT_IDS,
  ];
  return /[*{[]/.test(pattern) ? meantGlob(pattern, catalogue) : nearest(pattern, ids);
}

/** Of `nginx@1.22`, which nothing is called, though there is such a proxy. */
function sayVersion(pattern: string, { proxies }: Catalogue): string | undefined {
  const [, lane, version = ''] = /^([^@]+)@(.*)$/.exec(pattern) ?? [];
  const proxy = proxies.find((known) => known.id === lane?.split('/')[0]);
  if (proxy === undefined) return undefined;
  return isVersion(version)
    ? `"${pattern}" names a version, which --proxy asks for: ${lane} --proxy ${proxy.id}@${version}`
    : sayNoVersion(proxy, version);
}

/** The whole complaint. */
export function sayUnknown(pattern: string, catalogue: Catalogue): string {
  if (URL_OR_PORT.test(pattern))
    return `"${pattern}" is an address: unclog judges the proxies of its catalogue, which it starts itself, and takes no URL; \`unclog list\` shows them all`;
  if (FILE.test(pattern))
    return `"${pattern}" is a file: unclog judges the variants of its catalogue; to have a config of your own judged, make it one, as CONTRIBUTING.md shows in five minutes: a file in proxy-configs that listens on 8080 and forwards to origin:3000, and its entry`;
  const none = `no lane has the id "${pattern}"`;
  const undeclared = sayUndeclared(pattern, catalogue);
  if (undeclared !== undefined) return `${none}: ${undeclared}`;
  const ofVersion = sayVersion(pattern, catalogue);
  if (ofVersion !== undefined) return ofVersion;
  const fault = faultOfPairs(pattern, catalogue);
  if (fault !== undefined) return `${none}: ${fault}`;
  const beginning = sayBeginning(pattern, catalogue);
  if (beginning !== undefined) return `${none}: ${beginning}`;
  const ofWord = sayWord(pattern, catalogue);
  if (ofWord !== undefined) return `${none}: ${ofWord}`;
  return `${none}${sayMeant(meantBy(pattern, catalogue))}; \`unclog list\` shows them all, and globs such as 'nginx/*' select several`;
}
