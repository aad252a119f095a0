/**
 * What the origin emits, as data. These schemas are the one place that says which fields there
 * are and what they allow: the control API validates by them and the OpenAPI document shows them.
 */

import { Type, type Static } from 'typebox';

/** The most body bytes one stream may emit. */
export const BODY_LIMIT_BYTES = 512 * 1024 * 1024;

const FORMATS = ['sse', 'sse-json', 'ndjson', 'text'] as const;
export type Format = (typeof FORMATS)[number];

export const FRAMINGS = ['chunked', 'piecewise', 'content-length', 'close-delimited'] as const;
export type Framing = (typeof FRAMINGS)[number];

export const CODINGS = ['identity', 'gzip', 'br', 'zstd'] as const;
export type ContentCoding = (typeof CODINGS)[number];
export type AppliedCoding = Exclude<ContentCoding, 'identity'>;

/** An enumeration as JSON Schema's `enum`, whose error message can list what is allowed. */
function oneOf<const T extends readonly string[]>(values: T, description: string): Type.TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description });
}

export const Format = oneOf(
  FORMATS,
  'How a chunk is written: an SSE event, one whose data is a JSON object as LLM APIs send it, an NDJSON line, or a word of text/plain.',
);
export const Framing = oneOf(
  FRAMINGS,
  'How HTTP/1.1 marks the end of the body (RFC 9112, section 6.3). chunked: each of our chunks is one HTTP chunk; piecewise: the whole body is one HTTP chunk, announced first and then filled chunk by chunk. HTTP/2 knows of these only whether there is a Content-Length.',
);

export const ContentCoding = oneOf(
  CODINGS,
  'The content coding that the origin applies itself, whatever the request accepts, and says in Content-Encoding. The coder is flushed after every chunk. Not with a length that is announced: framing content-length or piecewise.',
);

const FILLERS = ['prose', 'letter', 'utf-8'] as const;
export type Filler = (typeof FILLERS)[number];
export const Filler = oneOf(
  FILLERS,
  'What makes a chunk as long as it is to be: words in no order (default), one letter, of which a coder makes next to nothing, or characters of three bytes each (UTF-8), which no read of a hop needs to end with.',
);

const LeadMs = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 60_000, description: 'The silence between the head and the first chunk.' }),
);

export const LockStep = Type.Object(
  {
    mode: Type.Literal('lock-step'),
    deadlineMs: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 600_000,
        description: 'How long an acknowledgement is awaited before the stream counts as stalled.',
      }),
    ),
    budgetMs: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 600_000,
        description:
          'Lock-step ends after this long even when chunks are left, so that a slow timer does not cost its period times the count.',
      }),
    ),
    boundBytes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: BODY_LIMIT_BYTES,
        description: 'After a stall, the most body bytes to write in all.',
      }),
    ),
    growth: Type.Optional(
      Type.Number({
        minimum: 1.001,
        maximum: 16,
        description: 'After a stall, the factor by which each step raises the bytes written.',
      }),
    ),
    stepMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 60_000, description: 'After a stall, the pause between two steps.' }),
    ),
    releases: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'After a stall, how many acknowledgements end the raising.',
      }),
    ),
    lingerMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600_000,
        description: 'After a stall, the silence before the end of the response.',
      }),
    ),
    freeze: Type.Optional(
      Type.Object(
        {
          afterChunks: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Chunks in lock-step before.' }),
          bytes: Type.Integer({
            minimum: 1,
            maximum: BODY_LIMIT_BYTES,
            description: 'Body bytes in all, in whole chunks.',
          }),
          apartMs: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1000,
              description: 'Between two of them; otherwise there is nothing.',
            }),
          ),
        },
        {
          additionalProperties: false,
          description:
            'In place of raising: chunks up to so many bytes are written at once, then nothing until one of them is acknowledged or the deadline is over.',
        },
      ),
    ),
    leadMs: LeadMs,
  },
  {
    additionalProperties: false,
    description:
      'Closed loop: chunk k+1 is written after chunk k was acknowledged. After a stall the origin goes on without acknowledgement, raising the bytes written step by step.',
  },
);

export const Silence = Type.Object(
  {
    afterChunk: Type.Integer({ minimum: 0, description: 'The number of the last chunk before it; the first is 0.' }),
    ms: Type.Integer({
      minimum: 1,
      maximum: 600_000,
      description: 'How much longer than intervalMs nothing is written.',
    }),
    heartbeatMs: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 600_000,
        description:
          'Within it a comment is written every so often, as servers do to keep a stream open. Format sse only.',
      }),
    ),
  },
  { additionalProperties: false, description: 'A pause in the pace, after which it goes on as before.' },
);

export type Silence = Static<typeof Silence>;

const ANSWERS = ['request-head', 'request-end'] as const;

const DEATHS = ['rst', 'fin'] as const;

export const Death = Type.Object(
  {
    afterChunk: Type.Integer({
      minimum: 0,
      description:
        'The number of the last chunk that is written; the first is 0. Death comes in place of what would follow.',
    }),
    how: oneOf(DEATHS, 'How the connection is closed: by TCP RST, or by FIN as when the process exits.'),
  },
  { additionalProperties: false, description: 'The origin dies mid-stream: the response is never ended.' },
);
export type Death = Static<typeof Death>;

export const Paced = Type.Object(
  {
    mode: Type.Literal('paced'),
    intervalMs: Type.Optional(Type.Number({ minimum: 0, maximum: 600_000 })),
    burst: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'Chunks written at once each interval; 1 by default.' }),
    ),
    silence: Type.Optional(Silence),
    leadMs: LeadMs,
  },
  {
    additionalProperties: false,
    description: 'Open loop: a chunk, or a burst of them, every intervalMs, whatever the client does.',
  },
);

