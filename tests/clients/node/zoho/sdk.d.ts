/** The part of Zoho's SDK for Node that the suites use; the package itself carries no types. */
declare module "@zohocrm/nodejs-sdk-8.0" {
  export class Choice<T> {
    constructor(value: T);
    getValue(): T;
  }

  export class SDKException extends Error {
    code: string | null;
    details: { code?: string; [name: string]: unknown } | null;
  }

  export class APIResponse {
    getStatusCode(): number;
    getObject(): unknown;
  }

  export class Param {
    #param: unknown;
  }
  export class ParameterMap {
    add(param: Param, value: unknown): Promise<void>;
  }
  export class Header {
    constructor(name: string);
    #header: unknown;
  }
  export class HeaderMap {
    add(header: Header, value: unknown): Promise<void>;
  }

  export class OAuthToken {
    setAccessToken(token: string): void;
    setExpiresIn(ms: string): void;
    getExpiresIn(): string;
  }
  export class OAuthBuilder {
    clientId(text: string): this;
    clientSecret(text: string): this;
    refreshToken(text: string): this;
    redirectURL(text: string): this;
    build(): OAuthToken;
  }
  export class FileStore {
    constructor(path: string);
    getTokens(): Promise<OAuthToken[]>;
    saveToken(token: OAuthToken): Promise<void>;
  }
  export class Environment {
    getUrl(): string;
  }
  export class DataCenter {
    static setEnvironment(url: string, accountsUrl: string, fileUploadUrl: string): Environment;
  }
  export class SDKConfig {
    #config: unknown;
  }
  export class SDKConfigBuilder {
    pickListValidation(wanted: boolean): this;
    updateAPIDomain(wanted: boolean): this;
    build(): SDKConfig;
  }
  export class InitializeBuilder {
    environment(environment: Environment): this;
    token(token: OAuthToken): this;
    store(store: FileStore): this;
    SDKConfig(config: SDKConfig): this;
    resourcePath(folder: string): this;
    initialize(): Promise<void>;
  }

  /** What every refusal of the API has. */
  export interface Refusal {
    getStatus(): Choice<string>;
    getCode(): Choice<string>;
    getMessage(): Choice<string> | string;
    getDetails(): Map<string, unknown>;
  }

