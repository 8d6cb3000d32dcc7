// What a program of the npm package does; prints one line of JSON for each answer.
const EventBus = require('vertx3-tcp-eventbus-client/lib/tcp-vertx-eventbus.js');
const say = (what, err, message) =>
  console.log(JSON.stringify({ what, err: err || null, body: message ? message.body : null }));
const bus = new EventBus('127.0.0.1', parseInt(process.argv[2], 10));
const steps = [
  () => ask('put', 'quorate.kv.put', { key: 'from', value: 'npm', group: 'main' }),
  () => ask('get', 'quorate.kv.get', { key: 'from', group: 'main' }),
  () => ask('nope', 'quorate.group.show', { group: 'nope' }),
  () => ask('denied', 'quorate.nothing', {}),
  () => ask('set', 'quorate.config.set', { name: 'client.idle.ms', value: 61000 }),
];
const next = () => steps.length > 0 && steps.shift()();
const ask = (what, address, body) =>
  bus.send(address, body, (err, message) => {
    say(what, err, message);
    next();
  });
// A refused address is told without the address of the reply: the client takes it for an error.
bus.onerror = (err) => {
  say('error', err);
  next();
};
bus.onopen = () => {
  bus.defaultHeaders = { token: process.argv[3] };
  bus.registerHandler('quorate.events', (err, message) => {
    if (err || message.body.type === 'config.changed') {
      say('event', err, message);
      process.exit(0);
    }
  });
  next();
};
