/** `--vary`: which dimensions, which of their values, and the lanes that this makes of a variant. Pure. */

import { didYouMean } from '../server/nearest.ts';
import type { PresetName } from '../server/presets.ts';
import { laneId, type Lane, type Variant } from './catalogue/catalogue.ts';
import type { DimensionId, Vary } from './catalogue/declaration.ts';
import { DIMENSION_IDS, DIMENSIONS, streamFault, valueFault, varied } from './catalogue/dimensions.ts';
import { UsageError } from './errors.ts';

/** One dimension and the values of it that are tried. */
export interface Axis {
  id: DimensionId;
  values: string[];
}

/** One value of each dimension. */
export type Point = Partial<Record<DimensionId, string>>;

/** More lanes than this are no answer any more, and take minutes. */
export const MOST_LANES = 200;
const ALL = 'all';

function isDimension(name: string): name is DimensionId {
  return (DIMENSION_IDS as string[]).includes(name);
}

function parseAxis(text: string): Axis {
  const [name = '', ...rest] = text.split('=');
  if (!isDimension(name))
    throw new UsageError(
      `--vary knows no dimension "${name}"${didYouMean(name, DIMENSION_IDS)}; there are: ${ALL}, ${DIMENSION_IDS.join(', ')}`,
    );
  const dimension = DIMENSIONS[name];
  if (rest.length === 0) return { id: name, values: [...dimension.values] };
  const values = [
    ...new Set(
      rest
        .join('=')
        .split('|')
        .map((value) => value.trim()),
    ),
  ];
  for (const value of values) {
    const fault = valueFault(dimension, value);
    if (fault !== undefined) throw new UsageError(`--vary ${name}: ${fault}`);
  }
  return { id: name, values };
}

/** Values of some dimensions hold commas: what follows one and is no dimension still belongs to such a value. */
function partsOf(text: string): string[] {
  return text.split(',').reduce<string[]>((parts, part) => {
    const [name = ''] = part.trim().split('=');
    const [before = '', ...values] = parts.at(-1)?.split('=') ?? [];
    const isOpen = isDimension(before) && values.length > 0 && DIMENSIONS[before].others !== undefined;
    if (isOpen && name !== ALL && !isDimension(name)) return [...parts.slice(0, -1), `${parts.at(-1)},${part}`];
    return [...parts, part.trim()];
  }, []);
}

/** `framing,chunk=32|1024` → two axes; `all` is every dimension. @throws UsageError for one that there is not, or is there twice. */
export function parseVary(text: string): Axis[] {
  const parts = partsOf(text);
  const named = parts.filter((part) => part !== ALL).map(parseAxis);
  const twice = named.find(({ id }, index) => named.findIndex((other) => other.id === id) < index);
  if (twice !== undefined)
    throw new UsageError(`--vary names ${twice.id} twice; several of its values: ${twice.id}=${exampleOf(twice.id)}`);
  if (!parts.includes(ALL)) return named;
  // What is named by itself, with its values, counts more than `all`.
  return DIMENSION_IDS.map((id) => named.find((axis) => axis.id === id) ?? { id, values: [...DIMENSIONS[id].values] });
}

function exampleOf(id: DimensionId): string {
  return DIMENSIONS[id].values.slice(0, 2).join('|');
}

/** Every combination. */
export function crossProduct(axes: readonly Axis[]): Point[] {
  return axes.reduce<Point[]>(
    (points, { id, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [id]: value }))),
    [{}],
  );
}

/**
 * So few points that every pair of values of every two dimensions stands in one of them, but for pairs that the origin
 * cannot send, and with these in no point that can do without. Greedy: each point begins with
 * a pair that is not covered yet, and takes of each further dimension the value that covers most (as AETG does: Cohen et
 * al., "The AETG System", IEEE TSE 23(7), 1997). The same axes give the same points.
 */
