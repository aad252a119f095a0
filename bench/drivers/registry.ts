/**
 * The tags of an image's repository, asked of the registry that holds it.
 *
 * - OCI distribution specification 1.1, “Listing Tags”, “Error Codes”:
 *   https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
 * - A token for whoever has no account: https://distribution.github.io/distribution/spec/auth/token/
 * - Docker Hub is `docker.io` in names and registry-1.docker.io on the network, and sends all tags in one answer:
 *   https://github.com/docker/hub-feedback/issues/1960
 * - Listing tags is no pull, of which Docker Hub allows only so many: https://docs.docker.com/docker-hub/usage/pulls/
 */

import { ImageName } from 'testcontainers';
import { Agent, EnvHttpProxyAgent, fetch, type Dispatcher, type Response } from 'undici';

import { UnavailableError } from '../errors.ts';

interface Repository {
  /** As names of images have it: `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  registry: string;
  /** `library/nginx`, `envoyproxy/envoy`. */
  name: string;
}

const HUB = 'docker.io';
const HUB_HOST = 'registry-1.docker.io';
const HUB_ALIASES = new Set([undefined, HUB, 'index.docker.io', HUB_HOST]);

/** The longest silence of a registry, in each of: connecting, the head of its answer, between two pieces of the rest. */
const SILENCE_MS = 5000;
/** Of a registry's own words, in characters. */
const MOST_WORDS = 200;

/** An image's name without tag and digest. */
export function withoutTag(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** Where it is pulled from. Short names are those of Docker Hub, and of one word those of its `library`. */
export function repositoryOf(image: string): Repository {
  const { registry, image: name } = ImageName.fromString(withoutTag(image));
  if (registry !== undefined && !HUB_ALIASES.has(registry)) return { registry, name };
  return { registry: HUB, name: name.includes('/') ? name : `library/${name}` };
}

/** The engine speaks HTTP to these without being told to (dockerd, “Insecure registries”). */
function isOfThisMachine(registry: string): boolean {
  return /^(localhost|127(\.\d+){3})(:\d+)?$/.test(registry);
}

interface Answer {
  tags?: unknown;
  token?: string;
  access_token?: string;
  errors?: { message?: string }[];
}

/** `Bearer realm="…",service="…",scope="…"` (RFC 9110, section 11.6.1) as the address of a token. */
function tokenUrl(challenge: string | null, name: string): URL | undefined {
  const bearer = /\bBearer\s+(.+)/i.exec(challenge ?? '')?.[1] ?? '';
  const fields = new Map([...bearer.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));
  const realm = fields.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  const service = fields.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', fields.get('scope') ?? `repository:${name}:pull`);
  return url;
}

/** `<…>; rel="next"` (RFC 8288), its host left out: behind another server a registry may not know what it is called. */
function nextPage(link: string | null, page: URL): URL | undefined {
  const target = /<([^>]*)>[^,]*;\s*rel="?next\b/i.exec(link ?? '')?.[1];
  if (target === undefined || !URL.canParse(target, page.href)) return undefined;
  const { pathname, search } = new URL(target, page);
  return new URL(pathname + search, page);
}

/** The end of a sentence that begins with the registry. */
class Refusal extends Error {}

async function bodyOf(response: Response): Promise<Answer | undefined> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The registry's own words for an answer that is none, as one line. */
function wordsOf(body: Answer | undefined, { statusText }: Response): string {
  const words = body?.errors?.[0]?.message || statusText;
  return words === '' ? '' : `: ${words.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, MOST_WORDS)}`;
}

class Asking {
  readonly #name: string;
  readonly #dispatcher: Dispatcher;
  readonly #signal: AbortSignal | null;
  #token: string | undefined;

  constructor(name: string, dispatcher: Dispatcher, signal: AbortSignal | undefined) {
    this.#name = name;
    this.#dispatcher = dispatcher;
    this.#signal = signal ?? null;
  }

  /** Page by page. */
  async tags(first: URL): Promise<string[]> {
    const tags: string[] = [];
    const seen = new Set<string>();
    for (let page: URL | undefined = first; page !== undefined;) {
      if (seen.has(page.href)) throw new Refusal(`lists the tags of ${this.#name} without end`);
      seen.add(page.href);
      const response: Response = await this.#page(page);
      const body = await bodyOf(response);
      if (!response.ok)
        throw new Refusal(`answered ${response.status} about the tags of ${this.#name}${wordsOf(body, response)}`);
      // A repository that has none may have `null`.
      const listed = body?.tags === null ? [] : body?.tags;
      if (!Array.isArray(listed)) throw new Refusal(`answered what is no list of the tags of ${this.#name}`);
      tags.push(...listed.filter((tag) => typeof tag === 'string'));
      page = nextPage(response.headers.get('link'), page);
    }
    return tags;
  }

  async #page(page: URL): Promise<Response> {
    const response = await this.#get(page, this.#token);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    const url = this.#token === undefined ? tokenUrl(response.headers.get('www-authenticate'), this.#name) : undefined;
    const given = url === undefined ? undefined : await this.#get(url);
    const { token, access_token } = (given?.ok === true ? await bodyOf(given) : undefined) ?? {};
    this.#token = token ?? access_token;
    const allowed = this.#token === undefined ? undefined : await this.#get(page, this.#token);
    if (allowed !== undefined && allowed.status !== 401) return allowed;
    throw new Refusal(`lists no tags of ${this.#name} without a password`);
  }

  #get(url: URL, token?: string): Promise<Response> {
    return fetch(url, {
      dispatcher: this.#dispatcher,
      signal: this.#signal,
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });
  }
}

/** Why there was no answer. */
function sayFailure(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const cause = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  if (/^UND_ERR_\w+_TIMEOUT$/.test(cause.code ?? '')) return `did not answer within ${SILENCE_MS / 1000} s`;
  return `cannot be reached (${cause.message || cause.code})`;
}

/** In the registry's order. @throws UnavailableError that says which registry said what; `signal` ends it at once. */
export async function tagsOf({ registry, name }: Repository, signal?: AbortSignal): Promise<string[]> {
  const isNear = isOfThisMachine(registry);
  const silence = { connect: { timeout: SILENCE_MS }, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS };
  const dispatcher = isNear ? new Agent(silence) : new EnvHttpProxyAgent(silence);
  const host = registry === HUB ? HUB_HOST : registry;
  try {
    const first = new URL(`${isNear ? 'http' : 'https'}://${host}/v2/${name}/tags/list`);
    return await new Asking(name, dispatcher, signal).tags(first);
  } catch (error) {
    signal?.throwIfAborted();
    throw new UnavailableError(`${registry} ${sayFailure(error)}`);
  } finally {
    void dispatcher.destroy();
  }
}
