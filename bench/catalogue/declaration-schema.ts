/**
 * The shape of a declaration at run time: types are erased, and who adds a variant sees the fault before the compiler does.
 * Programs (`native`, `docker`, `version`, `refuses`) hold functions and patterns, and are left to the compiler.
 */

import { Type, type TSchema } from 'typebox';

import { REQUIREMENTS } from '../conformance/requirements.ts';
import type {
  ChainDeclaration,
  EarlierDeclaration,
  ExpectedVerdict,
  Fix,
  IncrementalDeclaration,
  LaneDeclaration,
  ProxyDeclaration,
  VariantDeclaration,
} from './declaration.ts';
import { DIMENSION_IDS } from './dimensions.ts';

/** Every field of a declaration has its schema, and there is none for what is no field: the compiler sees to it. */
type FieldsOf<Declaration> = Record<keyof Declaration, TSchema>;

const VERDICTS: Record<ExpectedVerdict, true> = {
  breaks: true,
  streams: true,
  delays: true,
  coalesces: true,
  buffers: true,
  refused: true,
};

const SLUG = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', description: 'a slug, such as buffering-off' });
const WORDS = Type.String({ pattern: String.raw`\S`, description: 'some words' });
const SENTENCE = Type.String({
  pattern: String.raw`^[\s\S]{20,}\.$`,
  description: 'a sentence of more than 20 characters, with its full stop',
});
const VERSION = Type.String({
  pattern: String.raw`^\d+(\.\d+)*$`,
  description: 'a version in numbers, such as 1.29.7',
});
const ADDRESS = Type.String({
  pattern: String.raw`^https://[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?$`,
  description: 'an https address',
});
const EXPECTED = Type.Unsafe<ExpectedVerdict>({ type: 'string', enum: Object.keys(VERDICTS) });
const FILES = Type.Record(Type.String(), WORDS);

function closed(fields: Record<string, TSchema>, description: string): TSchema {
  return Type.Object(fields, { additionalProperties: false, description });
}

function several(items: TSchema, what: string): TSchema {
  return Type.Array(items, { minItems: 1, description: `a list of ${what}, one at least` });
}

const ONE_OR_MORE = '{ change, provenBy, loses? }, or a list of such';
const FIX = closed(
  { change: WORDS, provenBy: WORDS, loses: Type.Optional(WORDS) } satisfies FieldsOf<Fix>,
  ONE_OR_MORE,
);
const FIXES = Type.Optional(Type.Union([FIX, Type.Array(FIX, { minItems: 1, description: ONE_OR_MORE })]));
const VARY = closed(
  Object.fromEntries(DIMENSION_IDS.map((id) => [id, Type.Optional(Type.String())])),
  'dimensions and their values',
);

const JUDGED = { expected: EXPECTED, why: SENTENCE, fix: FIXES, noFix: Type.Optional(SENTENCE) };

const EARLIER = closed(
  { before: VERSION, ...JUDGED } satisfies FieldsOf<EarlierDeclaration>,
  'what older versions do, or a list of such',
);

const LANE_FIELDS = {
  ...JUDGED,
  vary: Type.Optional(VARY),
  since: Type.Optional(VERSION),
  reuseFix: Type.Optional(FIX),
  patienceMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'milliseconds' })),
  core: Type.Optional(Type.Literal(true)),
  earlier: Type.Optional(
    Type.Union([
      EARLIER,
      Type.Array(EARLIER, { minItems: 1, description: 'what older versions do, or a list of such' }),
    ]),
  ),
} satisfies FieldsOf<LaneDeclaration>;

const OUTCOMES = closed(
  Object.fromEntries(REQUIREMENTS.map(({ id }) => [id, Type.Optional(WORDS)])),
  'requirements and their outcomes',
);
const INCREMENTAL = closed(
  {
    why: SENTENCE,
    vary: Type.Optional(VARY),
    since: Type.Optional(VERSION),
    refuses: Type.Optional(Type.Literal(true)),
    limit: Type.Optional(Type.Integer({ minimum: 1, description: 'a number of exchanges' })),
    expected: Type.Optional(OUTCOMES),
  } satisfies FieldsOf<IncrementalDeclaration>,
  'what it makes of the field Incremental',
);
const NEEDS = several(
  Type.Union([
    closed({ built: WORDS }, 'words that the program prints'),
    closed({ file: WORDS, apt: Type.Optional(WORDS) }, 'a file of the program'),
  ]),
  'what the program must have: { built } or { file }',
);

const VARIANT = closed(
  {
    id: SLUG,
    title: WORDS,
    changes: WORDS,
    files: FILES,
    companion: Type.Optional(several(WORDS, 'a file and arguments')),
    needs: Type.Optional(NEEDS),
    listens: Type.Optional(Type.Unsafe<'http' | 'https'>({ type: 'string', enum: ['http', 'https'] })),
    upstream: Type.Optional(Type.Unsafe<'h2c'>({ type: 'string', enum: ['h2c'] })),
    since: Type.Optional(VERSION),
    until: Type.Optional(VERSION),
    docs: several(ADDRESS, 'https addresses'),
    tags: Type.Optional(Type.Array(SLUG)),
    package: Type.Optional(WORDS),
    incremental: Type.Optional(INCREMENTAL),
    lanes: several(closed(LANE_FIELDS, 'a lane'), 'lanes'),
  } satisfies FieldsOf<VariantDeclaration>,
  'a variant',
);

const PROGRAM = Type.Object({});

export const PROXY = closed(
  {
    id: SLUG,
    name: WORDS,
    home: ADDRESS,
    files: Type.Optional(FILES),
    version: Type.Optional(PROGRAM),
    built: Type.Optional(Type.Array(WORDS)),
    refuses: Type.Optional(PROGRAM),
    needs: Type.Optional(NEEDS),
    readyPath: Type.Optional(
      Type.String({ pattern: '^/', description: 'a path of the origin, such as /healthz/origin' }),
    ),
    native: Type.Optional(PROGRAM),
    docker: Type.Optional(PROGRAM),
    variants: several(VARIANT, 'variants'),
  } satisfies FieldsOf<ProxyDeclaration>,
  'the declaration of a proxy',
);

const { earlier: _earlier, since: _since, ...OF_CHAINS } = LANE_FIELDS;

export const CHAINS = Type.Array(
  closed(
    {
      ...OF_CHAINS,
      id: SLUG,
      title: WORDS,
      path: Type.Array(WORDS, { minItems: 2 }),
      guilty: Type.Array(Type.Integer({ minimum: 1 })),
      tags: Type.Optional(Type.Array(SLUG)),
    } satisfies FieldsOf<ChainDeclaration>,
    'a chain',
  ),
);
