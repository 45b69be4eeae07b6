// judge ROOT.json [NEXT.root.json ...]: what tuf-js says of a TUF root.
//
// Exit status 0: accepted as a trust anchor, and each next root in turn. 1: refused, with the
// reason on stderr. 2: the call is wrong.
import { readFileSync } from 'node:fs';
import { Metadata, MetadataKind } from '@tufjs/models';
// the trust store is not exported by name: this is the file that tuf-js's own updater uses
import { TrustedMetadataStore } from 'tuf-js/dist/store.js';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: judge ROOT.json [NEXT.root.json ...]');
  process.exit(2);
}

let at = files[0];
try {
  // once through the metadata model: a root verifies itself, and the one before verifies the next
  let trusted;
  for (const file of files) {
    at = file;
    const next = Metadata.fromJSON(MetadataKind.Root, JSON.parse(readFileSync(file, 'utf8')));
    if (trusted) trusted.verifyDelegate('root', next);
    next.verifyDelegate('root', next);
    trusted = next;
  }
  // and once as a client does it: a trust anchor, updated
  at = files[0];
  const store = new TrustedMetadataStore(readFileSync(files[0]));
  for (const file of files.slice(1)) {
    at = file;
    store.updateRoot(readFileSync(file));
  }
} catch (error) {
  console.error(`tuf-js: ${at}: ${error.name}: ${error.message}`);
  process.exit(1);
}
