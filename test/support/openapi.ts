import type { Client } from './client.js';

/** The parts of a schema in the OpenAPI document that tests read. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly example?: unknown;
}

type Content = Readonly<
  Record<string, { schema?: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }>
>;

/** One method of one path. */
export interface Operation {
  /** As in the document: `GET /api/availability/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  /** Empty if the operation needs no token. */
  readonly security: readonly object[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    schema?: Schema;
    example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { description?: string; headers?: object; content?: Content }>>;
}

interface DocumentJson {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> };
}

/** The OpenAPI document that a clinic serves. */
export class Document {
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly securitySchemes: Readonly<Record<string, object>>;

  private constructor(json: DocumentJson) {
    this.operations = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
      })),
    );
    this.schemas = json.components.schemas;
    this.securitySchemes = json.components.securitySchemes;
  }

  static async of(client: Client): Promise<Document> {
    const { body } = await client.get<DocumentJson>('/api/docs-json');
    return new Document(body);
  }

  /** The schema that a reference points to, or the schema itself. */
  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const found = this.schemas[schema.$ref.replace('#/components/schemas/', '')];
    if (!found) throw new Error(`The document refers to ${schema.$ref}, which it does not contain.`);
    return found;
  }

  /** An example of a schema, composed of the examples in it. */
  example(schema: Schema): unknown {
    const { properties, example } = this.resolve(schema);
    if (!properties) return example;
    return Object.fromEntries(
      Object.entries(properties)
        .map(([name, property]) => [name, this.example(property)] as const)
        .filter(([, value]) => value !== undefined),
    );
  }
}
