// Runs the npm package web-push-testing on loopback alone; its own command would listen on every address.
const http = require('http');
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (port, done) { return listen.call(this, port, '127.0.0.1', done); };

const folder = `${process.argv[2]}/node_modules/web-push-testing/src`;
const { PushApiModel } = require(`${folder}/PushApiModel.js`);
const Server = require(`${folder}/server.js`);
const port = Number(process.argv[3]);
const model = new PushApiModel();
const server = new Server(model, port);
model.notifyUrl = `http://127.0.0.1:${port}/notify/`;
server.startServer();
