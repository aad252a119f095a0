/** What is wrong with a declaration: which field of which variant, what is allowed, what was probably meant. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

import { didYouMean } from '../../server/nearest.ts';
import { UsageError } from '../errors.ts';
import type { ChainDeclaration, DimensionId, ProxyDeclaration, VariantDeclaration, Vary } from './declaration.ts';
import { CHAINS, PROXY } from './declaration-schema.ts';
import { DIMENSIONS, streamFault, valueFault, varied } from './dimensions.ts';

type SchemaError = ReturnType<typeof Value.Errors>[number];

/** What a JSON pointer points to. */
function at(pointer: string, root: unknown): unknown {
  const steps = pointer.replace(/^#?\//, '').split('/');
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], root);
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'undefined';
}

/** `variants[3] (buffering-off).lanes[0].why` for `/variants/3/lanes/0/why`: what has an id is named by it too. */
function place(pointer: string, root: unknown): string {
  let [said, path] = ['', ''];
  for (const step of pointer.split('/').slice(1)) {
    path += `/${step}`;
    const { id } = (at(path, root) ?? {}) as { id?: unknown };
    if (!/^\d+$/.test(step)) said += `${said === '' ? '' : '.'}${step}`;
    else said += `[${step}]${typeof id === 'string' ? ` (${id})` : ''}`;
  }
  return said;
}

/** Of the schema that an error is of. */
interface Wanted {
  properties?: Record<string, unknown>;
  description?: string;
}

function sayFault(error: SchemaError, root: unknown, schema: TSchema): string[] {
  const { properties = {}, description }: Wanted = at(error.schemaPath, schema) ?? {};
  const where = place(error.instancePath, root);
  const field = (name: string): string => (where === '' ? name : `${where}.${name}`);
  const value = at(error.instancePath, root);
  if (error.keyword === 'required')
    return error.params.requiredProperties.map((name) => {
      const is = (properties[name] as Wanted | undefined)?.description;
      return `${field(name)} is missing${is === undefined ? '' : `: ${is}`}`;
    });
  if (error.keyword === 'additionalProperties') {
    const allowed = Object.keys(properties);
    return error.params.additionalProperties.map(
      (name) => `${field(name)} is no field${didYouMean(name, allowed)}; there are: ${allowed.join(', ')}`,
    );
  }
  if (error.keyword === 'enum') {
    const allowed = error.params.allowedValues.map(String);
    return [
      `${where} must be one of ${allowed.join(', ')}${didYouMean(String(value), allowed)}; it is ${shown(value)}`,
    ];
  }
  // Said already of the object that has the field, and of the one branch that was meant.
  if (error.keyword === 'boolean' || error.keyword === 'anyOf') return [];
  if (value === undefined) return [`${where} is missing${description === undefined ? '' : `: ${description}`}`];
  return [`${where} ${description === undefined ? error.message : `must be ${description}`}; it is ${shown(value)}`];
}

interface Fault {
  says: string;
  /** Id of the variant that has it. */
  variant?: string | undefined;
}

function variantAt(pointer: string, root: unknown): string | undefined {
  const [variant] = /^\/variants\/\d+/.exec(pointer) ?? [];
  const { id } = (variant === undefined ? {} : (at(variant, root) ?? {})) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}

function faultsOfShape(root: unknown, schema: TSchema): Fault[] {
  const faults = Value.Errors(schema, root).flatMap((error) =>
    sayFault(error, root, schema).map((says): Fault => ({ says, variant: variantAt(error.instancePath, root) })),
  );
  return [...new Map(faults.map((fault) => [fault.says, fault])).values()];
}

function faultsOfVary(vary: Vary, where: string): string[] {
  const faults = (Object.entries(vary) as [DimensionId, string][]).flatMap(([id, value]) => {
    const fault = valueFault(DIMENSIONS[id], value);
    return fault === undefined ? [] : [`${where}.vary: ${fault}`];
  });
  const fault = faults.length > 0 ? undefined : streamFault(varied(vary));
  return fault === undefined ? faults : [`${where}.vary: ${fault}`];
}

/** @param folder of the proxy: its files lie there, or in one beside it */
function faultsOfFiles(files: Record<string, string>, where: string, folder: string): string[] {
  return Object.entries(files).flatMap(([role, name]) => {
    if (existsSync(join(folder, name))) return [];
    return [
      `${where}.files.${role}: there is no ${join(basename(folder), name)}${didYouMean(name, readdirSync(folder))}`,
    ];
  });
}

function asFaults(sayings: readonly string[], variant?: string): Fault[] {
  return sayings.map((says) => ({ says, variant }));
}

