import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ScaledObject, TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import {
  PrometheusRule,
  ServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import type { KubernetesObject } from './render.ts';

const run = promisify(execFile);
const compiler = fileURLToPath(
  new URL('../../../node_modules/typescript/bin/tsc', import.meta.url),
);

const models = {
  ConfigMap,
  Deployment,
  Job,
  NetworkPolicy,
  PodDisruptionBudget,
  PrometheusRule,
  ScaledObject,
  Service,
  ServiceMonitor,
  TriggerAuthentication,
};

const typesOf: Readonly<Record<string, string>> = {
  'apps/v1': import.meta.resolve('kubernetes-models/apps/v1'),
  'batch/v1': import.meta.resolve('kubernetes-models/batch/v1'),
  'networking.k8s.io/v1': import.meta.resolve('kubernetes-models/networking.k8s.io/v1'),
  'policy/v1': import.meta.resolve('kubernetes-models/policy/v1'),
  v1: import.meta.resolve('kubernetes-models/v1'),
  'keda.sh/v1alpha1': import.meta.resolve('@kubernetes-models/keda/keda.sh/v1alpha1'),
  'monitoring.coreos.com/v1': import.meta.resolve(
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  ),
};

/**
 * What an API server would refuse of these objects, by the schemas that Kubernetes, KEDA and the
 * Prometheus operator publish: `kind/name: what`. Empty when it would take them all.
 */
export async function problemsOf(objects: readonly KubernetesObject[]): Promise<string[]> {
  const bySchema = objects.flatMap((object) => {
    const Model = Object.hasOwn(models, object.kind)
      ? models[object.kind as keyof typeof models]
      : undefined;
    if (Model?.apiVersion !== object.apiVersion)
      return [`${called(object)}: there is no such kind`];
    try {
      new Model(object as never).validate();
      return [];
    } catch (error) {
      return [`${called(object)}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  return bySchema.length > 0 ? bySchema : unknownFields(objects);
}

/**
 * Those schemas let a field pass that they do not know, where an API server warns and drops it. The
 * compiler does not, when the object is written as a literal of the type.
 */
async function unknownFields(objects: readonly KubernetesObject[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-kubernetes-'));
  try {
    const lines = objects.map(({ kind, apiVersion }, at) => {
      const module = fileURLToPath(typesOf[apiVersion] ?? '');
      return `(${JSON.stringify(objects[at])}) satisfies import(${JSON.stringify(module)}).I${kind};`;
    });
    const file = join(folder, 'objects.mts');
    await writeFile(file, lines.join('\n'));
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--pretty',
      'false',
    ];
    const nodeLike = ['--module', 'nodenext', '--target', 'es2024', '--types', ''];
    const printed = await run(process.execPath, [compiler, ...options, ...nodeLike, file]).then(
      () => '',
      (error: { stdout?: string }) => error.stdout ?? String(error),
    );
    const found = [...printed.matchAll(/objects\.mts\((\d+),\d+\): (.*)/g)];
    if (found.length === 0 && printed !== '') throw new Error(printed);
    return found.map(([, line, what]) => {
      const object = objects[Number(line) - 1];
      return `${object === undefined ? line : called(object)}: ${what}`;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function called({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}