export function pairwise(axes: readonly Axis[]): Point[] {
  if (axes.length < 2) return crossProduct(axes);
  const open = new Set<string>();
  for (const [index, a] of axes.entries())
    for (const b of axes.slice(index + 1))
      for (const pair of crossProduct([a, b]))
        if (canBeSent(pair)) open.add(pairKey(a.id, pair[a.id], b.id, pair[b.id]));

  const keysOf = (point: Point, id: DimensionId, value: string): string[] =>
    axes
      .filter((axis) => axis.id !== id && point[axis.id] !== undefined)
      .map((axis) => pairKey(axis.id, point[axis.id], id, value));
  const gain = (point: Point, id: DimensionId, value: string): number =>
    keysOf(point, id, value).filter((key) => open.has(key)).length;

  const points: Point[] = [];
  for (let [first] = open; first !== undefined; [first] = open) {
    const point = pairOf(first);
    for (const { id, values } of axes) {
      if (point[id] !== undefined) continue;
      const able = values.filter((value) => canBeSent({ ...point, [id]: value }));
      const candidates = able.length === 0 ? values : able;
      point[id] = candidates.reduce((best, value) => (gain(point, id, value) > gain(point, id, best) ? value : best));
    }
    for (const { id } of axes) for (const key of keysOf(point, id, point[id] ?? '')) open.delete(key);
    points.push(point);
  }
  return points;
}

function canBeSent(point: Point): boolean {
  return streamFault(varied(point)) === undefined;
}

/** The same for a pair however it is turned. */
function pairKey(a: DimensionId, aValue: string | undefined, b: DimensionId, bValue: string | undefined): string {
  return JSON.stringify(
    [
      [a, aValue],
      [b, bValue],
    ].toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
  );
}

function pairOf(key: string): Point {
  return Object.fromEntries(JSON.parse(key) as [string, string][]);
}

/** What all of the lanes have in common stays as it is, where it is not varied. */
function commonOf(lanes: readonly Lane[]): Vary {
  const [first, ...others] = lanes.map(({ vary = {} }) => vary as Point);
  const isCommon = ([id, value]: [string, string]): boolean =>
    others.every((vary) => vary[id as DimensionId] === value);
  return Object.fromEntries(Object.entries(first ?? {}).filter(isCommon));
}

/** A lane of which nothing is expected; where the catalogue has the same, with what frees that. */
function laneAt(variant: Variant, point: Point, lanes: readonly Lane[]): Lane {
  const patience = Math.max(0, ...lanes.map(({ patienceMs = 0 }) => patienceMs));
  const vary = { ...commonOf(lanes), ...point } as Vary;
  const id = laneId(variant.id, vary);
  const { fixes, noFix } = lanes.find((lane) => lane.id === id) ?? {};
  return {
    id,
    variant,
    vary,
    ...(patience === 0 ? {} : { patienceMs: patience }),
    ...(fixes === undefined ? {} : { fixes }),
    ...(noFix === undefined ? {} : { noFix }),
  };
}

/**
 * Of each variant of the lanes, one lane at each point. @throws UsageError when these are too many, or their values do not
 * go together at any.
 */
export function variedLanes(lanes: readonly Lane[], axes: readonly Axis[], isPairwise: boolean): Lane[] {
  const cover = isPairwise ? pairwise(axes) : undefined;
  const ofEach = cover?.length ?? axes.reduce((product, { values }) => product * values.length, 1);
  const variants = Map.groupBy(lanes, ({ variant }) => variant);
  const count = ofEach * variants.size;
  if (count > MOST_LANES) {
    const fewer = pairwise(axes).length * variants.size;
    const advice =
      !isPairwise && fewer <= MOST_LANES
        ? `--pairwise covers every pair of values with ${fewer}`
        : 'name fewer variants or dimensions, or some of their values: framing=chunked|content-length';
    const made = `${ofEach.toLocaleString('en')} lanes`;
    const inAll =
      variants.size === 1 ? made : `${made} of each of ${variants.size} variants, ${count.toLocaleString('en')} in all`;
    throw new UsageError(`--vary makes ${inAll}; at most ${MOST_LANES} are run: ${advice}`);
  }
  const points = cover ?? crossProduct(axes);
  const faults = points.map((point) => streamFault(varied(point)));
  if (faults[0] !== undefined && !faults.includes(undefined)) throw new UsageError(`--vary: ${faults[0]}`);
  return [...variants].flatMap(([variant, members]) => points.map((point) => laneAt(variant, point, members)));
}

/** The same lanes under another workload than that which their expectations are about. */
export function withPreset(lanes: readonly Lane[], preset: PresetName): Lane[] {
  return lanes.map(({ id, variant, vary, patienceMs, fixes }) => ({
    id,
    variant,
    preset,
    ...(vary === undefined ? {} : { vary }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
    ...(fixes === undefined ? {} : { fixes }),
  }));
}