/** @param folder in whose files variants are declared */
function refuse(file: string, faults: readonly Fault[], folder?: string): void {
  const placeOf = ({ variant }: Fault): string =>
    (folder === undefined || variant === undefined ? undefined : lineOfVariant(variant, folder)) ?? file;
  if (faults.length > 0)
    throw new UsageError(faults.map((fault) => `${placeOf(fault)}: ${fault.says}`).join('\nunclog: '));
}

/** `proxy-configs/nginx/storing.ts:12`: where a variant is declared; `undefined` where that is not written out. */
function lineOfVariant(id: string, folder: string): string | undefined {
  const places = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .flatMap((line, index) => (line.trim() === `id: '${id}',` ? `${name}:${index + 1}` : [])),
    );
  return places.length === 1 ? `proxy-configs/${basename(folder)}/${places[0]}` : undefined;
}

function faultsOfCompanion(
  companion: VariantDeclaration['companion'],
  names: readonly string[],
  where: string,
): string[] {
  const program = companion?.[0];
  if (program === undefined || names.includes(program)) return [];
  return [
    `${where}.companion: "${program}" is none of its files${didYouMean(program, names)}; there are: ${names.join(', ')}`,
  ];
}

/**
 * @param declared the default export of a folder's index.ts
 * @throws UsageError that names file and field of each fault
 */
export function checkedProxy(declared: unknown, folder: string): ProxyDeclaration {
  const file = `proxy-configs/${basename(folder)}/index.ts`;
  if (declared === undefined) throw new UsageError(`${file}: it has no default export, which is the declaration`);
  refuse(file, faultsOfShape(declared, PROXY), folder);
  const proxy = declared as ProxyDeclaration;
  if (proxy.id !== basename(folder))
    refuse(file, [{ says: `id must be the folder’s name, ${basename(folder)}; it is "${proxy.id}"` }]);
  const faults = proxy.variants.flatMap(({ id, files, companion, lanes }, index) => {
    const where = `variants[${index}] (${id})`;
    const own = [
      ...faultsOfFiles(files, where, folder),
      ...faultsOfCompanion(companion, Object.values(files), where),
      ...lanes.flatMap(({ vary = {} }, lane) => faultsOfVary(vary, `${where}.lanes[${lane}]`)),
    ];
    return asFaults(own, id);
  });
  refuse(file, [...asFaults(faultsOfFiles(proxy.files ?? {}, proxy.id, folder)), ...faults], folder);
  return proxy;
}

/** @throws UsageError as checkedProxy does */
export function checkedChains(declared: unknown): ChainDeclaration[] {
  refuse('proxy-configs/chains.ts', faultsOfShape(declared, CHAINS));
  const chains = declared as ChainDeclaration[];
  refuse(
    'proxy-configs/chains.ts',
    asFaults(chains.flatMap(({ id, vary = {} }, index) => faultsOfVary(vary, `[${index}] (${id})`))),
  );
  return chains;
}

interface Freed {
  id: string;
  /** Of a chain. */
  path?: readonly { id: string; proxy: { id: string } }[];
  fixes?: readonly { provenBy: string }[];
  reuseFix?: { provenBy: string };
  earlier?: readonly Pick<Freed, 'fixes'>[];
}

/** A chain is freed by what changes one of its hops, and leaves each of them in its place. */
function isOneChange({ path = [] }: Freed, { path: proof = [] }: Freed): boolean {
  const isInOrder = path.every(({ proxy }, index) => proof[index]?.proxy.id === proxy.id);
  const changed = path.filter(({ id }, index) => proof[index]?.id !== id);
  return path.length === proof.length && isInOrder && changed.length <= 1;
}

/** That every fix names a lane that there is, and of a chain one that differs in one hop. @throws UsageError */
export function checkProofs(items: readonly Freed[]): void {
  const known = new Map(items.map((item) => [item.id, item]));
  const proofs = items.flatMap((item) =>
    [item.fixes, item.reuseFix, ...(item.earlier ?? []).map(({ fixes }) => fixes)]
      .flatMap((fixes) => fixes ?? [])
      .map(({ provenBy }) => ({ item, provenBy })),
  );
  refuse(
    'proxy-configs',
    proofs.flatMap(({ item, provenBy }) => {
      const proof = known.get(provenBy);
      const names = `the fix of ${item.id} is provenBy "${provenBy}", which is`;
      if (proof === undefined) return [{ says: `${names} no lane${didYouMean(provenBy, [...known.keys()])}` }];
      const says = `${names} not the same hops in the same order with one of them changed`;
      return isOneChange(item, proof) ? [] : [{ says }];
    }),
  );
}
