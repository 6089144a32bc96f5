/** A request to a receiver, ready to be sent; it is always a POST of JSON. */
export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