  export namespace Record {
    class Record {
      getId(): bigint;
      setId(id: bigint): void;
      getCreatedTime(): Date;
      getModifiedTime(): Date;
      getCreatedBy(): Users.MinifiedUser;
      addFieldValue<T>(field: FieldName<T>, value: T): Promise<void>;
      addKeyValue(name: string, value: unknown): void;
      getKeyValue(name: string): unknown;
      getKeyValues(): Map<string, unknown>;
    }
    class FieldName<T> {
      #value: T;
    }
    namespace Field {
      class Events {
        static EVENT_TITLE: FieldName<string>;
        static START_DATETIME: FieldName<Date>;
        static END_DATETIME: FieldName<Date>;
      }
    }
    class Participants {
      getId(): bigint;
      setId(id: bigint): void;
      getType(): string;
      setType(type: string): void;
      getParticipant(): string;
      setParticipant(participant: string): void;
      getEmail(): string;
      getName(): string;
      getInvited(): boolean;
      getStatus(): string;
    }
    class Reminder {
      getUnit(): number;
      setUnit(unit: number): void;
      getPeriod(): string;
      setPeriod(period: string): void;
      getTime(): string | undefined;
    }
    class RecurringActivity {
      getRrule(): string;
      setRrule(rule: string): void;
    }
    class BodyWrapper {
      setData(records: Record[]): void;
      setTrigger(triggers: string[]): void;
      setDuplicateCheckFields(names: string[]): void;
    }
    class ResponseWrapper {
      getData(): Record[];
      getInfo(): Info;
    }
    class Info {
      getPage(): number;
      getPerPage(): number;
      getCount(): number;
      getMoreRecords(): boolean;
      getNextPageToken(): string | undefined;
      getPageTokenExpiry(): Date | undefined;
      getSortBy(): string;
      getSortOrder(): string;
    }
    class ActionWrapper {
      getData(): (SuccessResponse | APIException)[];
    }
    class SuccessResponse {
      getStatus(): Choice<string>;
      getCode(): Choice<string>;
      getMessage(): Choice<string>;
      getDetails(): Map<string, unknown>;
      getAction(): Choice<string>;
      getDuplicateField(): string | undefined;
    }
    class APIException implements Refusal {
      getStatus(): Choice<string>;
      getCode(): Choice<string>;
      getMessage(): Choice<string>;
      getDetails(): Map<string, unknown>;
    }
    class DuplicateRecord {
      getId(): bigint;
      getOwner(): Users.MinifiedUser;
    }
    class DeletedRecordsWrapper {
      getData(): DeletedRecord[];
      getInfo(): Info;
    }
    class DeletedRecord {
      getId(): bigint;
      getType(): string;
      getDisplayName(): string | undefined;
      getDeletedTime(): Date;
      getDeletedBy(): Users.MinifiedUser | undefined;
      getCreatedBy(): Users.MinifiedUser | undefined;
    }
    class CountWrapper {
      getCount(): bigint;
    }
    class RecordOperations {
      constructor(module: string);
      getRecord(id: bigint, params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      getRecords(params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      createRecords(body: BodyWrapper, headers?: HeaderMap): Promise<APIResponse>;
      updateRecord(id: bigint, body: BodyWrapper, headers?: HeaderMap): Promise<APIResponse>;
      updateRecords(body: BodyWrapper, headers?: HeaderMap): Promise<APIResponse>;
      upsertRecords(body: BodyWrapper, headers?: HeaderMap): Promise<APIResponse>;
      deleteRecord(id: bigint, params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      deleteRecords(params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      getDeletedRecords(params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      getRecordUsingExternalId(value: string, params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      updateRecordUsingExternalId(value: string, body: BodyWrapper, headers?: HeaderMap): Promise<APIResponse>;
      deleteRecordUsingExternalId(value: string, params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      searchRecords(params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      recordCount(params?: ParameterMap): Promise<APIResponse>;
    }
    class CreateRecordsHeader {
      static X_EXTERNAL: Header;
    }
    class GetRecordParam {
      static FIELDS: Param;
    }
    class GetRecordsParam {
      static FIELDS: Param;
      static PAGE: Param;
      static PER_PAGE: Param;
      static PAGE_TOKEN: Param;
      static SORT_BY: Param;
      static SORT_ORDER: Param;
    }
    class GetRecordsHeader {
      static IF_MODIFIED_SINCE: Header;
    }
    class DeleteRecordsParam {
      static IDS: Param;
    }
    class GetDeletedRecordsParam {
      static TYPE: Param;
    }
    class GetDeletedRecordsHeader {
      static IF_MODIFIED_SINCE: Header;
    }
    class SearchRecordsParam {
      static CRITERIA: Param;
      static EMAIL: Param;
      static PER_PAGE: Param;
    }
  }

  export namespace Coql {
    class BodyWrapper {
      setSelectQuery(text: string): void;
    }
    class ResponseWrapper extends Record.ResponseWrapper {}
    class APIException extends Record.APIException {}
    class CoqlOperations {
      getRecords(body: BodyWrapper): Promise<APIResponse>;
    }
  }

  export namespace CancelMeetings {
    class Notify {
      setSendCancellingMail(wanted: boolean): void;
    }
    class BodyWrapper {
      setData(wishes: Notify[]): void;
    }
    class ActionWrapper {
      getData(): (SuccessResponse | APIException)[];
    }
    class SuccessResponse {
      getCode(): Choice<string>;
      getDetails(): Map<string, unknown>;
    }
    class APIException implements Refusal {
      getStatus(): Choice<string>;
      getCode(): Choice<string>;
      getMessage(): string;
      getDetails(): Map<string, unknown>;
    }
    class CancelMeetingsOperations {
      constructor(event: bigint);
      cancelMeetings(body: BodyWrapper): Promise<APIResponse>;
    }
  }

  export namespace Users {
    class MinifiedUser {
      getId(): bigint;
      setId(id: bigint): void;
      getName(): string;
      getEmail(): string | undefined;
    }
    interface Named {
      getId(): bigint;
      getName(): string;
    }
    class Users {
      getId(): bigint;
      getEmail(): string;
      getFullName(): string;
      getStatus(): string;
      getConfirm(): boolean;
      getTimeFormat(): Choice<string>;
      /** A zone of moment-timezone. */
      getTimeZone(): { name: string } | undefined;
      getProfile(): Named;
      getRole(): Named;
    }
    class ResponseWrapper {
      getUsers(): Users[];
      getInfo(): Record.Info;
    }
    class APIException extends CancelMeetings.APIException {}
    class GetUsersParam {
      static TYPE: Param;
    }
    class UsersOperations {
      getUsers(params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
    }
  }

  export namespace Org {
    class Org {
      getZgid(): string;
      getTimeZone(): string;
      getCountryCode(): string;
      getMaxPerPage(): number;
      getGappsEnabled(): boolean;
      getLicenseDetails(): { getPaid(): boolean; getUsersLicensePurchased(): number };
    }
    class ResponseWrapper {
      getOrg(): Org[];
    }
    class OrgOperations {
      getOrganization(): Promise<APIResponse>;
    }
  }

  export namespace Modules {
    class Modules {
      getAPIName(): string;
      getSingularLabel(): string;
      getPluralLabel(): string;
      getGeneratedType(): Choice<string>;
      getViewable(): boolean;
      getCreatable(): boolean;
      getEditable(): boolean;
      getDeletable(): boolean;
      getAPISupported(): boolean;
      getProfiles(): Users.Named[];
    }
    class ResponseWrapper {
      getModules(): Modules[];
    }
    class APIException extends CancelMeetings.APIException {}
    class ModulesOperations {
      getModules(params?: ParameterMap, headers?: HeaderMap): Promise<APIResponse>;
      getModuleByAPIName(name: string): Promise<APIResponse>;
    }
  }

  export namespace Fields {
    class Fields {
      getId(): bigint;
      getAPIName(): string;
      setFieldLabel(label: string): void;
      getDataType(): string;
      setDataType(type: string): void;
      getJsonType(): string;
      getLength(): number;
      setLength(length: number): void;
      getExternal(): External | undefined;
      setExternal(external: External): Promise<void>;
      getSystemMandatory(): boolean;
      getReadOnly(): boolean;
      getCustomField(): boolean;
      getOperationType(): { getAPICreate(): boolean };
      getPickListValues(): { getActualValue(): string; getType(): Choice<string> }[];
    }
    class ResponseWrapper {
      getFields(): Fields[];
    }
    class APIException extends CancelMeetings.APIException {}
    class External {
      getType(): string;
      setType(type: string): void;
      setShow(wanted: boolean): void;
    }
    class BodyWrapper {
      setFields(fields: Fields[]): void;
    }
    class ActionWrapper {
      getFields(): (SuccessResponse | APIException)[];
    }
    class SuccessResponse extends CancelMeetings.SuccessResponse {}
    class CreateFieldParam {
      static MODULE: Param;
    }
    class GetFieldsParam {
      static MODULE: Param;
    }
    class FieldsOperations {
      createField(body: BodyWrapper, params: ParameterMap): Promise<APIResponse>;
      getFields(params?: ParameterMap): Promise<APIResponse>;
    }
  }

  export namespace Layouts {
    interface Layout {
      getName(): string;
      getSections(): { getFields(): { getAPIName(): string; getRequired(): boolean }[] }[];
    }
    class ResponseWrapper {
      getLayouts(): Layout[];
    }
    class GetLayoutsParam {
      static MODULE: Param;
    }
    class LayoutsOperations {
      getLayouts(params: ParameterMap): Promise<APIResponse>;
    }
  }

  export namespace Profiles {
    interface Profile extends Users.Named {
      getPermissionsDetails(): { getName(): string; getEnabled(): boolean }[];
    }
    class ResponseWrapper {
      getProfiles(): Profile[];
    }
    class APIException extends CancelMeetings.APIException {}
    class ProfilesOperations {
      getProfiles(params?: ParameterMap): Promise<APIResponse>;
      getProfile(id: bigint): Promise<APIResponse>;
    }
  }
}
