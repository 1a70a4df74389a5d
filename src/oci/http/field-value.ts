/** What a field's value may be made of (RFC 9110, 5.5): anything else could be read as another field. */
export const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
