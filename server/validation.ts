/** Makes a validator's errors say which field, what is allowed, and what was probably meant. */

import type { FastifySchemaValidationError } from 'fastify/types/schema.js';

import { didYouMean } from './nearest.ts';

/** Ajv's error object with `verbose: true`, as far as it is read here. */
interface VerboseError extends FastifySchemaValidationError {
  parentSchema?: { properties?: Record<string, unknown>; description?: string };
  data?: unknown;
}

function field(error: VerboseError): string {
  return error.instancePath === '' ? '' : error.instancePath.slice(1).replaceAll('/', '.');
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : String(values);
}

function describe(error: VerboseError): string {
  const at = field(error);
  const got = `got ${JSON.stringify(error.data)?.slice(0, 60)}`;
  const name = at === '' ? 'the body' : `field "${at}"`;
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params['additionalProperty']);
      const allowed = Object.keys(error.parentSchema?.properties ?? {});
      const full = at === '' ? unknown : `${at}.${unknown}`;
      return allowed.length === 0
        ? `field "${full}" has a name that is not allowed`
        : `unknown field "${full}"${didYouMean(unknown, allowed)}; allowed: ${allowed.join(', ')}`;
    }
    case 'enum':
      return `${name} must be one of ${list(error.params['allowedValues'])}; ${got}`;
    case 'discriminator':
      return `field "${at === '' ? '' : `${at}.`}${String(error.params['tag'])}" must be one of "lock-step", "paced"; got ${JSON.stringify(error.params['tagValue'])}`;
    case 'required':
      return `field "${at === '' ? '' : `${at}.`}${String(error.params['missingProperty'])}" is missing`;
    default:
      return `${name} ${error.message ?? 'is not valid'}; ${got}`;
  }
}

/** For Fastify's `schemaErrorFormatter`: `what` names what is malformed. */
export function malformed(what: string): (errors: FastifySchemaValidationError[]) => Error {
  return (errors) => new Error(`malformed ${what}: ${[...new Set(errors.map(describe))].join('; ')}`);
}
