// visit tuf-js|sigstore URL TARGET ROOT=CACHE...: what the updater of tuf-js, or @sigstore/tuf with it, says of
// a repository over HTTP. One line for each pair, in order: `accepted`, or `refused: REASON`. A cache that is
// empty begins with ROOT; one that is not goes on from where it was.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { getTrustedRoot } from '@sigstore/tuf';

async function tufJs(url, target, root, cache) {
  mkdirSync(cache, { recursive: true });
  if (!existsSync(join(cache, 'root.json'))) copyFileSync(root, join(cache, 'root.json'));
  const client = new Updater({
    metadataDir: cache,
    metadataBaseUrl: url,
    targetDir: cache,
    targetBaseUrl: `${url}/targets`,
  });
  await client.refresh();
  const listed = await client.getTargetInfo(target);
  if (!listed) throw new Error(`${target} is not listed`);
  await client.downloadTarget(listed, join(cache, 'downloaded'));
}

async function sigstore(url, _target, root, cache) {
  const trusted = await getTrustedRoot({
    mirrorURL: url,
    rootPath: root,
    cachePath: cache,
    retry: { retries: 0 },
  });
  if (trusted.certificateAuthorities.length === 0) throw new Error('no certificate authority');
}

const [client, url, target, ...pairs] = process.argv.slice(2);
for (const pair of pairs) {
  const at = pair.indexOf('=');
  const call = client === 'sigstore' ? sigstore : tufJs;
  try {
    await call(url, target, pair.slice(0, at), pair.slice(at + 1));
    console.log('accepted');
  } catch (error) {
    console.log(`refused: ${error.name}: ${error.message}`.split(/\s+/).join(' '));
  }
}
