// SPDX-License-Identifier: Apache-2.0
// s3rver.js MODULES DIRECTORY PORT BUCKET KEY-ID SECRET - npm's s3rver with one bucket and
// the key pair that the emulated IMDS hands out; everything else is s3rver as it comes.
'use strict';
const [modules, directory, port, bucket, keyId, secret] = process.argv.slice(2);
const S3rver = require(`${modules}/s3rver`);
const account = require(`${modules}/s3rver/lib/models/account`);

account.DUMMY_ACCOUNT.createKeyPair(keyId, secret);
new S3rver({
  address: '127.0.0.1',
  port: Number(port),
  directory,
  silent: true,
  configureBuckets: [{ name: bucket }],
})
  .run()
  .then(() => console.log('ready'));
