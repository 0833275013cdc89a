/** What pages ask of the background, as messages. No message holds a token. */

import { AccordError, isAccordError, type ErrorCode } from "../../src/errors.ts";
import type { Access, Answer, Calendar, FieldName, Plan, ReplayBundle, Report, Service, Settings, Status, Verification } from "../../src/types.ts";
import type { Memory } from "./memory.ts";

/** The background's commands. All values are plain data; all failures are an {@link AccordError}. */
export interface Commands {
  /** Opens the service's own window. The hosts of the data centre must be granted before, for only a click may ask for them. */
  signIn(service: Service, centre?: string): Promise<void>;
  signOut(service: Service): Promise<void>;
  calendars(): Promise<Calendar[]>;
  checkAccess(settings?: Settings): Promise<Access>;
  /** Validates and stores. A first sync waits for {@link Commands.begin}; what was synced before goes on by itself. */
  activate(settings: Settings): Promise<Status>;
  /** What the first sync would do; reads only. */
  preview(): Promise<Plan>;
  /** The person agrees to the first sync, which begins. */
  begin(): Promise<void>;
  /** A cycle now; nothing when the sync is off, paused, not agreed to yet, or somebody is not signed in. */
  run(): Promise<Report | undefined>;
  /** Ends the cycle that runs; what it left over is done later. */
  stop(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  deactivate(): Promise<Status>;
  forget(): Promise<void>;
  resolve(question: string, answer: Answer): Promise<Status>;
  history(): Promise<Report[]>;
  /** Takes back what a cycle wrote, wherever nobody changed it since; the report names what was left. */
  undo(run: number): Promise<Report | undefined>;
  /** Writes the value that lost a conflict to both sides. */
  putBack(run: number, googleId: string, field: FieldName): Promise<Report | undefined>;
  /** Compares linked pairs on both sides; writes nothing. */
  verify(): Promise<Verification>;
  /** What a bug report needs: the steps of the last command, or of a look at both sides where there was none. */
  replay(): Promise<ReplayBundle>;
  status(): Promise<Status>;
  setLocale(locale: Memory["locale"]): Promise<void>;
}

export type CommandName = keyof Commands;

export interface Request {
  command: CommandName;
  args: unknown[];
}

export type Reply = { value: unknown } | { error: { code: ErrorCode; message: string; retryAfterMs?: number | undefined } };

export function isRequest(message: unknown): message is Request {
  return typeof message === "object" && message !== null && "command" in message && typeof message.command === "string" && "args" in message && Array.isArray(message.args);
}

/** Performs one request with `commands`; never rejects. */
export async function reply(commands: Commands, { command, args }: Request): Promise<Reply> {
  try {
    if (!Object.hasOwn(commands, command)) throw new AccordError("misuse", "The page asked for something that this version does not have. Reload it.");
    const perform = commands[command] as (...args: unknown[]) => Promise<unknown>;
    return { value: await perform(...args) };
  } catch (error) {
    return { error: told(error) };
  }
}

/** The same commands from a page: each is one message. */
export function remote(send: (request: Request) => Promise<unknown>): Commands {
  return new Proxy({} as Commands, {
    get: (_target, command) => async (...args: unknown[]) => valueOf(await send({ command: String(command) as CommandName, args })),
  });
}

function valueOf(answer: unknown): unknown {
  const said = answer as Reply | undefined;
  if (said === undefined || said === null) throw new AccordError("cancelled", "The background was restarted by the browser. Nothing is lost; try again.");
  if ("error" in said) throw new AccordError(said.error.code, said.error.message, { retryAfterMs: said.error.retryAfterMs });
  return said.value;
}

function told(error: unknown): { code: ErrorCode; message: string; retryAfterMs?: number | undefined } {
  if (isAccordError(error)) return { code: error.code, message: error.message, ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }) };
  return { code: "internal", message: "The extension met a defect of its own and stopped. Nothing stored is lost: try again." };
}
