/** What other programs may use of unclog: the catalogue, the pure judgement, and the results document's types. */

export { because } from './verdict/because.ts';
export { judgeHops, type HopDelivery } from './chain/attribution.ts';
export { loadCatalogue, selectLanes, type Catalogue, type Lane, type Variant } from './catalogue/catalogue.ts';
export type { ProxyDeclaration } from './catalogue/declaration.ts';
export type { Delivery } from './verdict/delivery.ts';
export type { Evidence } from './evidence.ts';
export type { Floor } from './floor.ts';
export type { LaneResult, Results } from './results.ts';
export type { EvidenceFile } from './run/run.ts';
export type { Trace } from './trace.ts';
export { judge } from './verdict/verdict.ts';
