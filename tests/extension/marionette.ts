/**
 * The few commands of Firefox's Marionette protocol that the stories need. Playwright cannot load add-ons into Firefox, and
 * WebDriver BiDi does not come back from navigating to their pages.
 */

import { connect, type Socket } from "node:net";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Frames are `<length in bytes>:<JSON>`; a request is `[0, id, command, parameters]`, its answer `[1, id, error, result]`. */
export class Marionette {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #unread = Buffer.alloc(0);
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data) => this.#received(data));
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("Firefox closed the connection."));
      this.#waiting.clear();
    });
  }

  /** Tries for as long as Firefox takes to start. */
  static async connect(port: number, patienceMs = 30_000): Promise<Marionette> {
    const until = Date.now() + patienceMs;
    for (;;) {
      try {
        return new Marionette(await open(port));
      } catch (error) {
        if (Date.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async send<T = unknown>(command: string, parameters: object = {}): Promise<T> {
    this.#last += 1;
    const id = this.#last;
    const frame = JSON.stringify([0, id, command, parameters]);
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#socket.write(`${Buffer.byteLength(frame)}:${frame}`);
    return (await answer) as T;
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data]);
    for (;;) {
      const colon = this.#unread.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#unread.subarray(0, colon).toString());
      if (this.#unread.length < end) return;
      this.#answered(JSON.parse(this.#unread.subarray(colon + 1, end).toString()));
      this.#unread = this.#unread.subarray(end);
    }
  }

  /** The greeting is an object; all that follows are lists. */
  #answered(frame: unknown): void {
    if (!Array.isArray(frame)) return;
    const [, id, error, result] = frame as [number, number, { message: string } | null, { value?: unknown } | null];
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result !== null && typeof result === "object" && "value" in result ? result.value : result);
  }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}