/** `discriminator` makes the validator report only on the mode that was named (OpenAPI 3.1, section 4.8.25). */
const Pace = Type.Unsafe<Static<typeof LockStep> | Static<typeof Paced>>({
  type: 'object',
  required: ['mode'],
  discriminator: { propertyName: 'mode' },
  oneOf: [LockStep, Paced],
});

const FieldName = Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" });
const FieldValue = Type.String({ pattern: '^[\\t\\x20-\\x7e]*$' });

function fields(description: string) {
  return Type.Record(FieldName, FieldValue, { additionalProperties: false, description });
}

export const WorkloadInput = Type.Object(
  {
    format: Type.Optional(Format),
    framing: Type.Optional(Framing),
    contentType: Type.Optional(
      Type.String({
        pattern: '^[\\t\\x20-\\x7e]{1,200}$',
        description: 'The exact Content-Type; by default that of the format.',
      }),
    ),
    contentCoding: Type.Optional(ContentCoding),
    filler: Type.Optional(Filler),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'Chunks.' })),
    chunkBytes: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 16 * 1024 * 1024 }), {
        minItems: 1,
        maxItems: 10_000,
        description:
          'Size of each chunk; the last one stands for all that follow. A size too small for the chunk’s own marks is raised to fit them.',
      }),
    ),
    pace: Type.Optional(Pace),
    death: Type.Optional(Death),
    headDelayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600_000,
        description: 'How long the origin thinks before its head: a slow first token. A 1xx goes before that.',
      }),
    ),
    answer: Type.Optional(
      oneOf(
        ANSWERS,
        'When the response is begun: as soon as the request’s head has come (default), or all of its body.',
      ),
    ),
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    headers: Type.Optional(fields('Response headers besides Content-Type and what the framing needs.')),
    fieldLines: Type.Optional(
      Type.Array(Type.Tuple([FieldName, FieldValue]), {
        maxItems: 20,
        description: 'Response header lines after these, as they are: a name may stand more than once.',
      }),
    ),
    trailers: Type.Optional(
      fields(
        'Trailer fields after a chunked body, announced by Trailer (RFC 9110, section 6.5); other framings have none.',
      ),
    ),
    informational: Type.Optional(
      Type.Array(Type.Unsafe<102 | 103>({ type: 'integer', enum: [102, 103] }), {
        minItems: 1,
        maxItems: 10,
        description:
          'Responses with a 1xx status that go before the head, with it where it is not delayed; but not to an HTTP/1.0 request.',
      }),
    ),
    lifetimeMs: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 3_600_000, description: 'The stream ends by itself after this long.' }),
    ),
  },
  { additionalProperties: false, description: 'What a stream emits. Every field has a default.' },
);
export type WorkloadInput = Static<typeof WorkloadInput>;

type LockStepInput = Static<typeof LockStep>;
export type LockStep = Required<Omit<LockStepInput, 'freeze'>> & Pick<LockStepInput, 'freeze'>;
type PacedInput = Static<typeof Paced>;
export type Paced = Required<Omit<PacedInput, 'silence' | 'burst'>> & Pick<PacedInput, 'silence' | 'burst'>;
type Pace = LockStep | Paced;
/** Fields that have no default: absent where they were not asked for. */
type Extras = Pick<WorkloadInput, 'death' | 'answer' | 'trailers' | 'informational' | 'fieldLines'> & {
  contentCoding?: AppliedCoding;
  filler?: Exclude<Filler, 'prose'>;
};
/** A workload with every default filled in. */
export type Workload = Required<Omit<WorkloadInput, 'pace' | keyof Extras>> & { pace: Pace } & Extras;

export const MEDIA_TYPES: Record<Format, string> = {
  sse: 'text/event-stream',
  'sse-json': 'text/event-stream',
  ndjson: 'application/x-ndjson',
  text: 'text/plain',
};

export const LOCK_STEP: LockStep = {
  mode: 'lock-step',
  deadlineMs: 1000,
  budgetMs: 1500,
  boundBytes: 1024 * 1024,
  growth: 1.125,
  stepMs: 15,
  releases: 3,
  lingerMs: 250,
  leadMs: 0,
};

export const PACED: Paced = { mode: 'paced', intervalMs: 10, leadMs: 0 };

function resolvePace(pace: WorkloadInput['pace']): Pace {
  if (pace === undefined) return LOCK_STEP;
  return pace.mode === 'paced' ? { ...PACED, ...pace } : { ...LOCK_STEP, ...pace };
}

/** Fills in the defaults. */
export function resolveWorkload(input: WorkloadInput): Workload {
  const { format = 'sse', contentCoding = 'identity', filler = 'prose' } = input;
  return {
    format,
    framing: input.framing ?? 'chunked',
    contentType: input.contentType ?? MEDIA_TYPES[format],
    ...(contentCoding === 'identity' ? {} : { contentCoding }),
    ...(filler === 'prose' ? {} : { filler }),
    count: input.count ?? 60,
    chunkBytes: input.chunkBytes ?? [32],
    pace: resolvePace(input.pace),
    ...(input.death === undefined ? {} : { death: input.death }),
    headDelayMs: input.headDelayMs ?? 0,
    ...(input.answer === undefined ? {} : { answer: input.answer }),
    ...(input.trailers === undefined ? {} : { trailers: input.trailers }),
    ...(input.informational === undefined ? {} : { informational: input.informational }),
    ...(input.fieldLines === undefined ? {} : { fieldLines: input.fieldLines }),
    status: input.status ?? 200,
    headers: input.headers ?? {},
    lifetimeMs: input.lifetimeMs ?? 60_000,
  };
}
