/**
 * Keeps the tokens of both services, renews them, and hands access tokens to requests.
 *
 * Refresh tokens lie in `storage.local`: nothing else of a browser outlives it, and encrypting them with a key that lies beside
 * them would protect nobody. Access tokens lie in `storage.session`, which is memory. No page asks for either: pages speak with
 * the background by messages that hold none.
 */

import type { ErrorCode } from "../../../src/errors.ts";
import { FetchFailure } from "../../../src/host.ts";
import type { Service } from "../../../src/types.ts";
import type { Store } from "../memory.ts";
import type { Surroundings } from "../platform.ts";
import { CENTRES, centreOf, originsOf, type Centre } from "../servers.ts";
import { SignInFailure } from "./failure.ts";
import { renew, revoke, signIn, type Granted } from "./flow.ts";
import { googleVendor, zohoVendor, type Registration, type Vendor } from "./vendors.ts";

/** The clients that this build was registered with. */
export interface Registrations {
  google: Registration;
  zoho: Registration;
}

interface Access {
  token: string;
  expiresMs: number;
}

/** What a {@link SignInFailure} is called among the codes of the engine. */
export const CODE_OF: Record<SignInFailure["reason"], ErrorCode> = {
  cancelled: "cancelled", expired: "auth-expired", scopes: "forbidden", centre: "forbidden", misconfigured: "unsupported", offline: "offline",
};

export class Tokens {
  readonly #around: Surroundings;
  readonly #store: Store;
  readonly #registered: Registrations;
  readonly #renewing = new Map<Service, Promise<string | undefined>>();

  constructor(around: Surroundings, store: Store, registered: Registrations) {
    this.#around = around;
    this.#store = store;
    this.#registered = registered;
  }

  /**
   * Has the person sign in and keeps the tokens. An account that was signed in before is replaced.
   *
   * @param centreId Zoho's data centre, as chosen; where the account lives elsewhere, that one
   * @returns Zoho's data centre
   * @throws SignInFailure
   */
  async signIn(service: Service, centreId?: string): Promise<Centre | undefined> {
    const chosen = service === "zoho" ? (centreOf(centreId) ?? CENTRES[0]) : undefined;
    let home = chosen;
    const granted = await signIn(this.#vendor(service, chosen), this.#around.platform, this.#around.now, async (location) => {
      home = centreOf(location);
      if (home === undefined || !(await this.#around.platform.permissions.contains({ origins: originsOf(home) }))) throw new SignInFailure("centre");
      return this.#vendor(service, home);
    });
    await this.#keep(service, granted);
    return home;
  }

  /** Forgets the tokens here, and at the service if it can be reached. */
  async signOut(service: Service): Promise<void> {
    const refresh = await this.#refreshToken(service);
    const { centre } = (await this.#store.read("accounts"))[service] ?? {};
    await this.#around.platform.storage.local.remove([`refresh/${service}`]);
    await this.#around.platform.storage.session.remove([`access/${service}`]);
    if (refresh === undefined) return;
    // The tokens are gone from here either way, and the person's page at the service lists what is left.
    await revoke(this.#vendor(service, centreOf(centre)), refresh).catch(() => undefined);
  }

  /**
   * The access token, as a host's `fetch` wants it; `undefined` when the person has to sign in.
   *
   * @throws FetchFailure `offline` when a renewal had no answer
   */
  async access(service: Service, { refresh }: { refresh: boolean }): Promise<string | undefined> {
    const stored = await this.#accessToken(service);
    if (!refresh && stored !== undefined && stored.expiresMs > this.#around.now()) return stored.token;
    const running = this.#renewing.get(service);
    if (running) return running;
    const renewed = this.#renewed(service).finally(() => this.#renewing.delete(service));
    this.#renewing.set(service, renewed);
    return renewed;
  }

  async #renewed(service: Service): Promise<string | undefined> {
    const refresh = await this.#refreshToken(service);
    if (refresh === undefined) return undefined;
    const { centre } = (await this.#store.read("accounts"))[service] ?? {};
    try {
      const granted = await renew(this.#vendor(service, centreOf(centre)), refresh, this.#around.now);
      await this.#keep(service, granted);
      return granted.access;
    } catch (error) {
      if (!(error instanceof SignInFailure) || error.reason === "offline") throw new FetchFailure("offline", error);
      await this.#store.change("accounts", (accounts) => {
        const account = accounts[service];
        return account && !account.isExpired ? { ...accounts, [service]: { ...account, isExpired: true } } : accounts;
      });
      return undefined;
    }
  }

  async #keep(service: Service, { access, expiresMs, refresh }: Granted): Promise<void> {
    const { local, session } = this.#around.platform.storage;
    if (refresh !== undefined) await local.set({ [`refresh/${service}`]: refresh });
    await session.set({ [`access/${service}`]: { token: access, expiresMs } satisfies Access });
  }

  async #refreshToken(service: Service): Promise<string | undefined> {
    const key = `refresh/${service}`;
    const value = (await this.#around.platform.storage.local.get([key]))[key];
    return typeof value === "string" ? value : undefined;
  }

  async #accessToken(service: Service): Promise<Access | undefined> {
    const key = `access/${service}`;
    return (await this.#around.platform.storage.session.get([key]))[key] as Access | undefined;
  }

  #vendor(service: Service, centre: Centre | undefined): Vendor {
    if (service === "google") return googleVendor(this.#registered.google);
    const home = centre ?? CENTRES[0];
    if (home === undefined) throw new SignInFailure("centre");
    return zohoVendor(this.#registered.zoho, home);
  }
}
